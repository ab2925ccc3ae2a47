package broker

import (
	"net"
	"sync"
)

// corkLimit is how many bytes a corked connection keeps before it writes them all the same.
const corkLimit = 256 << 10

// corkedConn is a connection whose writes can be held back for a moment and sent with one system call. The AMQP client
// flushes after every message, which would otherwise cost a system call and a packet each.
type corkedConn struct {
	net.Conn

	mu     sync.Mutex
	corks  int
	buffer []byte
}

func (c *corkedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.corks == 0 && len(c.buffer) == 0 {
		return c.Conn.Write(p)
	}
	c.buffer = append(c.buffer, p...)
	if c.corks > 0 && len(c.buffer) < corkLimit {
		return len(p), nil
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// cork holds writes back until as many calls of uncork.
func (c *corkedConn) cork() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.corks++
}

// uncork sends what was held back. A failure closes the connection: its reader then tells everybody.
func (c *corkedConn) uncork() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.corks--
	if c.corks == 0 && c.flush() != nil {
		_ = c.Close()
	}
}

func (c *corkedConn) flush() error {
	if len(c.buffer) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.buffer)
	c.buffer = c.buffer[:0]
	return err
}
