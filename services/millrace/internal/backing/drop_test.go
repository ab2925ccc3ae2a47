package backing_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// drop removes the database that u names.
func drop(t *testing.T, u *url.URL) {
	t.Helper()
	admin := *u
	admin.Path = "/postgres"
	conn, err := pgx.Connect(t.Context(), admin.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "drop database "+pgx.Identifier{strings.TrimPrefix(u.Path, "/")}.Sanitize()); err != nil {
		t.Error(err)
	}
}
