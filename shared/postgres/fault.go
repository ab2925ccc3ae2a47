package postgres

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/millrace/millrace/shared/fault"
)

// Fault gives an error of pgx the class that it has for the message in hand; the text stays as it is.
//
//   - The server, the network or the account is at fault: DependencyDown, kind "postgres".
//   - The data is (SQLSTATE classes 22 and 23, a row or value over a limit): Permanent, with a kind such as "bad_data".
//   - Another transaction was first (class 40, a lock that is taken), or nobody knows: Transient.
//   - The context was cancelled, or the pool closed: Interrupted, because only shutdown does that.
//
// SQLSTATE codes are those of the Postgres manual, appendix A. Errors that already have a class, and nil, stay as they are.
func Fault(err error) error {
	var classed *fault.Error
	if err == nil || errors.As(err, &classed) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, puddle.ErrClosedPool) {
		return fault.Interrupted(err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return ofState(pg.Code, err)
	}
	if isConnection(err) {
		return down(err)
	}
	return err
}

func down(err error) error { return fault.DependencyDown("postgres", err) }

// ofState decides by SQLSTATE: first the codes that differ from their class, then the class (the first two characters).
func ofState(code string, err error) error {
	switch code {
	case "25006": // read_only_sql_transaction: a standby, or the administrator's doing
		return down(err)
	case "42501", // insufficient_privilege: no message can cure it, no message is to blame
		"42P01", "42703", "42883", "3F000", "3D000": // a table, column, function, schema or database is missing: not migrated
		return down(err)
	case "57014", // query_canceled: a statement timeout, which may be this message's doing
		"55P03": // lock_not_available
		return err
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return down(err)
	}
	if len(code) != 5 {
		return err
	}
	switch code[:2] {
	case "08", // connection_exception
		"28", // invalid_authorization_specification: wrong password, no such role
		"53", // insufficient_resources: disk full, out of memory, too many connections
		"57", // operator_intervention: shutdown, crash, cannot_connect_now
		"58", // system_error: I/O
		"F0": // config_file_error
		return down(err)
	case "21", "22": // cardinality_violation, data_exception
		return permanent("bad_data", err)
	case "23": // integrity_constraint_violation
		return permanent("constraint", err)
	case "54": // program_limit_exceeded: a value that no index row or tsvector can hold
		return permanent("over_limit", err)
	default:
		return err
	}
}

func permanent(kind string, err error) error {
	return &fault.Error{Class: fault.ClassPermanent, Kind: kind, Err: err}
}

// isConnection reports whether the connection could not be made or broke. A deadline of the caller's is not that.
func isConnection(err error) bool {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return true
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || // the server went away in the middle
		pgconn.SafeToRetry(err) // nothing was sent: the connection was closed before
}

// lostToAnother reports whether a transaction can simply be run again: serialization_failure, deadlock_detected.
func lostToAnother(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
