package stagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// parent starts child processes and answers their calls with the subject's function.
type parent[In, Out event.Payload] struct {
	rig   *rig[In, Out]
	order order
}

// child is a process that runs the subject's stage.
type child struct {
	stdin io.Closer
	ended chan ending
}

// ending is how a child ended: killed by the poison, or with an error, or well.
type ending struct {
	killed bool
	err    error
}

func newParent[In, Out event.Payload](r *rig[In, Out], poison string) *parent[In, Out] {
	s := r.kit.subject
	p := &parent[In, Out]{rig: r}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /call", p.call)
	mux.HandleFunc("POST /crash", p.crash)
	server := httptest.NewServer(mux)
	r.t.Cleanup(server.Close)
	p.order = order{
		Test: r.kit.test, In: topicOf[In](), Out: topicOf[Out](), URL: r.url, Prefix: r.prefix, Name: s.Name, Version: s.Version,
		Tiers: r.cfg.Tiers, DeliveryLimit: r.cfg.DeliveryLimit, Workers: r.cfg.Workers, Prefetch: r.cfg.Prefetch,
		Size: s.Size, Wait: s.Wait, Batch: s.Batch != nil, Parent: server.URL, Poison: poison,
	}
	return p
}

// call answers a child's call. Its context ends when the child dies.
func (p *parent[In, Out]) call(w http.ResponseWriter, r *http.Request) {
	var in []stage.Input[In]
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	outs, errs := p.rig.kit.subject.batch(p.rig.injector)(r.Context(), in)
	answer := reply[Out]{Outputs: outs}
	for _, err := range errs {
		answer.Errors = append(answer.Errors, toWire(err))
	}
	_ = json.NewEncoder(w).Encode(answer) // the child may be gone
}

// crash lets the child die when neighbours are in hand, or when none comes for a moment.
func (p *parent[In, Out]) crash(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 200*time.Millisecond)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for inHand := 0; inHand < 2 && ctx.Err() == nil; {
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
		inHand = 0
		for _, h := range p.rig.all() {
			inHand += h.inHand
		}
	}
	_, _ = w.Write([]byte("{}")) // the child dies in any case
}

// start starts this test binary again, for the same test.
func (p *parent[In, Out]) start() *child {
	t := p.rig.t
	t.Helper()
	text, err := json.Marshal(p.order)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run="+pattern(p.order.Test), "-test.count=1")
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stdout, cmd.Stderr = p.rig.log, p.rig.log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the test binary again: %v", err)
	}
	c := &child{stdin: stdin, ended: make(chan ending, 1)}
	go func() {
		err := cmd.Wait()
		status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
		c.ended <- ending{killed: ok && status.Signaled() && status.Signal() == syscall.SIGKILL, err: err}
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Process.Kill() // it has normally ended
	})
	return c
}

// pattern returns the -run pattern of one test.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// stop lets the child drain and says how it ended.
func (c *child) stop() ending {
	_ = c.stdin.Close() // it may have ended already
	select {
	case end := <-c.ended:
		return end
	case <-time.After(testkit.Patience(10 * time.Second)):
		return ending{err: fmt.Errorf("it was still running long after")}
	}
}
