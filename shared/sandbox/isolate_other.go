//go:build !linux

package sandbox

import (
	"os/exec"
	"syscall"
)

// isolate puts a child into a process group of its own.
func isolate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// restrict does nothing: the Go runtime's memory limit is all there is.
func restrict(int64) {}

func residentMemory(int) (int64, bool) { return 0, false }

func degraded() string {
	return "no hard memory limit and no watch over memory; a child may outlive a killed parent by half a second"
}
