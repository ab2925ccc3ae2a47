package cli

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/service"
)

// settings come from the environment, under the names that the services use.
type settings struct {
	DataDir       string          `env:"MILLRACE_DATA_DIR" envDefault:"./var"`
	AMQPURL       string          `env:"MILLRACE_AMQP_URL"`
	PostgresURL   string          `env:"MILLRACE_POSTGRES_URL"`
	BlobURL       string          `env:"MILLRACE_BLOB_URL"`
	Prefix        string          `env:"MILLRACE_PREFIX"`
	Inbox         string          `env:"MILLRACE_INBOX"`
	Token         string          `env:"MILLRACE_HTTP_TOKEN"`
	Tiers         []time.Duration `env:"MILLRACE_RETRY_TIERS" envDefault:"1s,10s,1m,10m"`
	DeliveryLimit int             `env:"MILLRACE_DELIVERY_LIMIT" envDefault:"20"`
	History       service.History
	Templates     string `env:"MILLRACE_TEMPLATES"` // the extractor's
	Author        string `env:"MILLRACE_AUTHOR"`    // of corrections
	// Passwords of the roles that setup makes; empty leaves a role out.
	SinkPassword        string `env:"MILLRACE_SINK_PASSWORD"`
	DeadLettersPassword string `env:"MILLRACE_DEADLETTERS_PASSWORD"`
	OperatorPassword    string `env:"MILLRACE_OPERATOR_PASSWORD"`
	ReaderPassword      string `env:"MILLRACE_READER_PASSWORD"`
	// Where the classifier looks for its model; see package remote.
	ClassifierBackend string `env:"MILLRACE_CLASSIFIER_BACKEND" envDefault:"builtin"`
	ClassifierModel   string `env:"MILLRACE_CLASSIFIER_MODEL"`
	// The user's editor, as everywhere.
	Visual string `env:"VISUAL"`
	Editor string `env:"EDITOR"`
}

// groups returns the pipeline's consumer groups as the services declare them.
func (s settings) groups() []broker.Group { return pipeline.Groups(s.Tiers, s.DeliveryLimit) }

// targetFlags say which instance a command is about. Flags win over the environment, which wins over what the data folder
// remembers.
type targetFlags struct {
	data, amqp, postgres, prefix string
}

func (f *targetFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.data, "data", "", "data folder of the instance (MILLRACE_DATA_DIR; default ./var)")
	flags.StringVar(&f.amqp, "amqp-url", "", "RabbitMQ, as amqp://user:password@host:port/vhost (MILLRACE_AMQP_URL)")
	flags.StringVar(&f.postgres, "postgres-url", "", "Postgres, as postgres://user:password@host:port/database (MILLRACE_POSTGRES_URL)")
	flags.StringVar(&f.prefix, "prefix", "", "prefix of all names on the broker (MILLRACE_PREFIX)")
}

// load reads the environment and lays the flags over it.
func (a *app) load(*cobra.Command) error {
	if err := service.Load(&a.settings, a.Environ); err != nil {
		return usage("read the environment: %w", err)
	}
	lay := func(into *string, flag string) {
		if flag != "" {
			*into = flag
		}
	}
	lay(&a.settings.DataDir, a.flags.data)
	lay(&a.settings.AMQPURL, a.flags.amqp)
	lay(&a.settings.PostgresURL, a.flags.postgres)
	lay(&a.settings.Prefix, a.flags.prefix)
	return nil
}

// target is an instance as other commands see it.
type target struct {
	datadir.Settings
	ofFolder  bool // the data folder's own instance
	running   datadir.Running
	isRunning bool
}

// target finds the instance: given URLs win, the rest is what the data folder remembers.
func (a *app) target() (target, error) {
	dir, err := datadir.At(a.settings.DataDir)
	if err != nil {
		return target{}, err
	}
	var t target
	if t.Settings, t.ofFolder, err = dir.Settings(); err != nil {
		return target{}, err
	}
	if t.running, t.isRunning, err = dir.Running(); err != nil {
		return target{}, err
	}
	if a.settings.AMQPURL != "" && a.settings.AMQPURL != t.AMQPURL {
		// Another broker has other names on it, and other services.
		t.AMQPURL, t.Prefix, t.ofFolder, t.isRunning = a.settings.AMQPURL, "", false, false
	}
	if a.settings.Prefix != "" {
		t.Prefix = a.settings.Prefix
	}
	if a.settings.PostgresURL != "" {
		t.PostgresURL = a.settings.PostgresURL
	}
	if a.settings.Inbox != "" {
		if t.Inbox, err = filepath.Abs(a.settings.Inbox); err != nil {
			return target{}, fmt.Errorf("find the inbox %q: %w", a.settings.Inbox, err)
		}
	}
	return t, nil
}

func (a *app) noInstance(what string) error {
	return fmt.Errorf("there is no instance in %s, so %s is not known: start one with millrace up, or say which with --data, --amqp-url and --postgres-url",
		a.settings.DataDir, what)
}
