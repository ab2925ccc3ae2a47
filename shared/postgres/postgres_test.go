package postgres_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

func open(t *testing.T, url string) *postgres.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestReadySaysWhetherPostgresTakesWrites(t *testing.T) {
	url := testkit.Database(t)
	if err := open(t, url).Ready(t.Context()); err != nil {
		t.Errorf("a running server: %v", err)
	}
	readOnly := open(t, url+"&default_transaction_read_only=on")
	if err := readOnly.Ready(t.Context()); fault.ClassOf(err) != fault.ClassDependencyDown || !strings.Contains(err.Error(), "takes no writes") {
		t.Errorf("a read-only server: %v", err)
	}
	err := readOnly.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "create table x (y int)")
		return err
	})
	if fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("a write to it: %v", err)
	}
}

func TestNothingListensIsDependencyDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	pool := open(t, "postgres://nobody:secret@"+address+"/nothing")
	err = pool.Ready(t.Context())
	if fault.ClassOf(err) != fault.ClassDependencyDown || fault.KindOf(err) != "postgres" {
		t.Errorf("%v is %v", err, fault.ClassOf(err))
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the error shows the password: %v", err)
	}
}

func TestAServerThatHangsDoesNotBlameTheMessage(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	pool := open(t, "postgres://nobody@"+l.Addr().String()+"/nothing?sslmode=disable")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err = pool.Tx(ctx, func(pgx.Tx) error { return nil })
	if fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("%v is %v", err, fault.ClassOf(err))
	}
}

func TestASlowStatementIsTheMessagesOwnFault(t *testing.T) {
	pool := open(t, testkit.Database(t))
	if err := pool.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := pool.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "select pg_sleep(60)")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) || fault.ClassOf(err) != fault.ClassTransient {
		t.Errorf("%v is %v", err, fault.ClassOf(err))
	}
}

func TestTxRunsTheLoserOfADeadlockAgain(t *testing.T) {
	pool := open(t, testkit.Database(t))
	if _, err := pool.Exec(t.Context(), "create table counters (id int primary key, n int); insert into counters values (1, 0), (2, 0)"); err != nil {
		t.Fatal(err)
	}
	var first sync.WaitGroup // both hold their first row before they ask for the second
	first.Add(2)
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i, order := range [][]int{{1, 2}, {2, 1}} {
		all.Go(func() {
			once := sync.OnceFunc(func() { first.Done(); first.Wait() })
			errs[i] = pool.Tx(t.Context(), func(tx pgx.Tx) error {
				for _, id := range order {
					if _, err := tx.Exec(t.Context(), "update counters set n = n + 1 where id = $1", id); err != nil {
						return err
					}
					once()
				}
				return nil
			})
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	var sum int
	if err := pool.QueryRow(t.Context(), "select sum(n) from counters").Scan(&sum); err != nil || sum != 4 {
		t.Errorf("sum is %d (%v), want 4", sum, err)
	}
}

// TestABatchIsOneTransaction runs each batch twice, because a connection prepares its statements the first time only.
func TestABatchIsOneTransaction(t *testing.T) {
	pool := open(t, testkit.Database(t))
	if _, err := pool.Exec(t.Context(), "create table numbers (n int primary key check (n < 100))"); err != nil {
		t.Fatal(err)
	}
	insert := func(n int) postgres.Statement {
		return postgres.Statement{SQL: "insert into numbers values ($1)", Arguments: []any{n}}
	}
	for i := range 2 {
		err := pool.Batch(t.Context(), []postgres.Statement{insert(10 + i), insert(100)})
		if fault.ClassOf(err) != fault.ClassPermanent {
			t.Errorf("a batch with bad data: %v is %v", err, fault.ClassOf(err))
		}
		if err := pool.Batch(t.Context(), []postgres.Statement{insert(2 * i), insert(2*i + 1)}); err != nil {
			t.Error(err)
		}
	}
	var stored string
	err := pool.QueryRow(t.Context(), "select string_agg(n::text, ' ' order by n) from numbers").Scan(&stored)
	if err != nil || stored != "0 1 2 3" {
		t.Errorf("stored %q (%v), want the batches without bad data", stored, err)
	}
}

func TestAMalformedURLIsAnErrorAtOnceWithoutThePassword(t *testing.T) {
	_, err := postgres.Open(t.Context(), "postgres://user:s3cret@host:notaport/db")
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
