package sandbox

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// isolate puts a child into a process group of its own, to die when its parent does.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// restrict is called in the child: no more memory than a quarter above the limit, no files to write, no core dumps, no new
// privileges. What the kernel refuses is left as it is; the parent watches too.
func restrict(memory int64) {
	set := func(resource int, n uint64) { _ = unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n}) }
	set(unix.RLIMIT_DATA, overhead*(uint64(memory)*5/4+128<<20))
	set(unix.RLIMIT_CORE, 0)
	set(unix.RLIMIT_FSIZE, 0)
	set(unix.RLIMIT_NOFILE, 64) // tesseract's pipes, and what it opens itself, beside PDFium's cache
	_ = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

// residentMemory returns the bytes of a process's memory that are in RAM, from /proc/PID/statm (proc(5)).
func residentMemory(pid int) (int64, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}

// degraded names the limits that this system does not have, or "".
func degraded() string {
	if _, ok := residentMemory(os.Getpid()); !ok {
		return "memory cannot be watched: /proc is not there"
	}
	return ""
}
