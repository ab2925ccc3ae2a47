//go:build !linux

package inbox

// renameNew renames a file to a name that is not taken, else it fails with fs.ErrExist.
func renameNew(from, to string) error { return renameReserved(from, to) }
