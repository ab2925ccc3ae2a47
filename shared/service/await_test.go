package service_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/service"
	"github.com/millrace/millrace/shared/testkit"
)

func TestAServiceRefusesAnotherSchemaAndWaitsForPostgres(t *testing.T) {
	server := testkit.PrivatePostgres(t)
	pool, err := postgres.Open(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := &service.Service{Health: service.NewHealth(), Log: slog.New(slog.DiscardHandler)}
	await := func() error {
		check := func(ctx context.Context) error { return migrations.Check(ctx, pool) }
		return s.Await(t.Context(), "schema", check, migrations.ErrOutdated, migrations.ErrTooNew)
	}
	if err := await(); !errors.Is(err, migrations.ErrOutdated) {
		t.Errorf("an empty database: %v", err)
	}
	if err := migrations.Up(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- await() }()
	testkit.Eventually(t, time.Minute, func() error {
		if report, ready := s.Health.Report(); ready {
			return fmt.Errorf("ready without Postgres: %v", report)
		}
		return nil
	})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Postgres came back: %v", err)
	}
	if report, ready := s.Health.Report(); !ready {
		t.Errorf("not ready: %v", report)
	}
}
