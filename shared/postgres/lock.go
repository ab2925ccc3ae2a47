package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const releaseTimeout = 5 * time.Second

// Lock is a lock between programs, held by a connection of its own: what is written over that connection is written under
// the lock, because with the connection both are lost. It is for one goroutine.
type Lock struct {
	*pgxpool.Conn
}

// TryLock takes the lock of that name; ok is false when somebody else holds it. The error is a fault as [Fault] returns it.
func (p *Pool) TryLock(ctx context.Context, name string) (lock *Lock, ok bool, err error) {
	conn, err := p.Acquire(ctx)
	if err != nil {
		return nil, false, Fault(fmt.Errorf("lock %s: %w", name, err))
	}
	err = conn.QueryRow(ctx, "select pg_try_advisory_lock(hashtextextended($1, 0))", "millrace "+name).Scan(&ok)
	if err != nil || !ok {
		conn.Release()
		if err != nil {
			err = Fault(fmt.Errorf("lock %s: %w", name, err))
		}
		return nil, false, err
	}
	return &Lock{conn}, true, nil
}

// Release frees the lock, at once where the connection still works; else the server does when it sees the connection closed.
func (l *Lock) Release() {
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	if _, err := l.Exec(ctx, "select pg_advisory_unlock_all()"); err == nil {
		l.Conn.Release()
		return
	}
	_ = l.Hijack().Close(ctx) // it is broken already
}
