package sandbox

import (
	"os"
	"path/filepath"

	"github.com/millrace/millrace/shared/pdf/ocr"
)

// vault is what a child may still do once it has shut itself in: compute, answer, and read what is named here.
type vault struct {
	Read   []string `json:"read,omitempty"`   // folders and files to read, and to start programs of
	Nobody bool     `json:"nobody,omitempty"` // to become nobody where it is root
}

// nobody is the user and the group without rights on every system that has a name for them.
const nobody = 65534

// vaultFor returns the vault of children that read PDFium from a folder ("" for none) and recognize pages by tesseract.
func vaultFor(folder string, recognition ocr.Config) vault {
	v := vault{Nobody: openToAll(folder), Read: recognition.Reads()}
	if folder != "" {
		v.Read = append(v.Read, folder)
	}
	return v
}

// openToAll reports whether another user gets to a folder. It is made to be read by all (letAllRead), so it depends on those above.
func openToAll(folder string) bool {
	for folder != "" && folder != filepath.Dir(folder) {
		folder = filepath.Dir(folder)
		if info, err := os.Stat(folder); err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
	}
	return true
}
