package prove

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/supervise"
)

// fleet is the services as child processes that are started again when they end. It is safe for concurrent use.
type fleet struct {
	supervisor *supervise.Supervisor
	cancel     context.CancelFunc
	ended      chan error
	logs       []io.Closer

	mu     sync.Mutex
	pids   map[string]int // of those that run
	blows  map[string]int // signals that were sent
	ends   map[string]int // ends that nobody had asked the supervisor for, blows included
	closed bool
}

// findPrograms fails when a program is missing.
func findPrograms(binDir string, names []string) error {
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(binDir, name)); err != nil || info.Mode()&0o111 == 0 {
			return fmt.Errorf("the program %s is not in %s: build all with make build, or say where they are with --bin-dir", name, binDir)
		}
	}
	return nil
}

// member is a program of the fleet.
type member struct {
	name        string
	environment []string
}

// startFleet starts programs from binDir, each with a log file.
func startFleet(binDir, logDir string, crew []member) (*fleet, error) {
	f := &fleet{ended: make(chan error, 1), pids: map[string]int{}, blows: map[string]int{}, ends: map[string]int{}}
	var programs []supervise.Program
	for _, m := range crew {
		log, err := os.OpenFile(filepath.Join(logDir, m.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the log of %s: %w", m.name, err), f.closeLogs())
		}
		f.logs = append(f.logs, log)
		programs = append(programs, supervise.Program{Name: m.name, Path: filepath.Join(binDir, m.name), Env: m.environment, Out: log})
	}
	var err error
	// A service that was killed is back at once, so that many blows fit into a run.
	f.supervisor, err = supervise.New(supervise.Config{
		MinDelay: 300 * time.Millisecond, MaxDelay: 2 * time.Second, Healthy: 5 * time.Second, Grace: 40 * time.Second, Notify: f.note,
	}, programs...)
	if err != nil {
		return nil, errors.Join(err, f.closeLogs())
	}
	ctx, cancel := context.WithCancel(context.Background()) // ends with close, after the verdict's needs
	f.cancel = cancel
	go func() { f.ended <- f.supervisor.Run(ctx) }()
	return f, nil
}

func (f *fleet) note(e supervise.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.Kind == supervise.Started {
		f.pids[e.Program] = e.PID
		return
	}
	delete(f.pids, e.Program)
	if e.Kind == supervise.Crashed {
		f.ends[e.Program]++
	}
}

// signal sends a signal to a service and returns when it runs again as another process.
func (f *fleet) signal(ctx context.Context, name string, s syscall.Signal) error {
	for sent := 0; ; {
		f.mu.Lock()
		pid, runs := f.pids[name]
		switch {
		case runs && sent == 0:
			// Under the lock, so that a process that has ended is not taken for the one that has its number now.
			if err := syscall.Kill(pid, s); err == nil {
				sent = pid
				f.blows[name]++
			}
		case runs && pid != sent:
			f.mu.Unlock()
			return nil
		}
		f.mu.Unlock()
		if !pause(ctx, 20*time.Millisecond) {
			return fmt.Errorf("%s is not back after signal %v: %w", name, s, ctx.Err())
		}
	}
}

// crashes returns how often each service ended by itself, without a blow.
func (f *fleet) crashes() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	own := map[string]int{}
	for name, n := range f.ends {
		if n -= f.blows[name]; n > 0 {
			own[name] = n
		}
	}
	return own
}

// close drains all services, kills those that do not end in time, and returns when none is left. It may be called twice.
func (f *fleet) close() error {
	f.mu.Lock()
	already := f.closed
	f.closed = true
	f.mu.Unlock()
	if already {
		return nil
	}
	f.cancel()
	return errors.Join(<-f.ended, f.closeLogs())
}

// hurry makes close kill instead of wait.
func (f *fleet) hurry() { f.supervisor.Kill() }

func (f *fleet) closeLogs() error {
	var errs []error
	for _, l := range f.logs {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// environment returns the services' settings: the process's own environment without any Millrace setting, and the chosen ones.
func environment(own []string, chosen map[string]string) []string {
	var env []string
	for _, pair := range own {
		if !strings.HasPrefix(pair, "MILLRACE_") {
			env = append(env, pair)
		}
	}
	for key, value := range chosen {
		env = append(env, key+"="+value)
	}
	return env
}
