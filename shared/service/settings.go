package service

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"github.com/millrace/millrace/shared/broker"
)

// Settings come from environment variables named by env tags (github.com/caarlos0/env). For every variable KEY a variable
// KEY_FILE may name a file that holds the value instead, which is how secrets are passed in containers. A desc tag
// explains the setting in --help.

// base is what every service takes.
type base struct {
	AMQPURL       string          `env:"MILLRACE_AMQP_URL" envDefault:"amqp://guest:guest@127.0.0.1:5672/" desc:"RabbitMQ, as amqp://user:password@host:port/vhost; several for the nodes of a cluster, with commas between"`
	Prefix        string          `env:"MILLRACE_PREFIX" desc:"prefix of all names on the broker, so that installations can share one"`
	Listen        string          `env:"MILLRACE_LISTEN" envDefault:"127.0.0.1:0" desc:"address of /healthz, /readyz and /metrics, or off"`
	LogLevel      string          `env:"MILLRACE_LOG_LEVEL" envDefault:"info" desc:"debug, info, warn or error"`
	LogFormat     string          `env:"MILLRACE_LOG_FORMAT" envDefault:"json" desc:"json or text"`
	Workers       int             `env:"MILLRACE_WORKERS" envDefault:"8" desc:"messages in work at once"`
	Prefetch      int             `env:"MILLRACE_PREFETCH" envDefault:"0" desc:"messages taken from the queue ahead of their acknowledgement; 0 for a multiple of the workers"`
	Tiers         []time.Duration `env:"MILLRACE_RETRY_TIERS" envDefault:"1s,10s,1m,10m" desc:"delays before the second, third, ... attempt"`
	DeliveryLimit int             `env:"MILLRACE_DELIVERY_LIMIT" envDefault:"20" desc:"deliveries that may end in a crash before the broker dead-letters the message"`
	Timeout       time.Duration   `env:"MILLRACE_STAGE_TIMEOUT" envDefault:"5m" desc:"time limit for one message"`
	History       History
	GC            int           `env:"MILLRACE_GC_PERCENT" envDefault:"400" desc:"garbage collector's target, as GOGC; heaps here are small, so memory buys time"`
	DrainTimeout  time.Duration `env:"MILLRACE_DRAIN_TIMEOUT" envDefault:"25s" desc:"time for finishing what is in hand at shutdown"`
}

// History says how much of every topic RabbitMQ keeps. It must be the same for all programs of an installation.
type History struct {
	MaxAge   time.Duration `env:"MILLRACE_HISTORY_MAX_AGE" envDefault:"168h" desc:"how long each topic's history is kept"`
	MaxBytes int64         `env:"MILLRACE_HISTORY_MAX_BYTES" envDefault:"1073741824" desc:"how many bytes of each topic's history are kept; 0 for no history"`
}

// Config returns the settings as the broker takes them.
func (h History) Config() broker.HistoryConfig {
	return broker.HistoryConfig{MaxAge: h.MaxAge, MaxBytes: h.MaxBytes}
}

// Blob is the group of settings of a service that uses the blob store.
type Blob struct {
	URL string `env:"MILLRACE_BLOB_URL,required,notEmpty" desc:"blob store, as file:///absolute/folder"`
}

// Postgres is the group of settings of a service that uses the database.
type Postgres struct {
	URL string `env:"MILLRACE_POSTGRES_URL,required,notEmpty" desc:"PostgreSQL, as postgres://user:password@host:port/database"`
}

// Load fills the struct that target points to from the environment (in the form of [os.Environ]), KEY_FILE included.
// The error names each variable that is missing or malformed, and never shows a value.
func Load(target any, environ []string) error {
	vars, err := withFiles(env.ToMap(environ))
	if err != nil {
		return err
	}
	err = env.ParseWithOptions(target, env.Options{Environment: vars})
	var all env.AggregateError
	if errors.As(err, &all) {
		return errors.New(describe(all))
	}
	return err
}

// withFiles returns the variables with those that KEY_FILE names read from their files.
func withFiles(vars map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(vars))
	for key, value := range vars {
		out[key] = value
	}
	for key, path := range vars {
		name, ok := strings.CutSuffix(key, "_FILE")
		if !ok || !strings.HasPrefix(name, "MILLRACE_") || path == "" {
			continue
		}
		if vars[name] != "" {
			return nil, fmt.Errorf("both %s and %s are set: keep one", name, key)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the file that %s names: %w", key, err)
		}
		out[name] = strings.TrimRight(string(content), "\r\n")
	}
	return out, nil
}

// describe turns the library's errors into one line, without values: they may be secrets.
func describe(all env.AggregateError) string {
	var parts []string
	for _, err := range all.Errors {
		var (
			missing env.VarIsNotSetError
			empty   env.EmptyVarError
			parse   env.ParseError
		)
		switch {
		case errors.As(err, &missing):
			parts = append(parts, missing.Key+" is not set")
		case errors.As(err, &empty):
			parts = append(parts, empty.Key+" is empty")
		case errors.As(err, &parse):
			parts = append(parts, fmt.Sprintf("the value of setting %s cannot be read as %s", parse.Name, parse.Type))
		default:
			parts = append(parts, err.Error())
		}
	}
	return strings.Join(parts, "; ")
}
