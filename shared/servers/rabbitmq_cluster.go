package servers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// clusterNodes is how many nodes a cluster has: the least of which one can be lost and a majority is left.
const clusterNodes = 3

// RabbitMQCluster is three running private servers that form one cluster. They share user, password, Erlang cookie and port
// mapper. Their AMQP and Erlang ports listen on 127.0.0.1 only; replicas of streams also listen on a port of RabbitMQ's own
// choice from 6000 on, where they take nobody who does not know their token. Its methods are not for concurrent use, URLs
// excepted, and not for use beside those of its nodes.
type RabbitMQCluster struct {
	// base has the cluster's folder, credentials and port mapper; no server of its own is ever started in it.
	base  *RabbitMQ
	nodes []*RabbitMQ
}

// StartRabbitMQCluster starts three servers in folders below cfg.Dir and returns when all of them answer as one cluster. A
// folder that a cluster has used before starts on what it holds. Errors are like those of [StartRabbitMQ]; after one, nothing
// runs.
func StartRabbitMQCluster(ctx context.Context, cfg RabbitMQConfig) (*RabbitMQCluster, error) {
	cfg, err := cfg.withDefaults(4 * time.Minute)
	if err != nil {
		return nil, fmt.Errorf("start a RabbitMQ cluster: %w", err)
	}
	server, epmd, err := findRabbitMQ()
	if err != nil {
		return nil, fmt.Errorf("start a RabbitMQ cluster: %w", err)
	}
	c := &RabbitMQCluster{base: &RabbitMQ{cfg: cfg, home: filepath.Join(cfg.Dir, "home"), server: server, epmd: epmd}}
	var names []string
	for i := range clusterNodes {
		names = append(names, "millrace"+strconv.Itoa(i+1)+"@localhost")
	}
	for i, name := range names {
		own := cfg
		own.Dir = nodeFolder(cfg.Dir, i)
		c.nodes = append(c.nodes, &RabbitMQ{cfg: own, name: name, peers: names, home: c.base.home, server: server, epmd: epmd})
	}
	if err = c.prepare(); err == nil {
		err = c.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a RabbitMQ cluster in %s: %w", cfg.Dir, err), c.Stop())
	}
	return c, nil
}

// nodeFolder is the folder of node i, counted from 0.
func nodeFolder(dir string, i int) string { return filepath.Join(dir, "node"+strconv.Itoa(i+1)) }

// Nodes returns the servers, always in the same order. Each of them can be halted, killed and restarted by itself.
func (c *RabbitMQCluster) Nodes() []*RabbitMQ { return c.nodes }

// URLs returns the nodes' AMQP URLs, credentials included, in the order of Nodes. They stay the same over Restart.
func (c *RabbitMQCluster) URLs() []string {
	var urls []string
	for _, n := range c.nodes {
		urls = append(urls, n.URL())
	}
	return urls
}

// Restart stops the nodes that run, all at once and in an orderly way, and starts all of them again.
func (c *RabbitMQCluster) Restart(ctx context.Context) error {
	c.Halt()
	if err := c.start(ctx); err != nil {
		return fmt.Errorf("restart the RabbitMQ cluster in %s: %w", c.base.cfg.Dir, err)
	}
	return nil
}

// Halt stops all nodes in an orderly way, or kills those that do not end within StopTimeout, and keeps the folder: Restart
// starts them again.
func (c *RabbitMQCluster) Halt() {
	_ = each(c.nodes, func(n *RabbitMQ) error { n.Halt(); return nil })
}

// Kill ends all nodes at once with SIGKILL, as a power cut would, and returns when they are gone. Their data stays.
func (c *RabbitMQCluster) Kill() {
	_ = each(c.nodes, func(n *RabbitMQ) error { n.Kill(); return nil })
}

// Stop stops all nodes in an orderly way, or kills them after StopTimeout, and frees the folder. It may be called more than
// once.
func (c *RabbitMQCluster) Stop() error {
	err := each(c.nodes, (*RabbitMQ).Stop)
	return errors.Join(err, c.base.Stop())
}

// prepare opens all folders, chooses all ports and writes the configurations. What a start that did not come to
// a cluster has left is removed: a node remembers for ever whom it found.
func (c *RabbitMQCluster) prepare() error {
	if err := c.base.open(); err != nil {
		return err
	}
	shared := &c.base.state
	ports := []*int{&shared.MapperPort}
	for _, n := range c.nodes {
		if err := n.open(); err != nil {
			return err
		}
		if !shared.Formed {
			if err := os.RemoveAll(filepath.Join(n.cfg.Dir, "data")); err != nil {
				return err
			}
		}
		ports = append(ports, &n.state.Port, &n.state.DistributionPort)
	}
	if err := freePorts(ports...); err != nil {
		return err
	}
	for _, n := range c.nodes {
		n.state.User, n.state.Password, n.state.MapperPort = shared.User, shared.Password, shared.MapperPort
		if err := n.configure(); err != nil {
			return err
		}
	}
	cookie := filepath.Join(c.base.home, ".erlang.cookie")
	if _, err := os.Stat(cookie); errors.Is(err, os.ErrNotExist) {
		// Erlang would make one by itself, and two nodes that start together two.
		if err := os.WriteFile(cookie, []byte(rand.Text()), 0o400); err != nil {
			return err
		}
	}
	return nil
}

// start starts the nodes and waits until all see each other. Those that have been a cluster start together: each waits for the
// one that was the last to stop. For the first time node 1 goes ahead, and the others find it and join.
func (c *RabbitMQCluster) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.base.cfg.StartTimeout)
	defer cancel()
	if err := c.startMapper(); err != nil {
		return err
	}
	together := c.nodes
	if !c.base.state.Formed {
		if err := c.nodes[0].start(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.nodes[0].name, err)
		}
		together = c.nodes[1:]
	}
	err := each(together, func(n *RabbitMQ) error {
		if err := n.start(ctx); err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := c.nodes[0].Control(ctx, "await_online_nodes", strconv.Itoa(clusterNodes)); err != nil {
		return err
	}
	c.base.state.Formed = true
	return c.base.save()
}

// startMapper starts the port mapper that all nodes share, unless it runs.
func (c *RabbitMQCluster) startMapper() (err error) {
	if !c.base.mapper.ended() {
		return nil
	}
	output, err := os.Create(filepath.Join(c.base.cfg.Dir, "log", "output.log"))
	if err != nil {
		return err
	}
	defer func() { _ = output.Close() }() // the process has its own copy
	if c.base.mapper, err = launchMapper(c.base.epmd, c.base.state.MapperPort, output); err != nil {
		return err
	}
	c.base.state.MapperPID = c.base.mapper.pid()
	return c.base.save()
}

// each does something to all nodes at the same time.
func each(nodes []*RabbitMQ, f func(*RabbitMQ) error) error {
	errs := make([]error, len(nodes))
	var wg sync.WaitGroup
	for i, n := range nodes {
		wg.Go(func() { errs[i] = f(n) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
