package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/shared/broker"
)

// Config says how a stage runs. Zero values take the defaults given beside each field.
type Config struct {
	Name    string         // name of the stage and of its consumer group; required; lower-case letters, digits, _ and -
	Version string         // version of the stage's results, part of the ids of its outputs; required
	Broker  *broker.Broker // required

	Log     *slog.Logger          // default slog.Default()
	Metrics prometheus.Registerer // default: not registered anywhere
	Health  Health                // default: nobody is told

	Workers       int             // calls of the function at once; default 4
	Prefetch      int             // messages taken from the queue ahead of acknowledgement; default four times Workers, of a batch stage twice Workers × batch size
	Tiers         []time.Duration // delays before the second, third, … attempt; default [DefaultTiers]
	DeliveryLimit int             // deliveries alone without an answer (crashes) before the broker dead-letters; default 20
	Timeout       time.Duration   // for one call of the function; default 5 minutes; must stay far below the broker's consumer timeout (30 minutes)
	DrainTimeout  time.Duration   // for finishing what is in hand at shutdown; default 25 seconds

	// Turns lets the stages of a process handle suspects alone: give the same to all of them. Default: one of its own.
	Turns *Turns

	// Probe asks whether the stage's dependencies answer. It is called while the breaker is open; nil means that the next
	// message is the probe.
	Probe func(context.Context) error
}

// Health is told how the stage is: a nil error means well.
type Health interface {
	Set(check string, err error)
}

// DefaultTiers are the delays before the second to the fifth attempt.
func DefaultTiers() []time.Duration {
	return []time.Duration{time.Second, 10 * time.Second, time.Minute, 10 * time.Minute}
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

func (c Config) withDefaults(batch int) (Config, error) {
	var problems []error
	if !validName.MatchString(c.Name) {
		problems = append(problems, fmt.Errorf("stage name %q: use 1 to 63 lower-case letters, digits, _ and -", c.Name))
	}
	if c.Version == "" {
		problems = append(problems, errors.New("a version is required: results are told apart by it"))
	}
	if c.Broker == nil {
		problems = append(problems, errors.New("a broker is required"))
	}
	for _, n := range []int{c.Workers, c.Prefetch, c.DeliveryLimit} {
		if n < 0 {
			problems = append(problems, errors.New("workers, prefetch and delivery limit must not be negative"))
			break
		}
	}
	if len(problems) > 0 {
		return c, fmt.Errorf("stage %q: %w", c.Name, errors.Join(problems...))
	}
	c.Log = cmp.Or(c.Log, slog.Default())
	c.Workers = cmp.Or(c.Workers, 4)
	ahead := 2 * batch
	if batch <= 1 {
		ahead = 4 // fewer, and RabbitMQ and the stage wake up for a handful of messages at a time (docs/speed.md)
	}
	c.Prefetch = cmp.Or(c.Prefetch, ahead*c.Workers)
	c.DeliveryLimit = cmp.Or(c.DeliveryLimit, 20)
	c.Timeout = cmp.Or(c.Timeout, 5*time.Minute)
	c.DrainTimeout = cmp.Or(c.DrainTimeout, 25*time.Second)
	if c.Turns == nil {
		c.Turns = new(Turns)
	}
	if c.Tiers == nil {
		c.Tiers = DefaultTiers()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if c.Health == nil {
		c.Health = nobody{}
	}
	return c, nil
}

type nobody struct{}

func (nobody) Set(string, error) {}
