package inbox

import (
	"errors"

	"golang.org/x/sys/unix"
)

// renameNew renames a file to a name that is not taken, else it fails with fs.ErrExist.
func renameNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return renameReserved(from, to) // the file system or the kernel cannot do it in one step
	}
	return err
}
