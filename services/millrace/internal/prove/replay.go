package prove

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"

	"github.com/millrace/millrace/shared/pdf"
)

const (
	// replayWithin bounds the search for a moment at which both servers are up for the length of a replay.
	replayWithin = 90 * time.Second
	// someFailed is the command's exit code when letters failed again, as these have to.
	someFailed = 3
)

// replayDeadLetters sends the dead letters of encrypted documents again, with the command that people use. They die again: as the
// same dead letters. A replay that met a server that was down is given again, which must be safe.
func (w *world) replayDeadLetters(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, replayWithin)
	defer cancel()
	for {
		err := w.replayOnce(ctx)
		if err == nil || ctx.Err() != nil || !pause(ctx, 2*time.Second) {
			return err
		}
	}
}

func (w *world) replayOnce(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, w.cfg.Self, "dead-letters", "replay", "--kind", pdf.KindEncrypted, "--yes",
		"--canary", "0", "--max-failures", "1", "--rate", "100", "--wait", "10s",
		"--data", w.cfg.Dir.Path(), "--amqp-url", w.rabbitmq.url(), "--postgres-url", w.postgres.url())
	cmd.Env = environment(w.cfg.Environ, nil)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the terminal's Ctrl-C ends the run, which ends this
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == someFailed {
		return nil
	}
	if err != nil {
		return fmt.Errorf("replay dead letters: %w: %s", err, bytes.TrimSpace(said.Bytes()[max(0, said.Len()-1000):]))
	}
	return nil
}
