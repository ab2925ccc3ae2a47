package deliver

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Reason returns the kind for which the generator refused the file that arrived as name since the given time; ok is false when it
// has not. rejected is the generator's folder for refused files.
func Reason(rejected, name string, since time.Time) (kind string, ok bool) {
	path := filepath.Join(rejected, name+".reason.txt")
	info, err := os.Stat(path)
	if err != nil || info.ModTime().Before(since) {
		return "", false
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	kind, _, _ = strings.Cut(string(content), "\n")
	return strings.TrimSpace(kind), true
}
