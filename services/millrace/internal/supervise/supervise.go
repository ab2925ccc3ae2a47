// Package supervise runs programs as child processes: it starts them again when they crash, drains them when asked to, and
// leaves no orphans.
//
// It knows nothing of what the programs do. On Linux the kernel kills the children when the supervising process dies,
// even by SIGKILL; elsewhere they are killed only by an orderly end of it.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Program is one child to keep running.
type Program struct {
	Name string
	Path string
	Args []string  // without the program's name
	Env  []string  // the whole environment
	Out  io.Writer // gets standard output and standard error; one Write at a time
}

// Kind says what happened to a child.
type Kind string

const (
	// Started means that the process runs; it does not say that it is ready.
	Started Kind = "started"
	// Crashed means that the process ended though nobody asked it to; it will be started again after Delay.
	Crashed Kind = "crashed"
	// Stopped means that the process ended after it was asked to.
	Stopped Kind = "stopped"
	// Killed means that the process had to be killed, because it did not end in time.
	Killed Kind = "killed"
)

// Event is something that happened to a child.
type Event struct {
	Program string
	Kind    Kind
	PID     int
	Err     error         // how a crashed process ended
	Delay   time.Duration // until a crashed process is started again
}

// Config bounds a Supervisor. Zero values mean the defaults given with each field.
type Config struct {
	MinDelay time.Duration // before the first restart: 500 ms
	MaxDelay time.Duration // longest delay; the delay doubles with each crash: 30 s
	Healthy  time.Duration // a process that ran this long starts again at MinDelay: 30 s
	Grace    time.Duration // between SIGTERM and SIGKILL: 45 s
	Notify   func(Event)   // called from several goroutines, one call at a time; nil means nobody listens
}

// Supervisor keeps programs running. Make one with New and call Run once.
type Supervisor struct {
	cfg      Config
	programs []Program
	kill     chan struct{}
	killOnce sync.Once
	notify   sync.Mutex
}

// New returns a supervisor of programs.
func New(cfg Config, programs ...Program) (*Supervisor, error) {
	def := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	def(&cfg.MinDelay, 500*time.Millisecond)
	def(&cfg.MaxDelay, 30*time.Second)
	def(&cfg.Healthy, 30*time.Second)
	def(&cfg.Grace, 45*time.Second)
	if cfg.MinDelay < 0 || cfg.MaxDelay < cfg.MinDelay || cfg.Grace < 0 {
		return nil, fmt.Errorf("supervise: restart delays %v to %v and grace %v make no sense", cfg.MinDelay, cfg.MaxDelay, cfg.Grace)
	}
	for _, p := range programs {
		if p.Name == "" || p.Path == "" || p.Out == nil {
			return nil, fmt.Errorf("supervise: a program needs a name, a path and a writer: %+v", p)
		}
	}
	return &Supervisor{cfg: cfg, programs: programs, kill: make(chan struct{})}, nil
}

// Run starts all programs and keeps them running until ctx ends; then it asks each to end with SIGTERM, waits for up to
// the configured grace, and kills what is left. It returns an error if a program cannot be started at all, after stopping
// the others, or if some had to be killed.
func (s *Supervisor) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(s.programs))
	var wg sync.WaitGroup
	for i, p := range s.programs {
		wg.Go(func() {
			// The kernel's parent-death signal is sent when the thread that started the child ends, so that thread is kept
			// for as long as the child may live.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if errs[i] = s.keep(ctx, p); errs[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Kill ends a drain at once: what still runs is killed. It may be called at any time and more than once.
func (s *Supervisor) Kill() { s.killOnce.Do(func() { close(s.kill) }) }

// keep runs one program again and again until ctx ends.
func (s *Supervisor) keep(ctx context.Context, p Program) error {
	delay := s.cfg.MinDelay
	for first := true; ; first = false {
		began := time.Now()
		err := s.once(ctx, p)
		var failed *startError
		switch {
		case errors.As(err, &failed) && first:
			return fmt.Errorf("start %s: %w", p.Name, failed.err)
		case ctx.Err() != nil:
			return err
		}
		if time.Since(began) >= s.cfg.Healthy {
			delay = s.cfg.MinDelay
		}
		s.tell(Event{Program: p.Name, Kind: Crashed, Err: err, Delay: delay})
		timer := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		delay = min(2*delay, s.cfg.MaxDelay)
	}
}

// once runs one program until it ends. Where ctx ended first it returns nil, or an error when the child had to be killed.
func (s *Supervisor) once(ctx context.Context, p Program) error {
	cmd := exec.Command(p.Path, p.Args...) //nolint:noctx // ctx means drain here, not kill
	cmd.Env, cmd.Stdout, cmd.Stderr = p.Env, p.Out, p.Out
	cmd.SysProcAttr = attributes()
	cmd.WaitDelay = 5 * time.Second // a grandchild may hold the output open
	if err := cmd.Start(); err != nil {
		return &startError{err}
	}
	s.tell(Event{Program: p.Name, Kind: Started, PID: cmd.Process.Pid})
	var how error // the process ended; to be read after ended is closed
	ended := make(chan struct{})
	go func() {
		how = cmd.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		killGroup(cmd.Process) // what a crashed child started must not work on beside its successor
		if how == nil {
			how = errors.New("it ended without being asked to")
		}
		return how
	case <-ctx.Done():
	case <-s.kill:
	}
	return s.drain(p, cmd, ended)
}

func (s *Supervisor) drain(p Program, cmd *exec.Cmd, ended <-chan struct{}) error {
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended meanwhile
	timer := time.NewTimer(s.cfg.Grace)
	defer timer.Stop()
	select {
	case <-ended:
		s.tell(Event{Program: p.Name, Kind: Stopped, PID: cmd.Process.Pid})
		return nil
	case <-timer.C:
	case <-s.kill:
	}
	killGroup(cmd.Process)
	<-ended
	s.tell(Event{Program: p.Name, Kind: Killed, PID: cmd.Process.Pid})
	return fmt.Errorf("%s did not end in time and was killed; what it had in hand will be done again", p.Name)
}

// killGroup kills a child and whatever it started, which shares its process group.
func killGroup(p *os.Process) {
	if err := syscall.Kill(-p.Pid, syscall.SIGKILL); err != nil {
		_ = p.Kill() // no such group: the process itself, if it is still there
	}
}

func (s *Supervisor) tell(e Event) {
	if s.cfg.Notify == nil {
		return
	}
	s.notify.Lock()
	defer s.notify.Unlock()
	s.cfg.Notify(e)
}

// startError means that the process could not even be started.
type startError struct{ err error }

func (e *startError) Error() string { return e.err.Error() }
func (e *startError) Unwrap() error { return e.err }
