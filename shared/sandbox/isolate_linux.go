package sandbox

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// isolate puts a child into a process group of its own, to die when its parent does.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
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
