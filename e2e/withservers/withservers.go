// Package withservers gives a command the servers that tests need. It starts only what it cannot find and stops only what
// it has started.
package withservers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/millrace/millrace/shared/servers"
)

const (
	amqpKey     = "MILLRACE_TEST_AMQP_URL"
	postgresKey = "MILLRACE_TEST_POSTGRES_URL"
)

// Run runs the command in args with the environment completed, and returns its exit code.
func Run(args, environ []string) (code int, err error) {
	if len(args) == 0 {
		return 2, errors.New("name a command to run")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "millrace-test-servers-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the database server may run as another user
		return 1, err
	}
	if !set(environ, amqpKey) && !listens("127.0.0.1:5672") {
		fmt.Fprintln(os.Stderr, "withservers: starting a private RabbitMQ")
		rabbit, err := servers.StartRabbitMQ(ctx, servers.RabbitMQConfig{Dir: filepath.Join(dir, "rabbitmq")})
		if err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, rabbit.Stop()) }()
		environ = append(environ, amqpKey+"="+rabbit.URL())
	}
	if !set(environ, postgresKey) && !listens("127.0.0.1:5432") {
		fmt.Fprintln(os.Stderr, "withservers: starting a private PostgreSQL")
		postgres, err := servers.StartPostgres(ctx, servers.PostgresConfig{Dir: filepath.Join(dir, "postgres"), NoSync: true})
		if err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, postgres.Stop(context.Background())) }()
		admin, err := url.Parse(postgres.URL())
		if err != nil {
			return 1, err
		}
		admin.Path = "/postgres"
		environ = append(environ, postgresKey+"="+admin.String())
	}
	return command(ctx, args, environ)
}

// command runs the command to its end; an interrupt is passed on.
func command(ctx context.Context, args, environ []string) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	cmd.Env = environ
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, fmt.Errorf("run %s: %w", args[0], err)
	}
	return 0, nil
}

func set(environ []string, key string) bool {
	return slices.ContainsFunc(environ, func(kv string) bool { return strings.HasPrefix(kv, key+"=") && len(kv) > len(key)+1 })
}

func listens(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}
