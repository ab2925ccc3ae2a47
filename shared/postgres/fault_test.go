package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
)

func TestFaultClassesEveryErrorThatMatters(t *testing.T) {
	state := func(code string) error { return fmt.Errorf("store: %w", &pgconn.PgError{Code: code}) }
	tests := []struct {
		name  string
		err   error
		class fault.Class
		kind  string
	}{
		{"admin shutdown", state("57P01"), fault.ClassDependencyDown, "postgres"},
		{"crash shutdown", state("57P02"), fault.ClassDependencyDown, "postgres"},
		{"cannot connect now", state("57P03"), fault.ClassDependencyDown, "postgres"},
		{"too many connections", state("53300"), fault.ClassDependencyDown, "postgres"},
		{"disk full", state("53100"), fault.ClassDependencyDown, "postgres"},
		{"read-only", state("25006"), fault.ClassDependencyDown, "postgres"},
		{"I/O error", state("58030"), fault.ClassDependencyDown, "postgres"},
		{"wrong password", state("28P01"), fault.ClassDependencyDown, "postgres"},
		{"no right", state("42501"), fault.ClassDependencyDown, "postgres"},
		{"no such table", state("42P01"), fault.ClassDependencyDown, "postgres"},
		{"no such database", state("3D000"), fault.ClassDependencyDown, "postgres"},
		{"connection failure", state("08006"), fault.ClassDependencyDown, "postgres"},
		{"data corrupted", state("XX001"), fault.ClassDependencyDown, "postgres"},
		{"serialization", state("40001"), fault.ClassTransient, ""},
		{"deadlock", state("40P01"), fault.ClassTransient, ""},
		{"lock not available", state("55P03"), fault.ClassTransient, ""},
		{"statement timeout", state("57014"), fault.ClassTransient, ""},
		{"internal error", state("XX000"), fault.ClassTransient, ""},
		{"a code nobody knows", state("?"), fault.ClassTransient, ""},
		{"bad number", state("22P02"), fault.ClassPermanent, "bad_data"},
		{"invalid bytes", state("22021"), fault.ClassPermanent, "bad_data"},
		{"same row twice", state("21000"), fault.ClassPermanent, "bad_data"},
		{"check violation", state("23514"), fault.ClassPermanent, "constraint"},
		{"foreign key", state("23503"), fault.ClassPermanent, "constraint"},
		{"index row too large", state("54000"), fault.ClassPermanent, "over_limit"},
		{"refused", fmt.Errorf("x: %w", &net.OpError{Op: "dial", Err: errors.New("connection refused")}), fault.ClassDependencyDown, "postgres"},
		{"gone in the middle", fmt.Errorf("x: %w", io.ErrUnexpectedEOF), fault.ClassDependencyDown, "postgres"},
		{"deadline", fmt.Errorf("x: %w", context.DeadlineExceeded), fault.ClassTransient, ""},
		{"shutdown", fmt.Errorf("x: %w", context.Canceled), fault.ClassInterrupted, ""},
		{"anything else", errors.New("boom"), fault.ClassTransient, ""},
		{"classed before", fault.New(fault.ClassPermanent, "blob_missing", "x: %w", state("57P01")), fault.ClassPermanent, "blob_missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := postgres.Fault(tt.err)
			if fault.ClassOf(got) != tt.class || fault.KindOf(got) != tt.kind {
				t.Errorf("Fault(%v) is %v %q, want %v %q", tt.err, fault.ClassOf(got), fault.KindOf(got), tt.class, tt.kind)
			}
			if !errors.Is(got, tt.err) || got.Error() != tt.err.Error() {
				t.Errorf("the cause is lost: %v", got)
			}
		})
	}
	if postgres.Fault(nil) != nil {
		t.Error("Fault(nil) is not nil")
	}
}

func TestTextIsWhatPostgresTakes(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Grüße, 你好\f\n\t", "Grüße, 你好\f\n\t"},
		{"NUL", "a\x00b\x00\x00c", "abc"},
		{"only NUL", "\x00", ""},
		{"invalid", "a\xff\xfeb", "a\uFFFDb"},
		{"surrogate half", "\xed\xa0\x80x", "\uFFFDx"},
		{"cut off", "caf\xc3", "caf\uFFFD"},
		{"NUL between the bytes of a rune", "\xc3\x00\xa9", "\uFFFD\uFFFD"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := postgres.Text(tt.in); got != tt.want {
				t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
