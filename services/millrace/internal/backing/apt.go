package backing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
)

// DebianApt installs with apt-get, as root or through a sudo that asks for no password. What apt-get prints goes to Out when it fails.
type DebianApt struct {
	Out io.Writer
	Env []string // environment of the commands
}

// Able reports whether this is a Debian or Ubuntu on which this user may install packages.
func (a DebianApt) Able() (ok bool, why string) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return false, "there is no apt-get: this is not Debian or Ubuntu"
	}
	if os.Geteuid() == 0 {
		return true, ""
	}
	if err := exec.Command("sudo", "-n", "true").Run(); err != nil { //nolint:noctx // ends at once
		return false, "you are not root, and sudo is absent or asks for a password"
	}
	return true, ""
}

// Install refreshes the package lists and installs packages.
func (a DebianApt) Install(ctx context.Context, packages []string) error {
	if err := a.run(ctx, "apt-get", "update", "-q"); err != nil {
		return err
	}
	return a.run(ctx, "apt-get", append([]string{"install", "-q", "-y", "--no-install-recommends"}, packages...)...)
}

func (a DebianApt) run(ctx context.Context, name string, args ...string) error {
	command := append([]string{"env", "DEBIAN_FRONTEND=noninteractive", name}, args...)
	if os.Geteuid() != 0 {
		command = append([]string{"sudo", "-n"}, command...)
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &printed, &printed, slices.Clone(a.Env)
	if err := cmd.Run(); err != nil {
		_, _ = a.Out.Write(printed.Bytes()) // beside the error, which is what is returned
		return errors.Join(fmt.Errorf("%s %s failed: %w", name, args[0], err), ctx.Err())
	}
	return nil
}
