//go:build !linux

package supervise

import "syscall"

// attributes puts a child into a process group of its own, so that a terminal's Ctrl-C reaches only the supervisor, which
// then drains in order. There is no parent-death signal on this system.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
