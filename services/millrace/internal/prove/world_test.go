package prove

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
)

// TestAStartThatIsCalledOffLeavesNothing ends the start at once, as Ctrl-C does.
func TestAStartThatIsCalledOffLeavesNothing(t *testing.T) {
	dir, err := datadir.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir.Path(), 0o755); err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	for _, name := range testServices() {
		if err := os.WriteFile(programs+"/"+name, nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent := func(string, ...any) {}
	_, err = Run(ctx, Config{Dir: dir, BinDir: programs, Services: testServices(), Length: 3 * time.Minute, Seed: 1, Say: silent, Show: silent})
	if err == nil {
		t.Fatal("it ran")
	}
	all, err := mounted()
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(all, dir.Sub("blobs")) {
		t.Error("the small file system is still mounted")
	}
	for _, folder := range []string{rabbitmqFolder, postgresFolder} {
		if err := os.RemoveAll(dir.Sub(folder)); err != nil { // a server that runs would go on writing there
			t.Errorf("%s: %v", folder, err)
		}
	}
}
