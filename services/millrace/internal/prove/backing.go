package prove

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/millrace/millrace/shared/servers"
)

// backing is a private server behind a proxy.
type backing struct {
	proxy *proxy
	url   func() string // the server's own
}

// proxied returns the server's URL as the services get it: through the proxy.
func (b backing) proxied() (string, error) {
	u, err := url.Parse(b.url())
	if err != nil {
		return "", fmt.Errorf("read the address of the private %s: %w", b.proxy.name, err)
	}
	u.Host = b.proxy.address()
	return u.String(), nil
}

// follow leads the proxy to where the server listens now: after a restart that may be another port.
func (b backing) follow() error {
	u, err := url.Parse(b.url())
	if err != nil {
		return fmt.Errorf("read the address of the private %s: %w", b.proxy.name, err)
	}
	return b.proxy.lead(u.Host)
}

func openBacking(name string, address func() string) (backing, error) {
	u, err := url.Parse(address())
	if err != nil {
		return backing{}, fmt.Errorf("read the address of the private %s: %w", name, err)
	}
	p, err := openProxy(name, u.Host)
	return backing{proxy: p, url: address}, err
}

// startAgain is how often a server that was taken down is started before the run is given up.
const startAgain = 3

// start calls f until it succeeds or its tries are used up.
func start(ctx context.Context, f func(context.Context) error) error {
	var errs []error
	for range startAgain {
		err := f(ctx)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
		if !pause(ctx, time.Second) {
			break
		}
	}
	return errors.Join(errs...)
}

// postgresql is the private database server.
type postgresql struct {
	backing
	server *servers.Postgres
}

func startPostgres(ctx context.Context, dir string) (*postgresql, error) {
	server, err := servers.StartPostgres(ctx, servers.PostgresConfig{Dir: dir})
	if err != nil {
		return nil, err
	}
	p := &postgresql{server: server}
	if p.backing, err = openBacking("postgres", server.URL); err != nil {
		return nil, errors.Join(err, server.Kill())
	}
	return p, nil
}

func (p *postgresql) stop(ctx context.Context) error { return p.server.Stop(ctx) }

func (p *postgresql) kill() error { return p.server.Kill() }

func (p *postgresql) start(ctx context.Context) error {
	if err := start(ctx, p.server.Start); err != nil {
		return err
	}
	return p.follow()
}

func (p *postgresql) close(ctx context.Context) error {
	p.proxy.cut()
	return p.server.Stop(ctx)
}

// pause waits; it returns false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
