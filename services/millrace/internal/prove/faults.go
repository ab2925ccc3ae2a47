package prove

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// lane says which faults exclude each other: those of one lane follow one another, the lanes run side by side.
type lane int

const (
	// outages hit what the services need: the servers, the connections, the disk.
	outages lane = iota
	// blows hit the services themselves.
	blows
	// hands are what people do meanwhile. They wait for a moment at which it can be done.
	hands
	lanes // how many there are
)

// Fault is one thing that goes wrong. A new one is one more entry in [faults].
type Fault struct {
	Name   string
	Proves string
	Lane   lane
	// Blow means that the fault is over when it has been inflicted; else it lasts for a part of its turn.
	Blow bool
	// Brief means that the way back takes long by itself, so that the fault lasts only a little beside that.
	Brief bool
	// Skip says why the fault cannot be inflicted here, or "".
	Skip func(*world) string
	// Inflict begins the fault, and returns when it is on; a blow, when it is over.
	Inflict func(context.Context, *world) error
	// Lift ends it and returns when what was hit works again; nil where there is nothing to do.
	Lift func(context.Context, *world) error
}

// faults returns the table of faults for a set of services; those of single nodes come only with a cluster.
func faults(services []string, cluster bool) []Fault {
	all := []Fault{
		{
			Name: "rabbitmq-restart", Lane: outages, Brief: true,
			Proves:  "an orderly restart of the broker keeps every message; services reconnect and consume again by themselves",
			Inflict: func(ctx context.Context, w *world) error { return w.rabbitmq.stop() },
			Lift:    func(ctx context.Context, w *world) error { return w.rabbitmq.start(ctx) },
		}, {
			Name: "rabbitmq-kill", Lane: outages, Brief: true,
			Proves:  "what the broker confirmed survives its SIGKILL; what it did not confirm is published again",
			Inflict: func(_ context.Context, w *world) error { return w.rabbitmq.kill() },
			Lift:    func(ctx context.Context, w *world) error { return w.rabbitmq.start(ctx) },
		}, {
			Name: "postgres-stop", Lane: outages,
			Proves:  "while the database is down its stages stop pulling and spend no attempt: the backlog waits in the broker",
			Inflict: func(ctx context.Context, w *world) error { return w.postgres.stop(ctx) },
			Lift:    func(ctx context.Context, w *world) error { return w.postgres.start(ctx) },
		}, {
			Name: "postgres-kill", Lane: outages,
			Proves:  "a transaction that a SIGKILL of the database cut in half is done again, once",
			Inflict: func(_ context.Context, w *world) error { return w.postgres.kill() },
			Lift:    func(ctx context.Context, w *world) error { return w.postgres.start(ctx) },
		}, {
			Name: "connections-cut", Lane: outages,
			Proves: "a cut between publish, confirm and acknowledgement leads to redelivery, never to loss",
			Inflict: func(_ context.Context, w *world) error {
				return w.eachProxy(func(p *proxy) error { p.cut(); return nil })
			},
			Lift: func(_ context.Context, w *world) error { return w.eachProxy((*proxy).mend) },
		}, {
			Name: "connections-slow", Lane: outages,
			Proves: "a slow network makes a backlog, not failures",
			Inflict: func(_ context.Context, w *world) error {
				return w.eachProxy(func(p *proxy) error {
					toxics := bothWays("latency", map[string]int{"latency": 150, "jitter": 100})            // milliseconds
					return p.spoil(append(toxics, bothWays("bandwidth", map[string]int{"rate": 64})...)...) // KB/s for each connection
				})
			},
			Lift: healAll,
		}, {
			Name: "connections-stalled", Lane: outages,
			Proves: "peers that stay connected and fall silent are noticed; what they held is delivered again",
			Inflict: func(_ context.Context, w *world) error {
				return w.eachProxy(func(p *proxy) error { return p.spoil(bothWays("timeout", map[string]int{"timeout": 0})...) })
			},
			Lift: healAll,
		}, {
			Name: "disk-full", Lane: outages,
			Proves:  "with no room for blobs documents wait in the inbox and in the queues; nothing is announced that is not on disk",
			Skip:    func(w *world) string { return w.disk.missing },
			Inflict: func(_ context.Context, w *world) error { return w.disk.fill() },
			Lift:    func(_ context.Context, w *world) error { return w.disk.free() },
		},
	}
	if cluster {
		all = append(all, Fault{
			Name: "rabbitmq-node-kill", Lane: outages,
			Proves:  "what was confirmed survives the SIGKILL of one node of the cluster: the others deliver it, and take what was not confirmed",
			Inflict: func(_ context.Context, w *world) error { w.rabbitmq.killNode(); return nil },
			Lift:    func(ctx context.Context, w *world) error { return w.rabbitmq.startNode(ctx) },
		})
	}
	for _, name := range services {
		all = append(all, kill(name))
	}
	return append(all, Fault{
		Name: "statements-cancelled", Lane: hands, Blow: true,
		Proves:  "an error that may pass is tried again after a delay, through the retry queues",
		Inflict: func(ctx context.Context, w *world) error { return w.cancelStatements(ctx) },
	}, Fault{
		Name: "dead-letters-replayed", Lane: hands, Blow: true,
		Proves:  "dead letters that are sent again under load, and die again, stay the same dead letters",
		Inflict: func(ctx context.Context, w *world) error { return w.replayDeadLetters(ctx) },
	}, Fault{
		Name: "service-stop", Lane: blows, Blow: true,
		Proves: "a service that is asked to end finishes what it has in hand and gives back the rest",
		Inflict: func(ctx context.Context, w *world) error {
			return w.fleet.signal(ctx, services[w.dice.IntN(len(services))], syscall.SIGTERM)
		},
	})
}

// kill is the fault of a service's sudden death.
func kill(service string) Fault {
	return Fault{
		Name: "kill-" + service, Lane: blows, Blow: true,
		Proves:  fmt.Sprintf("SIGKILL of the %s, whatever it has in hand: its messages are delivered again, their results are the same", service),
		Inflict: func(ctx context.Context, w *world) error { return w.fleet.signal(ctx, service, syscall.SIGKILL) },
	}
}

func healAll(_ context.Context, w *world) error {
	return w.eachProxy((*proxy).heal)
}

// Class names the lane for drawings.
func (l lane) Class() string { return [...]string{"outage", "blow", "hand"}[l] }

// FaultRecord is a fault as it was inflicted. Times are seconds since the load began.
type FaultRecord struct {
	Number  int     `json:"number"` // in the order of inflicting, from 1; 0 for one that was skipped
	Name    string  `json:"name"`
	Proves  string  `json:"proves"`
	Lane    lane    `json:"lane"`
	From    float64 `json:"from"`
	To      float64 `json:"to"` // what was hit works again
	Skipped string  `json:"skipped,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// liftWithin bounds the way back from one fault: a broker that was killed recovers its queues.
const liftWithin = 3 * time.Minute
