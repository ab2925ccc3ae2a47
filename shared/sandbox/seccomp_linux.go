package sandbox

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidden returns the system calls that lead out of a process: connections of any kind, other processes, other views of the system, and
// corners of the kernel that a reader has no use for.
func forbidden() []uint32 {
	return []uint32{
		unix.SYS_SOCKET, unix.SYS_IO_URING_SETUP, // io_uring opens sockets too
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD,
		unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT,
		unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL,
	}
}

// architecture is the value that the kernel gives a filter for system calls of this program's own kind (seccomp(2)).
func architecture() (uint32, error) {
	switch runtime.GOARCH {
	case "amd64":
		return unix.AUDIT_ARCH_X86_64, nil
	case "arm64":
		return unix.AUDIT_ARCH_AARCH64, nil
	}
	return 0, errors.New("there is no list of system calls for " + runtime.GOARCH)
}

// x32 is set in the numbers of system calls of amd64's second kind (x32), which Go does not use.
const x32 = 0x40000000

// closeNetwork lets the kernel refuse the forbidden system calls in all threads of this process and in all programs that it starts.
func closeNetwork() error {
	own, err := architecture()
	if err != nil {
		return err
	}
	filter := systemCallFilter(own, forbidden())
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program))) //nolint:gosec // the system call takes an address
	runtime.KeepAlive(filter)
	switch {
	case errno != 0:
		return fmt.Errorf("seccomp: %w", errno)
	case thread != 0:
		return fmt.Errorf("seccomp: thread %d cannot be bound", thread)
	}
	return nil
}

// systemCallFilter returns the program that refuses system calls with EPERM, and all of another architecture. The kernel shows it the
// call's number at offset 0 and the architecture at 4 (struct seccomp_data).
func systemCallFilter(own uint32, refused []uint32) []unix.SockFilter {
	const (
		load   = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		least  = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
		answer = unix.BPF_RET | unix.BPF_K
	)
	n := uint8(len(refused))
	filter := []unix.SockFilter{
		{Code: load, K: 4},
		{Code: equal, K: own, Jf: n + 3}, // to the refusal, as every jump below
		{Code: load, K: 0},
		{Code: least, K: x32, Jt: n + 1},
	}
	for i, call := range refused {
		filter = append(filter, unix.SockFilter{Code: equal, K: call, Jt: n - uint8(i)})
	}
	return append(filter,
		unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
	)
}
