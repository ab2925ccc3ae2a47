package prove

// disk is the file system that the blob store lies on: a small one of its own where that can be had, so that it can be
// full. It is for one goroutine at a time.
type disk struct {
	path    string
	size    int64
	missing string // why there is none; "" when there is one
}

// source is what the mounts of this package are called in the system's table of mounts, so that left ones are known again.
const source = "millrace-prove"

// diskPerDocument is how much room a document's content and layout take at most, and leastDisk what is there beyond that. The
// memory is taken only as far as it is filled.
const (
	diskPerDocument = 128 << 10
	leastDisk       = 256 << 20
)
