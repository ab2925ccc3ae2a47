package testkit

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/millrace/millrace/shared/servers"
)

// PrivatePostgres starts a Postgres server that belongs to this test alone, to be killed and started again at will, and
// removes it when the test ends. Its database millrace is empty. Where none is installed the test is skipped, or fails
// where CI=true.
func PrivatePostgres(t testing.TB) *servers.Postgres {
	t.Helper()
	p, err := servers.StartPostgres(t.Context(), servers.PostgresConfig{Dir: ServerDir(t), NoSync: true})
	if errors.Is(err, servers.ErrNoPostgres) {
		Unavailable(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// ServerDir returns a new folder that another user can enter, which the folder of testing.TB.TempDir is not for: as root,
// servers run as users of their own. It is removed when the test ends.
func ServerDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "millrace-test-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the server's folder: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // others may enter, not read
		t.Fatal(err)
	}
	return dir
}
