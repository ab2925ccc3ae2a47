// Package testkit gives a test what it needs of the outside world: a database and a broker of its own, and documents.
//
// It is for tests only. What is not there skips the test with a word, and fails it where CI=true promises that it is there.
package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// Data returns the folder of development documents: MILLRACE_DATA, else shared/data beside the folder that holds the
// repository. The documents are not part of the repository, so without them the test is skipped, in CI too.
func Data(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("MILLRACE_DATA"); dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() { //nolint:gosec // the caller's own folder
			t.Fatalf("MILLRACE_DATA is not a folder: %s", dir)
		}
		return dir
	}
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(filepath.Dir(root), "shared", "data")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Skip("no development documents: set MILLRACE_DATA to a folder that has them")
	}
	return dir
}

// repository returns the nearest folder above the working directory that holds go.work.
func repository() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", &os.PathError{Op: "find go.work above", Path: start, Err: os.ErrNotExist}
		}
	}
}
