package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
)

// errKilledFromOutside says that a child died of SIGKILL that we did not send: an operator's, or the kernel's when the
// machine is out of memory. It says nothing about the document.
var errKilledFromOutside = fault.New(fault.ClassPermanent, pdf.KindCrashed,
	"the reading process was killed from outside, twice; is the machine out of memory?")

// starter starts children on one thread that lives as long as the pool: the kernel ties "die with the parent" to the
// thread that started the child, not to the process.
type starter struct {
	path  string
	asked chan chan started
	done  chan struct{}
}

type started struct {
	p   *process
	err error
}

func newStarter() (*starter, error) {
	path, err := executable()
	if err != nil {
		return nil, fmt.Errorf("sandbox: find this program's file: %w", err)
	}
	s := &starter{path: path, asked: make(chan chan started), done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for {
			select {
			case reply := <-s.asked:
				p, err := startProcess(s.path)
				reply <- started{p, err}
			case <-s.done:
				return
			}
		}
	}()
	return s, nil
}

// executable prefers the running image to its name, which an upgrade may have replaced.
func executable() (string, error) {
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

func (s *starter) start() (*process, error) {
	reply := make(chan started, 1)
	select {
	case s.asked <- reply:
	case <-s.done:
		return nil, errClosed()
	}
	r := <-reply
	return r.p, r.err
}

func (s *starter) close() { close(s.done) }

// process is one child. Its methods are called by one goroutine at a time.
type process struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Reader
	stderr    *tail
	documents int
}

func startProcess(path string) (*process, error) {
	cmd := exec.Command(path, childArgument) //nolint:noctx // this very program; it outlives the request that started it
	cmd.Env = []string{"GOTRACEBACK=none"}   // no secrets; a crash says its reason in one line
	cmd.Dir = "/"
	isolate(cmd)
	p := &process{cmd: cmd, stderr: &tail{}}
	cmd.Stderr = p.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	widen(in)
	widen(out)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReaderSize(out, 64<<10)
	return p, nil
}

// kill ends the child with all it may have started, and waits for it.
func (p *process) kill() {
	_ = p.in.Close() // it may be gone already
	killGroup(p.cmd)
	_ = p.cmd.Wait() // its end is no news
}

// watchEvery is how often a child's memory and processor time are looked at.
const watchEvery = 20 * time.Millisecond

// margin is the part of the memory limit, a sixteenth, at which a child is ended before it: it goes on taking between two looks. Of
// 100,000 damaged files, the greediest came 2 MiB above 512 when it was ended there.
const margin = 16

// cpuMeter tells how much processor time a child has used for one document.
type cpuMeter struct {
	pid    int
	before time.Duration // used for earlier documents
	begun  bool
}

// used returns the time since shortly before it was first called: documents that are read sooner cost no look at the process.
func (m *cpuMeter) used() time.Duration {
	now, ok := processorTime(m.pid)
	if !ok {
		return 0
	}
	if !m.begun {
		m.begun, m.before = true, max(0, now-watchEvery)
	}
	return now - m.before
}

// exchanged is the outcome of one request.
type exchanged struct {
	reply answer
	body  []byte
	err   error
}

// ask sends a document to the child and waits for its answer. After an error the child is of no further use.
func (p *process) ask(ctx context.Context, closing <-chan struct{}, ask request, content []byte) (answer, []byte, error) {
	done := make(chan exchanged, 1)
	go func() {
		var x exchanged
		if x.err = writeFrame(p.in, ask, content); x.err == nil {
			x.body, x.err = readFrame(p.out, &x.reply, ask.Limits.Output)
		}
		done <- x
	}()
	clock := time.NewTimer(ask.Limits.Time + grace)
	defer clock.Stop()
	watch := time.NewTicker(watchEvery)
	defer watch.Stop()
	cpu := cpuMeter{pid: p.cmd.Process.Pid}
	fail := func(err error) (answer, []byte, error) {
		killGroup(p.cmd)
		<-done
		return answer{}, nil, err
	}
	for {
		select {
		case x := <-done:
			if x.err != nil {
				return answer{}, nil, p.autopsy(x.err)
			}
			return x.reply, x.body, nil
		case <-ctx.Done():
			return fail(cancelled(ctx))
		case <-closing:
			return fail(errClosed())
		case <-clock.C:
			return fail(fault.New(fault.ClassPermanent, pdf.KindTimeout, "the document could not be read within %v", ask.Limits.Time))
		case <-watch.C:
			if used, ok := residentMemory(p.cmd.Process.Pid); ok && used > ask.Limits.Memory-ask.Limits.Memory/margin {
				return fail(outOfMemory(ask.Limits.Memory))
			}
			if cpu.used() > ask.Limits.CPU {
				return fail(fault.New(fault.ClassPermanent, pdf.KindTimeout, "the document could not be read within %v of processor time", ask.Limits.CPU))
			}
		}
	}
}

func outOfMemory(limit int64) error {
	return fault.New(fault.ClassPermanent, pdf.KindOutOfMemory, "the document needs more memory to be read than the limit of %d MiB allows", limit>>20)
}

// autopsy says why a child broke off the conversation.
func (p *process) autopsy(cause error) error {
	p.awaitEnd()
	last := p.stderr.String()
	switch {
	case strings.Contains(last, "out of memory") || strings.Contains(last, "cannot allocate memory"):
		return fault.New(fault.ClassPermanent, pdf.KindOutOfMemory, "the document needs more memory to be read than the limit allows")
	case strings.Contains(last, "stack exceeds") || strings.Contains(last, "stack overflow"):
		return fault.New(fault.ClassPermanent, pdf.KindCrashed, "the document nests without end and exhausted the reader's stack")
	case killed(p.cmd.ProcessState):
		return errKilledFromOutside
	case last != "":
		return fault.New(fault.ClassPermanent, pdf.KindCrashed, "the reading process ended (%v): %s", p.cmd.ProcessState, last)
	}
	return fault.New(fault.ClassPermanent, pdf.KindCrashed, "the reading process ended without a word (%v): %w", p.cmd.ProcessState, cause)
}

// awaitEnd waits for a child that closed its side, and kills one that lingers.
func (p *process) awaitEnd() {
	done := make(chan struct{})
	timer := time.AfterFunc(2*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	go func() {
		_ = p.cmd.Wait() // ProcessState says how it ended
		close(done)
	}()
	<-done
}

// tail keeps the first kilobytes that a child writes to stderr: a Go program says why it dies first.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - t.buf.Len(); room > 0 {
		t.buf.Write(b[:min(room, len(b))])
	}
	return len(b), nil
}

// String returns the first lines, without the dump of goroutines.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, _, _ := strings.Cut(t.buf.String(), "\n\n")
	return strings.ToValidUTF8(strings.TrimSpace(text), "")
}
