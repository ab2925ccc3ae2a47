package sandbox

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// isolate puts a child into a process group of its own, to die when its parent does.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// pipeSize is what the pipes to and from a child hold, where the system allows it: most documents then go over in one write, and each
// write that waits for the reader costs two changes of process. 1 MiB is the most for users without rights (pipe(7)).
const pipeSize = 1 << 20

// widen gives a pipe room. What the system refuses is left as it is.
func widen(pipe any) {
	file, ok := pipe.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := file.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize) }) // see above
	}
}

// residentMemory returns the bytes of a process's memory that are in RAM, from /proc/PID/statm (proc(5)).
func residentMemory(pid int) (int64, bool) {
	pages, ok := numbers("/proc/"+strconv.Itoa(pid)+"/statm", 1, 1)
	return pages * int64(os.Getpagesize()), ok
}

// tick is the unit of times in /proc: USER_HZ is 100 on every architecture that Go runs on (proc(5), times(2)).
const tick = 10 * time.Millisecond

// processorTime returns what a process and its ended children have used, from /proc/PID/stat (proc(5)): utime to cstime.
func processorTime(pid int) (time.Duration, bool) {
	ticks, ok := numbers("/proc/"+strconv.Itoa(pid)+"/stat", 11, 14) // counted from behind the name, which may hold anything
	return time.Duration(ticks) * tick, ok
}

// numbers returns the sum of some fields of a line, counted from 0 behind the last parenthesis, if it has any.
func numbers(path string, first, last int) (sum int64, ok bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= last {
		return 0, false
	}
	for _, f := range fields[first : last+1] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, false
		}
		sum += n
	}
	return sum, true
}
