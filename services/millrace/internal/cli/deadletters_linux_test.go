package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestATerminalIsAskedBeforeManyAreSent(t *testing.T) {
	m := newMorgue(t, 2)
	for _, tt := range []struct {
		answer     string
		code, sent int
	}{{"n\n", ExitFailed, 0}, {"\n", ExitFailed, 0}, {"y\n", ExitOK, 2}} {
		keyboard, terminal := openTerminal(t)
		if _, err := io.WriteString(keyboard, tt.answer); err != nil {
			t.Fatal(err)
		}
		r := runWith(t, terminal, m.env, "dead-letters", "replay", "--all", "--canary", "0", "--wait", "0")
		if r.code != tt.code || m.ready() != tt.sent || !strings.Contains(r.err, "Send 2 dead letters again") {
			t.Errorf("after %q %d messages were sent: %+v", tt.answer, m.ready(), r)
		}
	}
}

// openTerminal returns the two ends of a pseudo-terminal.
func openTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return keyboard, terminal
}
