package prove

import (
	"bufio"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/testkit"
)

// echo runs a server that answers every line with the same line, and returns its address.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); _ = conn.Close() }()
		}
	}()
	return l.Addr().String()
}

// ask sends a line and returns the error of reading it back.
func ask(conn net.Conn, within time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("hello\n")); err != nil {
		return err
	}
	_, err := bufio.NewReader(conn).ReadString('\n')
	return err
}

func dial(t *testing.T, p *proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func open(t *testing.T) *proxy {
	t.Helper()
	p, err := openProxy("echo", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.cut)
	return p
}

func TestACutEndsConnectionsAndMendTakesNewOnesAtTheSameAddress(t *testing.T) {
	p := open(t)
	address := p.address()
	conn := dial(t, p)
	if err := ask(conn, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	p.cut()
	if err := ask(conn, 5*time.Second); err == nil {
		t.Error("the connection outlived the cut")
	}
	if other, err := net.Dial("tcp", address); err == nil {
		_ = other.Close()
		t.Error("a new connection was taken during the cut")
	}
	if err := p.mend(); err != nil {
		t.Fatal(err)
	}
	if err := ask(dial(t, p), 5*time.Second); err != nil || p.address() != address {
		t.Errorf("after mend at %s (was %s): %v", p.address(), address, err)
	}
}

func TestAStallIsSilentAndHealingBringsNewConnectionsBack(t *testing.T) {
	p := open(t)
	conn := dial(t, p)
	if err := ask(conn, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := p.spoil(bothWays("timeout", map[string]int{"timeout": 0})...); err != nil {
		t.Fatal(err)
	}
	var silent net.Error
	if err := ask(conn, 200*time.Millisecond); !errors.As(err, &silent) || !silent.Timeout() {
		t.Errorf("a stalled connection gives %v, not silence", err)
	}
	if err := p.heal(); err != nil {
		t.Fatal(err)
	}
	if err := ask(dial(t, p), 5*time.Second); err != nil {
		t.Errorf("after healing: %v", err)
	}
}

// TestHealingDoesNotWaitForAConnectionThatDied is about a client that is killed while its answer is held back: the library
// then waits for ever for a toxic that waits for a reader.
func TestHealingDoesNotWaitForAConnectionThatDied(t *testing.T) {
	p := open(t)
	conn := dial(t, p)
	if err := p.spoil(append(bothWays("latency", map[string]int{"latency": 50}), bothWays("bandwidth", map[string]int{"rate": 1})...)...); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	healed := make(chan error, 1)
	go func() { healed <- p.heal() }()
	select {
	case err := <-healed:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(testkit.Patience(30 * time.Second)):
		t.Fatal("the proxy is not healed")
	}
	if err := ask(dial(t, p), 5*time.Second); err != nil {
		t.Errorf("after healing: %v", err)
	}
}
