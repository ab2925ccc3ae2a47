package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/services/millrace/internal/backing"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/pipeline"
)

func (a *app) migrateCommand() *cobra.Command {
	var roles bool
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database schema to this program's version",
		Long: `Brings the database schema to the version that this program needs; a schema that is there already is left alone. The user
in the URL must be allowed to create schemas.

With --roles it also makes, or brings up to date, the login roles millrace_sink (writes results), millrace_deadletters (keeps
dead letters), millrace_operator (repairs: replays, edits, discards) and millrace_reader (reads). Their passwords are taken
from MILLRACE_SINK_PASSWORD, MILLRACE_DEADLETTERS_PASSWORD, MILLRACE_OPERATOR_PASSWORD and MILLRACE_READER_PASSWORD, or from the
files that MILLRACE_SINK_PASSWORD_FILE and so on name; a role without a password is left out.`,
		Example: `  millrace migrate
  millrace migrate --postgres-url postgres://admin@db.example/millrace --roles`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := a.target()
			if err != nil {
				return err
			}
			if t.PostgresURL == "" {
				return a.noInstance("its Postgres")
			}
			return a.migrate(cmd.Context(), t.PostgresURL, roles)
		},
	}
	cmd.Flags().BoolVar(&roles, "roles", false, "also make the least-privilege roles")
	return cmd
}

func (a *app) topologyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "topology",
		Short: "Declare the exchanges and queues on the broker",
		Long: `Declares every exchange, queue and retry tier of the standard pipeline; what is there already is left alone. The services
do this for themselves where their user may; it is a command for installations in which only set-up may.`,
		Example: `  millrace topology --amqp-url amqps://admin@mq.example/`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := a.target()
			if err != nil {
				return err
			}
			if t.AMQPURL == "" {
				return a.noInstance("its RabbitMQ")
			}
			return a.declare(cmd.Context(), t.AMQPURL, t.Prefix)
		},
	}
}

func (a *app) setupCommand() *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Wait for both servers, then migrate (with roles) and declare the topology",
		Long: `Waits until RabbitMQ and Postgres answer, then does what millrace migrate --roles and millrace topology do. It may run at
every start of an installation.`,
		Example: `  millrace setup --wait 2m`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := a.target()
			if err != nil {
				return err
			}
			if t.AMQPURL == "" || t.PostgresURL == "" {
				return a.noInstance("one of its servers")
			}
			ctx := cmd.Context()
			if err := a.await(ctx, wait, "Postgres", backing.ProbePostgres, t.PostgresURL); err != nil {
				return err
			}
			if err := a.await(ctx, wait, "RabbitMQ", backing.ProbeRabbitMQ, t.AMQPURL); err != nil {
				return err
			}
			if err := a.migrate(ctx, t.PostgresURL, true); err != nil {
				return err
			}
			return a.declare(ctx, t.AMQPURL, t.Prefix)
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 2*time.Minute, "how long to wait for the servers")
	return cmd
}

// migrate brings the schema to this program's version, and the roles if asked to.
func (a *app) migrate(ctx context.Context, url string, roles bool) error {
	if err := migrations.Up(ctx, url); err != nil {
		return err
	}
	version, err := migrations.Latest()
	if err != nil {
		return err
	}
	a.note("schema: version %d", version)
	if !roles {
		return nil
	}
	cfg := migrations.RolesConfig{
		SinkPassword: a.settings.SinkPassword, DeadLettersPassword: a.settings.DeadLettersPassword,
		OperatorPassword: a.settings.OperatorPassword, ReaderPassword: a.settings.ReaderPassword,
	}
	if cfg == (migrations.RolesConfig{}) {
		a.note("roles: left out, because no passwords are given (MILLRACE_SINK_PASSWORD and so on)")
		return nil
	}
	if err := migrations.Roles(ctx, url, cfg); err != nil {
		return err
	}
	a.note("roles: up to date")
	return nil
}

// declare makes everything that the pipeline needs on the broker.
func (a *app) declare(ctx context.Context, url, prefix string) error {
	b, err := broker.Open(broker.Config{URL: url, Prefix: prefix, Name: "millrace", History: a.settings.History.Config()})
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }() // nothing is in flight
	groups := a.settings.groups()
	if err := b.Declare(ctx, groups, pipeline.Topics()); err != nil {
		return err
	}
	a.note("topology: %d topics, %d consumer groups", len(pipeline.Topics()), len(groups))
	return nil
}

// await probes a server until it can be used.
func (a *app) await(ctx context.Context, within time.Duration, name string, probe func(context.Context, string) error, url string) error {
	deadline := time.Now().Add(within)
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	said := false
	for {
		err := probe(ctx, url)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s could not be used within %v: %w", name, within, err)
		}
		if !said {
			a.note("waiting for %s: %v", name, err)
			said = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
