package service

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// timerSlack is by how much the kernel may wake a thread late. Go's own watching thread, which looks for calls of the kernel that
// take long, asks to be woken every 20 µs while there are some, and a stage that syncs files always has some: with the kernel's
// usual 50 µs this thread took up to a third of a service's processor time. Timers of the program may be as late.
const timerSlack = 250 * time.Microsecond

// easeTimers begins this very program anew with timerSlack, unless it has as much: a thread's slack is that of the thread that made it,
// and the watching thread is made before the program's own first line. It returns where that is not to be had, and all goes on as it was.
func easeTimers() {
	slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil || time.Duration(slack) >= timerSlack {
		return
	}
	path, err := os.Executable()
	if err != nil {
		return
	}
	runtime.LockOSThread() // the slack is this thread's
	defer runtime.UnlockOSThread()
	if unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(timerSlack), 0, 0, 0) != nil {
		return
	}
	_ = unix.Exec(path, os.Args, os.Environ()) // returns only when it failed
}
