package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace/millrace/shared/blob"
)

// Where the generator keeps its own things in an inbox, and what it puts beside a refused file; docs/inbox.md.
const (
	inboxHome    = ".millrace"
	inboxArchive = "archive"
	reasonSuffix = ".reason.txt"
)

// countRejected returns how many refused files lie beside their reason; nil when the folder is not on this machine.
func countRejected(folder string) (*int64, error) {
	if folder == "" {
		return nil, nil //nolint:nilnil // nobody knows
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // nobody knows
	}
	var n int64
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return passGone(err)
		}
		file, isReason := strings.CutSuffix(path, reasonSuffix)
		if !isReason || d.IsDir() {
			return nil
		}
		if _, err := os.Lstat(file); err == nil {
			n++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count rejected files: %w", err)
	}
	return &n, nil
}

// inboxHolds returns which contents are still in the inbox as files, claimed or not, with the files' names. Only files of a fitting size
// are read.
func inboxHolds(inbox string, contents []blob.Info) (map[blob.Ref]string, error) {
	if inbox == "" || len(contents) == 0 {
		return nil, nil //nolint:nilnil // none
	}
	sizes := map[int64]bool{}
	wanted := map[blob.Ref]bool{}
	for _, c := range contents {
		sizes[c.Size], wanted[c.Ref] = true, true
	}
	found := map[blob.Ref]string{}
	err := filepath.WalkDir(inbox, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return passGone(err)
		}
		if d.IsDir() && path == filepath.Join(inbox, inboxArchive) {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || !sizes[info.Size()] {
			return nil //nolint:nilerr // gone since, or not a document
		}
		ref, err := hashFile(path)
		if err == nil && wanted[ref] {
			found[ref] = droppedName(inbox, path)
		}
		return passGone(err)
	})
	if err != nil {
		return nil, fmt.Errorf("look for documents in the inbox: %w", err)
	}
	return found, nil
}

// droppedName returns the name that a file in the inbox was dropped by: without the claim's id, which is a UUID.
func droppedName(inbox, path string) string {
	name := filepath.Base(path)
	if strings.HasPrefix(path, filepath.Join(inbox, inboxHome)+string(filepath.Separator)) {
		const idLength = 36
		if len(name) > idLength && name[idLength] == '_' {
			return name[idLength+1:]
		}
	}
	return name
}

func hashFile(path string) (blob.Ref, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // read only
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return blob.Ref("sha256:" + hex.EncodeToString(hash.Sum(nil))), nil
}

// passGone passes over what a busy generator moved meanwhile, and what this user may not read.
func passGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
