package supervise_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/supervise"
	"github.com/millrace/millrace/shared/testkit"
	"github.com/millrace/millrace/shared/testkit/transcript"
)

// TestMain lets the test binary play the children, so that real processes are supervised.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		child(os.Args[2], os.Args[3:])
		return
	}
	os.Exit(m.Run())
}

func child(role string, args []string) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println("hello from", role)
	switch role {
	case "crash":
		os.Exit(3)
	case "crash-once":
		if _, err := os.Stat(args[0]); err != nil {
			_ = os.WriteFile(args[0], nil, 0o600)
			os.Exit(3)
		}
		<-stop
	case "drain":
		<-stop
		fmt.Println("drained")
	case "stubborn":
		select {} // SIGTERM is ignored: Notify took it
	case "supervisor":
		self, _ := os.Executable()
		s, err := supervise.New(supervise.Config{Notify: func(e supervise.Event) { fmt.Println("pid", e.PID) }},
			supervise.Program{Name: "orphan", Path: self, Args: []string{"child", "stubborn"}, Out: io.Discard})
		if err == nil {
			err = s.Run(context.Background())
		}
		fmt.Println(err)
	}
}

type run struct {
	t      *testing.T
	out    *transcript.Buffer
	events chan supervise.Event
	s      *supervise.Supervisor
	cancel context.CancelFunc
	done   chan error
}

func start(t *testing.T, cfg supervise.Config, args ...string) *run {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, out: &transcript.Buffer{}, events: make(chan supervise.Event, 100), done: make(chan error, 1)}
	cfg.Notify = func(e supervise.Event) { r.events <- e }
	r.s, err = supervise.New(cfg, supervise.Program{Name: "p", Path: self, Args: append([]string{"child"}, args...), Out: r.out})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go func() { r.done <- r.s.Run(ctx) }()
	t.Cleanup(func() { cancel(); r.s.Kill() })
	return r
}

func (r *run) next(want supervise.Kind) supervise.Event {
	r.t.Helper()
	select {
	case e := <-r.events:
		if e.Kind != want {
			r.t.Fatalf("event = %+v, want %s", e, want)
		}
		return e
	case <-time.After(testkit.Patience(20 * time.Second)):
		r.t.Fatalf("no %s event", want)
		return supervise.Event{}
	}
}

func (r *run) ended() error {
	r.t.Helper()
	select {
	case err := <-r.done:
		return err
	case <-time.After(testkit.Patience(20 * time.Second)):
		r.t.Fatal("the supervisor does not end")
		return nil
	}
}

func (r *run) says(text string) {
	r.t.Helper()
	testkit.Eventually(r.t, 20*time.Second, func() error {
		if said := r.out.String(); !strings.Contains(said, text) {
			return fmt.Errorf("the child never said %q: %q", text, said)
		}
		return nil
	})
}

func TestACrashedProgramIsStartedAgain(t *testing.T) {
	r := start(t, supervise.Config{MinDelay: time.Millisecond}, "crash-once", filepath.Join(t.TempDir(), "mark"))
	first := r.next(supervise.Started)
	if e := r.next(supervise.Crashed); e.Err == nil || !strings.Contains(e.Err.Error(), "exit status 3") {
		t.Errorf("crash is reported as %v", e.Err)
	}
	if second := r.next(supervise.Started); second.PID == first.PID {
		t.Errorf("the second process is the first one")
	}
	r.cancel()
	if err := r.ended(); err != nil {
		t.Errorf("Run = %v", err)
	}
}

func TestRestartsBackOff(t *testing.T) {
	r := start(t, supervise.Config{MinDelay: time.Millisecond, MaxDelay: 4 * time.Millisecond}, "crash")
	var delays []time.Duration
	for range 4 {
		r.next(supervise.Started)
		delays = append(delays, r.next(supervise.Crashed).Delay)
	}
	if got := fmt.Sprint(delays); got != "[1ms 2ms 4ms 4ms]" {
		t.Errorf("delays = %s", got)
	}
}

func TestDrainLetsAProgramFinish(t *testing.T) {
	r := start(t, supervise.Config{}, "drain")
	r.next(supervise.Started)
	r.says("hello")
	r.cancel()
	if err := r.ended(); err != nil {
		t.Errorf("Run = %v", err)
	}
	r.next(supervise.Stopped)
	r.says("drained")
}

func TestDrainKillsAfterTheGrace(t *testing.T) {
	r := start(t, supervise.Config{Grace: time.Millisecond}, "stubborn")
	r.next(supervise.Started)
	r.says("hello")
	r.cancel()
	if err := r.ended(); err == nil || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("Run = %v", err)
	}
	r.next(supervise.Killed)
}

func TestKillDoesNotWaitForTheGrace(t *testing.T) {
	r := start(t, supervise.Config{Grace: time.Hour}, "stubborn")
	r.next(supervise.Started)
	r.says("hello")
	r.cancel()
	r.s.Kill()
	r.s.Kill()
	_ = r.ended()
	r.next(supervise.Killed)
}

func TestAProgramThatCannotStartStopsTheOthers(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s, err := supervise.New(supervise.Config{},
		supervise.Program{Name: "good", Path: self, Args: []string{"child", "drain"}, Out: io.Discard},
		supervise.Program{Name: "bad", Path: filepath.Join(t.TempDir(), "absent"), Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "start bad") {
		t.Errorf("Run = %v", err)
	}
}

func TestChildrenDieWithASupervisorThatIsKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no parent-death signal on " + runtime.GOOS)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "child", "supervisor") //nolint:noctx // killed below
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "pid "); ok {
			pid, _ = strconv.Atoi(rest)
		}
	}
	if pid == 0 {
		t.Fatal("the supervisor started no child")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	for deadline := time.Now().Add(testkit.Patience(20 * time.Second)); alive(pid); runtime.Gosched() {
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("child %d outlived its supervisor", pid)
		}
	}
}

// alive reports whether pid runs; a zombie that nobody has reaped does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	return len(rest) > 0 && rest[0] != 'Z' && rest[0] != 'X'
}
