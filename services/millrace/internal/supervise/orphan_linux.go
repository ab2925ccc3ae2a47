package supervise

import "syscall"

// attributes puts a child into a process group of its own, so that a terminal's Ctrl-C reaches only the supervisor, which
// then drains in order; and has the kernel kill the child when the supervisor dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
