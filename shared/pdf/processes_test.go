package pdf_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// processorTime is what this process has spent, with its children: those that have ended, and (where there is /proc) those that run.
func processorTime() time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	for _, pid := range children() {
		stat, _ := os.ReadFile(filepath.Join("/proc", pid, "stat")) // empty where it has just ended
		if i := bytes.LastIndexByte(stat, ')'); i > 0 {
			if fields := bytes.Fields(stat[i+1:]); len(fields) > 12 { // utime and stime, in hundredths of a second (proc(5))
				total += time.Duration(number(fields[11])+number(fields[12])) * 10 * time.Millisecond
			}
		}
	}
	return total
}

// largestChild returns the most memory, in bytes, that one of the children that run has ever had in RAM; 0 where there is no /proc.
func largestChild() int64 {
	var most int64
	for _, pid := range children() {
		status, _ := os.ReadFile(filepath.Join("/proc", pid, "status")) // empty where it has just ended
		if _, rest, ok := bytes.Cut(status, []byte("VmHWM:")); ok {
			most = max(most, number(bytes.Fields(rest)[0])<<10)
		}
	}
	return most
}

func children() (pids []string) {
	lists, _ := filepath.Glob("/proc/self/task/*/children") // the pattern is a good one
	for _, list := range lists {
		text, _ := os.ReadFile(list) // empty where the thread is gone
		for _, pid := range bytes.Fields(text) {
			pids = append(pids, string(pid))
		}
	}
	return pids
}

func number(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
