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
	conns   map[net.Conn]*tunnel
	refuse  bool
	block   func(head []byte) bool // nil: nobody
	delay   time.Duration
	stalled chan struct{} // nil while traffic flows; closed to let it flow again
}

// headBytes is how much of what a client says first is kept, for [TCPProxy.Block].
const headBytes = 4 << 10

// tunnel is one client's connection and the one that the proxy made for it.
type tunnel struct {
	client, server net.Conn
	head           []byte // what the client said first
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
	p := &TCPProxy{target: target, listener: l, conns: map[net.Conn]*tunnel{}}
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

// Clients returns how many clients have a connection now.
func (p *TCPProxy) Clients() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns) / 2
}

// Refuse makes new connections fail at once, or lets them through again. Open ones stay.
func (p *TCPProxy) Refuse(refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// Block drops the connections of clients whose first bytes (up to 4 KiB) match, now and as soon as new ones do, until
// Block(nil). The other connections are left alone. What a blocked client has sent since it was dropped never arrives.
func (p *TCPProxy) Block(match func(head []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.block = match
	for _, t := range p.conns {
		p.closeIfBlocked(t)
	}
}

// closeIfBlocked drops a tunnel that Block is meant for; p.mu is held.
func (p *TCPProxy) closeIfBlocked(t *tunnel) bool {
	if p.block == nil || !p.block(t.head) {
		return false
	}
	_, _ = t.client.Close(), t.server.Close()
	return true
}

// heard keeps what a client says first and reports whether the client is blocked because of it.
func (p *TCPProxy) heard(t *tunnel, said []byte) (blocked bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if room := headBytes - len(t.head); room > 0 {
		t.head = append(t.head, said[:min(room, len(said))]...)
	}
	return p.closeIfBlocked(t)
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
	t := &tunnel{client: client, server: server}
	p.conns[client], p.conns[server] = t, t
	p.mu.Unlock()
	go p.pipe(t, client, server)
	p.pipe(t, server, client)
}

func (p *TCPProxy) pipe(t *tunnel, to, from net.Conn) {
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
		if from == t.client && p.heard(t, buffer[:n]) {
			return
		}
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
