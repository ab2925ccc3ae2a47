package backing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/servers"
)

// Usual local servers: RabbitMQ's default user, and a Postgres that trusts local connections.
const (
	LocalRabbitMQ = "amqp://guest:guest@127.0.0.1:5672/" //nolint:gosec // RabbitMQ's documented default, for loopback only
	LocalPostgres = "postgres://postgres@127.0.0.1:5432/millrace?sslmode=disable"
)

// probeTimeout bounds one probe, so that a host that swallows packets does not hold up the start.
const probeTimeout = 10 * time.Second

// stopTimeout bounds the stop of a private server, after which it is killed; it then recovers at its next start.
const stopTimeout = 30 * time.Second

// ProbePostgres reports whether the database at url can be used, and makes it when it is the one thing missing and this user
// may. Its error wraps ErrRefused when the server answers but does not let us in.
func ProbePostgres(ctx context.Context, rawURL string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, rawURL)
	if code(err) == "3D000" { // no such database
		if err := createDatabase(ctx, rawURL); err != nil {
			return err
		}
		conn, err = pgx.Connect(ctx, rawURL)
	}
	if err != nil {
		return explain(err)
	}
	return conn.Close(ctx)
}

// createDatabase makes the database that url names, from the server's maintenance database.
func createDatabase(ctx context.Context, rawURL string) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return errors.New("the Postgres URL cannot be read; write postgres://user:password@host:port/database")
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	conn, err := pgx.Connect(ctx, u.String())
	if err != nil {
		return explain(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()+" template template0 encoding 'UTF8'")
	switch code(err) {
	case "", "42P04", "23505": // made, or made by another meanwhile
		return unlessCoded(err)
	case "42501":
		return fmt.Errorf("%w: there is no database %s and this user may not create one", ErrRefused, name)
	}
	return fmt.Errorf("create database %s: %w", name, err)
}

// explain turns a failure to connect into one that says whether the server refused us. pgx leaves passwords out.
func explain(err error) error {
	if c := code(err); strings.HasPrefix(c, "28") || c == "42501" {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if strings.Contains(err.Error(), "SASL") { // a password is asked for that we do not have
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

func unlessCoded(err error) error {
	if code(err) != "" {
		return nil
	}
	return err
}

// RabbitMQ returns what can be done about RabbitMQ on this machine.
func RabbitMQ() Kind {
	return Kind{
		Name: "RabbitMQ", Local: LocalRabbitMQ, Packages: []string{"rabbitmq-server"},
		Probe: ProbeRabbitMQ, Absent: servers.ErrNoRabbitMQ,
		Start: func(ctx context.Context, dir string) (Private, error) {
			r, err := servers.StartRabbitMQ(ctx, servers.RabbitMQConfig{Dir: dir})
			if err != nil {
				return nil, err
			}
			return privateRabbitMQ{r}, nil
		},
	}
}

// Postgres returns what can be done about Postgres on this machine.
func Postgres() Kind {
	return Kind{
		Name: "Postgres", Local: LocalPostgres, Packages: []string{"postgresql"},
		Probe: ProbePostgres, Absent: servers.ErrNoPostgres,
		Start: func(ctx context.Context, dir string) (Private, error) {
			p, err := servers.StartPostgres(ctx, servers.PostgresConfig{Dir: dir})
			if err != nil {
				return nil, err
			}
			return privatePostgres{p}, nil
		},
	}
}

type privateRabbitMQ struct{ server *servers.RabbitMQ }

func (p privateRabbitMQ) URL() string { return p.server.URL() }

func (p privateRabbitMQ) Running() bool {
	select {
	case <-p.server.Done():
		return false
	default:
		return true
	}
}

func (p privateRabbitMQ) Restart(ctx context.Context) error { return p.server.Restart(ctx) }

// Close leaves a server that was told to stop to itself when ctx ends.
func (p privateRabbitMQ) Close(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- p.server.Stop() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return nil
	}
}

type privatePostgres struct{ server *servers.Postgres }

func (p privatePostgres) URL() string { return p.server.URL() }

func (p privatePostgres) Running() bool { return p.server.Running() }

func (p privatePostgres) Restart(ctx context.Context) error { return p.server.Restart(ctx) }

func (p privatePostgres) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	return p.server.Stop(ctx)
}

// ProbeRabbitMQ reports whether the broker at url can be used. Its error wraps ErrRefused when it answers but does not let us
// in.
func ProbeRabbitMQ(ctx context.Context, rawURL string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	u, err := url.Parse(rawURL)
	if err != nil {
		return errors.New("the RabbitMQ URL cannot be read; write amqp://user:password@host:port/vhost")
	}
	// Connecting goes on in the background and would report a closed port only when the time is up.
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", hostPort(u))
	if err != nil {
		return err
	}
	_ = conn.Close() // nothing was said
	b, err := broker.Open(broker.Config{URL: rawURL, Name: "millrace probe"})
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }() // nothing is in flight
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := b.Ready()
		switch {
		case err == nil:
			return nil
		case strings.Contains(err.Error(), "refuses the user"):
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-ticker.C:
		}
	}
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "amqps" {
		return net.JoinHostPort(u.Hostname(), "5671")
	}
	return net.JoinHostPort(u.Hostname(), "5672")
}
