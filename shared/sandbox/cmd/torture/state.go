package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// state is what this program holds of the machine. Where there is no /proc, processes and files count as none.
type state struct {
	goroutines, files, children, folders int
	heap                                 uint64 // bytes in use
}

func (s state) String() string {
	return fmt.Sprintf("%d goroutines, %d open files, %d child processes, %d temporary folders, %d MiB of heap", s.goroutines, s.files, s.children, s.folders, s.heap>>20)
}

// observe waits a moment for what is about to end.
func observe() state {
	var s state
	for range 50 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		found, _ := filepath.Glob(filepath.Join(os.TempDir(), "millrace-pdfium-*")) // the pattern is a good one
		files, _ := os.ReadDir("/proc/self/fd")                                     // none elsewhere
		s = state{goroutines: runtime.NumGoroutine(), files: len(files), children: len(children()), folders: len(found), heap: m.HeapAlloc}
		if s.children == 0 && s.goroutines < 8 {
			return s
		}
		time.Sleep(20 * time.Millisecond)
	}
	return s
}

// worseThan names what s has more of than it should.
func (s state) worseThan(before state) []string {
	var out []string
	for _, x := range []struct {
		what      string
		was, is   int
		tolerated int
	}{
		{"goroutines", before.goroutines, s.goroutines, 2}, // the signal handler's
		{"open files", before.files, s.files, 4},           // the runtime's poller and its like
		{"child processes", before.children, s.children, 0},
		{"temporary folders", before.folders, s.folders, 0},
		{"MiB of heap", int(before.heap >> 20), int(s.heap >> 20), 64},
	} {
		if x.is > x.was+x.tolerated {
			out = append(out, fmt.Sprintf("%d %s were there before, %d are now", x.was, x.what, x.is))
		}
	}
	return out
}

// children returns the ids of the processes that this one has started and that are still there.
func children() []string {
	paths, _ := filepath.Glob("/proc/self/task/*/children") // none elsewhere
	var out []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // the thread is gone
		}
		for _, pid := range bytes.Fields(text) {
			out = append(out, string(pid))
		}
	}
	return out
}

// largestChild returns the resident memory, in bytes, of the child that has most of it.
func largestChild() int64 {
	var most int64
	for _, pid := range children() {
		text, err := os.ReadFile("/proc/" + pid + "/statm")
		if err != nil {
			continue // it is gone
		}
		if fields := bytes.Fields(text); len(fields) > 1 {
			if pages, err := strconv.ParseInt(string(fields[1]), 10, 64); err == nil {
				most = max(most, pages*int64(os.Getpagesize()))
			}
		}
	}
	return most
}
