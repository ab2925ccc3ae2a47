package sandbox

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	landlocksys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// shut closes the vault around this process, before it has seen a document: limits, no rights, no files but those to read, no network.
// It returns what the system refused. It cannot be undone.
func (v vault) shut(memory int64) (missing []string) {
	limit(memory)
	steps := []struct {
		do      func() error
		missing string
	}{
		{watched, "its memory and processor time cannot be watched"},
		{v.drop, "it keeps the rights of root"},
		{v.closeFiles, "it can read files"},
		{closeNetwork, "it can use the network"},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			missing = append(missing, fmt.Sprintf("%s (%v)", step.missing, err))
		}
	}
	return missing
}

// limit sets what the kernel counts (setrlimit(2)): no more memory than a quarter above the limit, no files to write, no core dumps. What
// it refuses is left as it is; the parent watches too.
func limit(memory int64) {
	set := func(resource int, n uint64) { _ = unix.Setrlimit(resource, &unix.Rlimit{Cur: n, Max: n}) }
	set(unix.RLIMIT_DATA, overhead*(uint64(memory)*5/4+128<<20))
	set(unix.RLIMIT_CORE, 0)
	set(unix.RLIMIT_FSIZE, 0)
	set(unix.RLIMIT_NOFILE, 64) // tesseract's pipes, and what it opens itself, beside PDFium's cache
}

// drop makes nobody of root. Programs that it starts get no new rights either.
func (v vault) drop() error {
	defer unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) //nolint:errcheck // Landlock's and seccomp's steps need it and fail without
	if os.Geteuid() != 0 {
		return nil
	}
	if !v.Nobody {
		return errors.New("PDFium's folder is not open to others: set TMPDIR to one that is")
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
		return err
	}
	// The kernel forgets with which signal to follow the parent when rights change (prctl(2)).
	return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0)
}

// closeFiles leaves of the file system what is to be read, by Landlock (landlock(7)). Newer kernels keep connections and signals in
// by it as well.
func (v vault) closeFiles() error {
	if abi, err := landlocksys.LandlockGetABIVersion(); err != nil || abi < 1 {
		return errors.New("the kernel has no Landlock: Linux 5.13 has, where it is switched on")
	}
	var rules []landlock.Rule
	for _, path := range v.Read {
		info, err := os.Stat(path)
		switch {
		case err != nil: // then it cannot be read either
		case info.IsDir():
			rules = append(rules, landlock.RODirs(path).IgnoreIfMissing())
		default:
			rules = append(rules, landlock.ROFiles(path).IgnoreIfMissing())
		}
	}
	return landlock.V11.BestEffort().Restrict(rules...)
}

// watched reports whether the parent can look at this process.
func watched() error {
	if _, ok := residentMemory(os.Getpid()); !ok {
		return errors.New("/proc is not there")
	}
	return nil
}
