package broker

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// MaxMessageBytes is the largest body that is published: documents travel by claim check, so a larger message is a mistake.
const MaxMessageBytes = 1 << 20

// dependency is the name under which an unreachable broker is reported.
const dependency = "rabbitmq"

// Config says which broker to use and how. Only URL is required.
type Config struct {
	// URL is amqp://user:password@host:port/vhost, or amqps:// for TLS; several with commas between for the nodes of a
	// cluster, which are tried in turn. It is never logged.
	URL string
	// Prefix is put before the name of every exchange and queue, so that installations and tests on one broker do not meet.
	Prefix string
	// Name is shown as the connection's name in RabbitMQ's own tools. Default "millrace".
	Name string
	// Log receives what happens to the connections. Default: nothing is logged.
	Log *slog.Logger

	// History says how much of every topic is kept; the zero value keeps nothing.
	History HistoryConfig

	// ConfirmTimeout bounds a whole Publish, republishing included. Default 30 s.
	ConfirmTimeout time.Duration
	// ConnectWait is how long Publish, Declare and Stats wait for a connection that is down before they say so. Default 5 s.
	ConnectWait time.Duration
	// DialTimeout bounds one attempt to connect, the handshake included. Default 10 s.
	DialTimeout time.Duration
	// BackoffMin and BackoffMax bound the pause between attempts to connect; it doubles in between, with jitter of up to
	// one half. Default 100 ms and 5 s.
	BackoffMin, BackoffMax time.Duration
	// Heartbeat is how often the two sides prove to be alive; a peer silent for three of them is gone. Default 10 s.
	Heartbeat time.Duration
	// CloseTimeout bounds [Broker.Close] and, beyond the drain itself, [Subscriber.Close]. Default 5 s.
	CloseTimeout time.Duration

	// Channels is how many confirm channels share the publishing. Default 1: see docs/adr/0001.
	Channels int
	// Window is how many messages may await their confirm on each channel. Default 1024.
	Window int
}

func (c Config) withDefaults() Config {
	c.Name = cmp.Or(c.Name, "millrace")
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	c.ConfirmTimeout = cmp.Or(c.ConfirmTimeout, 30*time.Second)
	c.ConnectWait = cmp.Or(c.ConnectWait, 5*time.Second)
	c.DialTimeout = cmp.Or(c.DialTimeout, 10*time.Second)
	c.BackoffMin = cmp.Or(c.BackoffMin, 100*time.Millisecond)
	c.BackoffMax = cmp.Or(c.BackoffMax, 5*time.Second)
	c.Heartbeat = cmp.Or(c.Heartbeat, 10*time.Second)
	c.CloseTimeout = cmp.Or(c.CloseTimeout, 5*time.Second)
	c.Channels = cmp.Or(c.Channels, 1)
	c.Window = cmp.Or(c.Window, 1024)
	return c
}

// urls returns the nodes.
func (c Config) urls() []string {
	all := strings.Split(c.URL, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// Validate reports what is wrong with the configuration; zero values are fine, they mean the defaults. It never repeats
// the URL, which holds a password.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	for i, url := range c.urls() {
		if _, err := amqp.ParseURI(url); err != nil {
			errs = append(errs, fmt.Errorf("the broker's URL, number %d of those with commas between, is not of the form amqp://user:password@host:port/vhost (amqps:// for TLS)", i+1))
		}
	}
	if len(c.Prefix) > 60 {
		errs = append(errs, fmt.Errorf("the name prefix has %d bytes; at most 60 leave room for the names of queues", len(c.Prefix)))
	}
	for name, d := range map[string]time.Duration{
		"ConfirmTimeout": c.ConfirmTimeout, "ConnectWait": c.ConnectWait, "DialTimeout": c.DialTimeout,
		"BackoffMin": c.BackoffMin, "BackoffMax": c.BackoffMax, "CloseTimeout": c.CloseTimeout,
	} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("%s is negative: %v", name, d))
		}
	}
	if err := c.History.validate(); err != nil {
		errs = append(errs, err)
	}
	if c.BackoffMax < c.BackoffMin {
		errs = append(errs, fmt.Errorf("BackoffMax %v is less than BackoffMin %v", c.BackoffMax, c.BackoffMin))
	}
	if c.Heartbeat < time.Second {
		errs = append(errs, fmt.Errorf("heartbeat is %v; the least that RabbitMQ knows is 1s", c.Heartbeat))
	}
	if c.Channels < 1 || c.Channels > 64 {
		errs = append(errs, fmt.Errorf("%d channels; use 1 to 64", c.Channels))
	}
	if c.Window < 1 || c.Window > 1<<16 {
		errs = append(errs, fmt.Errorf("a window of %d; use 1 to 65536", c.Window))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("broker configuration: %w", err)
	}
	return nil
}
