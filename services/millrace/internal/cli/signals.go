package cli

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// Signals returns a context that ends with the first SIGINT, SIGTERM or SIGHUP, and a channel that is closed with the second.
// stop gives the signals back.
func Signals(parent context.Context) (ctx context.Context, force <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	insist, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer cancel()
		select {
		case <-signals:
			cancel()
		case <-done:
			return
		}
		select {
		case <-signals:
			close(insist)
		case <-done:
		}
	}()
	var once sync.Once
	return ctx, insist, func() {
		once.Do(func() {
			signal.Stop(signals)
			close(done)
		})
	}
}
