package prove

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// proxy stands between the services and one server, and spoils what passes. It is for one goroutine at a time.
type proxy struct {
	name   string
	server *toxiproxy.ApiServer // holds what proxies share; it serves nothing
	inner  *toxiproxy.Proxy
}

// toxic is what spoils one direction of all connections; see https://github.com/Shopify/toxiproxy#toxics. "upstream" is the
// direction to the server.
type toxic struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Toxicity   float64        `json:"toxicity"`
	Attributes map[string]int `json:"attributes"`
}

// bothWays returns a toxic for each direction.
func bothWays(kind string, attributes map[string]int) []toxic {
	var toxics []toxic
	for _, stream := range []string{"upstream", "downstream"} {
		toxics = append(toxics, toxic{Name: kind + "_" + stream, Type: kind, Stream: stream, Toxicity: 1, Attributes: attributes})
	}
	return toxics
}

// openProxy starts a proxy on a free loopback port, leading to the host:port upstream.
func openProxy(name, upstream string) (*proxy, error) {
	// Some toxics log to the process's standard error whatever logger they are given.
	zerolog.SetGlobalLevel(zerolog.Disabled)
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &proxy{name: name, server: server, inner: toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)}
	if err := p.inner.Start(); err != nil {
		return nil, fmt.Errorf("open a proxy to %s: %w", name, err)
	}
	return p, nil
}

// address returns the proxy's host:port. It stays the same.
func (p *proxy) address() string { return p.inner.Listen }

// lead leads the proxy to another host:port, cutting its connections if that is a change.
func (p *proxy) lead(upstream string) error {
	err := p.inner.Update(&toxiproxy.Proxy{Listen: p.inner.Listen, Upstream: upstream, Enabled: true})
	if err != nil {
		return fmt.Errorf("lead the proxy of %s to its new address: %w", p.name, err)
	}
	return nil
}

// cut ends all connections and refuses new ones until mend.
func (p *proxy) cut() { p.inner.Stop() }

// mend takes connections again after cut.
func (p *proxy) mend() error {
	if err := p.inner.Start(); err != nil && !errors.Is(err, toxiproxy.ErrProxyAlreadyStarted) {
		return fmt.Errorf("open the proxy to %s again: %w", p.name, err)
	}
	return nil
}

// patience is how long the library may take for what it does under its lock. A connection whose client dies just then can
// hold that lock for ever: https://github.com/Shopify/toxiproxy waits in RemoveToxic for a toxic that waits for a reader.
const patience = 3 * time.Second

// spoil adds toxics to all connections: to those that are there, if that can be done, and to those to come.
func (p *proxy) spoil(toxics ...toxic) error {
	added := make(chan error, 1)
	go func(inner *toxiproxy.Proxy) { added <- add(inner, toxics) }(p.inner)
	select {
	case err := <-added:
		return err
	case <-time.After(patience):
		return p.renew(toxics...)
	}
}

// heal takes all toxics away, and with them all connections: they are made anew.
func (p *proxy) heal() error { return p.renew() }

// renew puts another proxy with these toxics in the place of this one.
func (p *proxy) renew(toxics ...toxic) error {
	old := p.inner
	stopped := make(chan struct{})
	go func() {
		old.Stop()
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-time.After(patience): // it listens no more; its connections end by their heartbeats
	}
	p.inner = toxiproxy.NewProxy(p.server, p.name, old.Listen, old.Upstream)
	if err := add(p.inner, toxics); err != nil {
		return err
	}
	return p.mend()
}

func add(inner *toxiproxy.Proxy, toxics []toxic) error {
	for _, t := range toxics {
		body, err := json.Marshal(t)
		if err != nil {
			return err
		}
		if _, err := inner.Toxics.AddToxicJson(bytes.NewReader(body)); err != nil {
			return fmt.Errorf("add the toxic %s to the proxy of %s: %w", t.Name, inner.Name, err)
		}
	}
	return nil
}
