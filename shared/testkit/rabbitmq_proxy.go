package testkit

import (
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// TCPProxy stands between a client and a server and makes the network between them fail. Its methods may be used by many
// goroutines at once.
type TCPProxy struct {
	target   string
	listener net.Listener

	mu      sync.Mutex
	conns   map[net.Conn]struct{}
	refuse  bool
	delay   time.Duration
	stalled chan struct{} // nil while traffic flows; closed to let it flow again
}

// Proxy returns a proxy in front of target, the host and port of a server or a URL that holds them. It ends with the test.
func Proxy(t testing.TB, target string) *TCPProxy {
	t.Helper()
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		target = u.Host
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &TCPProxy{target: target, listener: l, conns: map[net.Conn]struct{}{}}
	t.Cleanup(func() {
		_ = l.Close()
		p.Resume()
		p.Cut()
	})
	go p.accept()
	return p
}

// Addr returns the host and port that clients connect to.
func (p *TCPProxy) Addr() string { return p.listener.Addr().String() }

// URL returns server, a URL, with the proxy's address in place of its own.
func (p *TCPProxy) URL(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = p.Addr()
	return u.String()
}

// Cut drops all connections that are open now and returns how many clients had one.
func (p *TCPProxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.conns)
	for c := range p.conns {
		_ = c.Close()
	}
	clear(p.conns)
	return n / 2
}

// Refuse makes new connections fail at once, or lets them through again. Open ones stay.
func (p *TCPProxy) Refuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// Delay holds every piece of traffic back for d.
func (p *TCPProxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Stall stops all traffic without closing anything, as a dead network does, until Resume.
func (p *TCPProxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled == nil {
		p.stalled = make(chan struct{})
	}
}

// Resume ends a Stall.
func (p *TCPProxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}

func (p *TCPProxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(client)
	}
}

func (p *TCPProxy) serve(client net.Conn) {
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse {
		_ = client.Close()
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.conns[client], p.conns[server] = struct{}{}, struct{}{}
	p.mu.Unlock()
	go p.pipe(client, server)
	p.pipe(server, client)
}

func (p *TCPProxy) pipe(to, from net.Conn) {
	defer func() {
		_, _ = to.Close(), from.Close()
		p.mu.Lock()
		delete(p.conns, to)
		delete(p.conns, from)
		p.mu.Unlock()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		delay, stalled := p.delay, p.stalled
		p.mu.Unlock()
		if stalled != nil {
			<-stalled
		}
		time.Sleep(delay)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
