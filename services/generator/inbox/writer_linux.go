package inbox

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// writerHolds reports whether any process on this machine holds f open for writing. It asks the kernel for a read lease,
// which is refused then (fcntl(2), F_SETLEASE). Where leases do not work (network shares, files of another user without
// CAP_LEASE) the answer is false, and the settle time alone decides.
func writerHolds(f *os.File) bool {
	_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	if err != nil {
		return errors.Is(err, unix.EAGAIN)
	}
	_, _ = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
	return false
}
