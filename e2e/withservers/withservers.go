// Package withservers gives a command the servers that tests need: a RabbitMQ of their own where one is installed, and the
// PostgreSQL of this machine, else one of their own. It stops only what it has started.
package withservers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/servers"
)

const (
	amqpKey     = "MILLRACE_TEST_AMQP_URL"
	controlKey  = "MILLRACE_TEST_RABBITMQCTL"
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
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the database server may run as another user
		return 1, err
	}
	if !set(environ, amqpKey) {
		stop, added, err := rabbitMQ(ctx, filepath.Join(dir, "rabbitmq"))
		if err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, stop()) }()
		environ = append(environ, added...)
	}
	if !set(environ, postgresKey) && !answersPostgres(ctx) {
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

// rabbitMQ starts a private RabbitMQ, and returns how to stop it and what to add to the environment. The tests declare
// hundreds of queues, for which a server that runs already may lack the descriptors; it is used where none is installed.
func rabbitMQ(ctx context.Context, dir string) (stop func() error, environ []string, err error) {
	rabbit, err := servers.StartRabbitMQ(ctx, servers.RabbitMQConfig{Dir: dir})
	if errors.Is(err, servers.ErrNoRabbitMQ) && answersAMQP(ctx) {
		return func() error { return nil }, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintln(os.Stderr, "withservers: started a private RabbitMQ")
	control, err := rabbit.ControlScript()
	if err != nil {
		return nil, nil, errors.Join(err, rabbit.Stop())
	}
	return rabbit.Stop, []string{amqpKey + "=" + rabbit.URL(), controlKey + "=" + control}, nil
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

// The servers that package testkit expects where nothing else is said.
const (
	localAMQP     = "amqp://guest:guest@127.0.0.1:5672/" //nolint:gosec // RabbitMQ's own default, which it takes from loopback only
	localPostgres = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"
)

// answersAMQP reports whether the local RabbitMQ lets the tests in.
func answersAMQP(ctx context.Context) bool {
	b, err := broker.Open(broker.Config{URL: localAMQP, Name: "withservers", ConnectWait: 5 * time.Second})
	if err != nil {
		return false
	}
	defer func() { _ = b.Close() }() // it was only a question
	_, err = b.Stats(ctx, nil)
	return err == nil
}

// answersPostgres reports whether the local PostgreSQL lets the tests in, as the superuser they need.
func answersPostgres(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, localPostgres)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close(ctx) }() // it was only a question
	var super bool
	return conn.QueryRow(ctx, "select usesuper from pg_user where usename = current_user").Scan(&super) == nil && super
}
