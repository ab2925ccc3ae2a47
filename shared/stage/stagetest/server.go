package stagetest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/millrace/millrace/shared/servers"
	"github.com/millrace/millrace/shared/testkit"
)

// private is the RabbitMQ that this test binary may restart and kill. All subjects share it: starting one takes longer
// than all else together.
var private = newPrivateServer() //nolint:gochecknoglobals // one per process is what it is for

// privateServer starts when it is first needed and stops when the last subject has left. An outage befalls all promises that
// are on it, so it comes when all of them have asked for one, and no promise begins meanwhile.
type privateServer struct {
	starting sync.Mutex
	dir      string
	server   *servers.RabbitMQ
	err      error

	mu       sync.Mutex
	changed  *sync.Cond
	subjects int
	present  int  // promises that are on the server
	waiting  int  // those of them that wait for an outage
	out      bool // an outage is under way
	next     *outage
}

// outage is one restart and one kill of the server.
type outage struct {
	begun chan struct{}
	over  chan struct{}
	err   error // may be read when it is over
}

func newPrivateServer() *privateServer {
	p := &privateServer{next: newOutage()}
	p.changed = sync.NewCond(&p.mu)
	return p
}

func newOutage() *outage {
	return &outage{begun: make(chan struct{}), over: make(chan struct{})}
}

// join keeps the server until the test has ended.
func (p *privateServer) join(t testing.TB) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.subjects++
	t.Cleanup(func() {
		if err := p.leave(); err != nil {
			t.Errorf("stop the kit's RabbitMQ: %v", err)
		}
	})
}

func (p *privateServer) leave() error {
	p.mu.Lock()
	p.subjects--
	last := p.subjects == 0
	p.mu.Unlock()
	p.starting.Lock()
	defer p.starting.Unlock()
	if !last || p.server == nil {
		return nil
	}
	err := p.server.Stop()
	p.server = nil
	return errors.Join(err, os.RemoveAll(p.dir))
}

// url returns the server's URL, once it runs, and keeps outages away until the test asks for one or ends. Where no RabbitMQ is
// installed the test is skipped, or fails where CI=true.
func (p *privateServer) url(t testing.TB) string {
	t.Helper()
	server, err := p.start()
	if errors.Is(err, servers.ErrNoRabbitMQ) {
		testkit.Unavailable(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.out {
		p.changed.Wait()
	}
	p.present++
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.present--
		p.beginWhenAllWait()
	})
	return server.URL()
}

func (p *privateServer) start() (*servers.RabbitMQ, error) {
	p.starting.Lock()
	defer p.starting.Unlock()
	if p.server != nil || p.err != nil {
		return p.server, p.err
	}
	if p.dir, p.err = os.MkdirTemp("", "millrace-stagetest-"); p.err != nil {
		return nil, p.err
	}
	p.server, p.err = servers.StartRabbitMQ(context.Background(), servers.RabbitMQConfig{Dir: p.dir})
	return p.server, p.err
}

// ask returns the next outage, the same for all who wait.
func (p *privateServer) ask() *outage {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.next
	p.waiting++
	p.beginWhenAllWait()
	return o
}

// beginWhenAllWait begins the next outage when every promise on the server waits for it; p.mu is held.
func (p *privateServer) beginWhenAllWait() {
	if p.out || p.waiting == 0 || p.waiting < p.present {
		return
	}
	p.out = true
	go p.carryOut(p.next)
}

func (p *privateServer) carryOut(o *outage) {
	close(o.begun)
	o.err = p.server.Restart(context.Background())
	if o.err == nil {
		p.server.Kill()
		o.err = p.server.Restart(context.Background())
	}
	p.mu.Lock()
	p.out, p.waiting, p.next = false, 0, newOutage()
	p.changed.Broadcast()
	p.mu.Unlock()
	close(o.over)
}
