package servers

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Control runs rabbitmqctl on the server.
func (r *RabbitMQ) Control(ctx context.Context, arguments ...string) error {
	cmd := exec.CommandContext(ctx, r.controlProgram(), arguments...)
	cmd.Env = r.environment()
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("rabbitmqctl %s: %w: %s", arguments[0], err, bytes.TrimSpace(output))
	}
	return nil
}

// ControlScript writes a script that is rabbitmqctl for this server and returns its path, so that other programs can use it
// as long as the server runs.
func (r *RabbitMQ) ControlScript() (path string, err error) {
	var script strings.Builder
	script.WriteString("#!/bin/sh\nexec env -i \\\n")
	for _, pair := range r.environment() {
		fmt.Fprintf(&script, "  %s \\\n", quoted(pair))
	}
	fmt.Fprintf(&script, "  %s \"$@\"\n", quoted(r.controlProgram()))
	path = filepath.Join(r.cfg.Dir, "rabbitmqctl")
	if err := os.WriteFile(path, []byte(script.String()), 0o700); err != nil { //nolint:gosec // it is run by its owner
		return "", fmt.Errorf("write a rabbitmqctl for the server in %s: %w", r.cfg.Dir, err)
	}
	return path, nil
}

// controlProgram lies beside the server's own script.
func (r *RabbitMQ) controlProgram() string {
	return filepath.Join(filepath.Dir(r.server), "rabbitmqctl")
}

// quoted makes one word of s for a shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
