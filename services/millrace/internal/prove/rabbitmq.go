package prove

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/servers"
)

// rabbitmq is the private broker: one server or a cluster of them, each node behind a proxy of its own.
type rabbitmq struct {
	all   brokerServer
	nodes []*rabbitNode
	next  int // the node that dies next
}

// brokerServer is what is done to the broker as a whole.
type brokerServer interface {
	Halt()
	Kill()
	Restart(ctx context.Context) error
	Stop() error
}

// rabbitNode is one server of the broker.
type rabbitNode struct {
	backing
	server *servers.RabbitMQ
}

func startRabbitMQ(ctx context.Context, dir string, cluster bool) (r *rabbitmq, err error) {
	cfg := servers.RabbitMQConfig{Dir: dir, StopTimeout: 30 * time.Second}
	r = &rabbitmq{}
	var nodes []*servers.RabbitMQ
	if cluster {
		c, err := servers.StartRabbitMQCluster(ctx, cfg)
		if err != nil {
			return nil, err
		}
		r.all, nodes = c, c.Nodes()
	} else {
		server, err := servers.StartRabbitMQ(ctx, cfg)
		if err != nil {
			return nil, err
		}
		r.all, nodes = server, []*servers.RabbitMQ{server}
	}
	for _, server := range nodes {
		b, err := openBacking("rabbitmq", server.URL)
		if err != nil {
			return nil, errors.Join(err, r.close(true))
		}
		r.nodes = append(r.nodes, &rabbitNode{backing: b, server: server})
	}
	return r, nil
}

// url returns the addresses of all nodes, past the proxies, as the setting for the broker takes them.
func (r *rabbitmq) url() string {
	var urls []string
	for _, n := range r.nodes {
		urls = append(urls, n.url())
	}
	return strings.Join(urls, ",")
}

// proxied returns the addresses of all nodes through their proxies, beginning with another node for each client, so that the
// clients are spread over the nodes.
func (r *rabbitmq) proxied(client int) (string, error) {
	var urls []string
	for i := range r.nodes {
		url, err := r.nodes[(client+i)%len(r.nodes)].proxied()
		if err != nil {
			return "", err
		}
		urls = append(urls, url)
	}
	return strings.Join(urls, ","), nil
}

// stop ends all nodes in an orderly way; start brings them back.
func (r *rabbitmq) stop() error { r.all.Halt(); return nil }

func (r *rabbitmq) kill() error { r.all.Kill(); return nil }

func (r *rabbitmq) start(ctx context.Context) error {
	if err := start(ctx, r.all.Restart); err != nil {
		return err
	}
	var errs []error
	for _, n := range r.nodes {
		errs = append(errs, n.follow())
	}
	return errors.Join(errs...)
}

// killNode ends one node at once; startNode brings it back, and the next time it is the next one's turn.
func (r *rabbitmq) killNode() { r.nodes[r.next].server.Kill() }

func (r *rabbitmq) startNode(ctx context.Context) error {
	n := r.nodes[r.next]
	r.next = (r.next + 1) % len(r.nodes)
	if err := start(ctx, n.server.Restart); err != nil {
		return err
	}
	return n.follow()
}

// close ends the broker for good; in a hurry it is killed, for nobody wants its data any more.
func (r *rabbitmq) close(hurry bool) error {
	for _, n := range r.nodes {
		n.proxy.cut()
	}
	if hurry {
		r.all.Kill()
	}
	return r.all.Stop()
}
