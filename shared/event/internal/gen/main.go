// Command gen writes what follows from the payload structs: the JSON Schemas and the AsyncAPI document. Its argument is
// the folder of package event. `make generate` runs it; a test of package event fails when its output has drifted.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/millrace/millrace/shared/event/internal/contract"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	files, err := contract.Files()
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil { //nolint:gosec // public files
			return err
		}
	}
	return nil
}
