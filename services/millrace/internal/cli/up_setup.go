package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/services/millrace/internal/backing"
	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/shared/remote"
)

// findServers finds or starts RabbitMQ and Postgres.
func (u *instance) findServers(ctx context.Context) error {
	last, _, err := u.dir.Settings()
	if err != nil {
		return err
	}
	finder := backing.Finder{
		Dir:         func(kind string) string { return u.dir.Sub(strings.ToLower(kind)) },
		Apt:         backing.DebianApt{Out: u.Err, Env: u.Environ},
		NoInstall:   u.options.noInstall,
		PrivateOnly: u.options.servers == "private",
		Say:         u.console.say,
	}
	rabbit, err := finder.Find(ctx, backing.RabbitMQ(), u.app.settings.AMQPURL, last.AMQPURL, last.AMQPOrigin)
	if err != nil {
		return err
	}
	u.servers = append(u.servers, rabbit)
	postgres, err := finder.Find(ctx, backing.Postgres(), u.app.settings.PostgresURL, last.PostgresURL, last.PostgresOrigin)
	if err != nil {
		return err
	}
	u.servers = append(u.servers, postgres)
	prefix, err := u.prefix(rabbit, last)
	if err != nil {
		return err
	}
	u.settings = datadir.Settings{
		AMQPURL: rabbit.URL, AMQPOrigin: rabbit.Origin, PostgresURL: postgres.URL, PostgresOrigin: postgres.Origin,
		BlobURL: u.app.settings.BlobURL, Prefix: prefix,
	}
	return nil
}

// prefix returns the prefix of names on the broker. On a broker that others may use too, every data folder has a prefix of
// its own: two instances that shared queues would take each other's documents, without having their blobs.
func (u *instance) prefix(rabbit backing.Server, last datadir.Settings) (string, error) {
	switch {
	case u.app.settings.Prefix != "":
		return u.app.settings.Prefix, nil
	case rabbit.URL == last.AMQPURL:
		return last.Prefix, nil
	case rabbit.Origin == datadir.Found:
		id, err := u.dir.ID()
		return "millrace-" + id + ".", err
	}
	return "", nil
}

// prepare makes folders, schema and topology, and remembers the settings.
func (u *instance) prepare(ctx context.Context) error {
	inbox := u.options.inbox
	if inbox == "" {
		inbox = u.app.settings.Inbox
	}
	if inbox == "" {
		inbox = "inbox"
	}
	var err error
	if u.settings.Inbox, err = filepath.Abs(inbox); err != nil {
		return fmt.Errorf("find the inbox %q: %w", inbox, err)
	}
	if err := os.MkdirAll(u.settings.Inbox, 0o750); err != nil {
		return fmt.Errorf("make the inbox: %w; choose another with --inbox", err)
	}
	u.settings.Rejected = filepath.Join(u.settings.Inbox, "rejected")
	if u.settings.BlobURL == "" {
		u.settings.BlobURL = u.dir.BlobURL()
	}
	if err := os.MkdirAll(u.dir.Sub(modelsFolder), 0o755); err != nil { //nolint:gosec // as the data folder itself
		return fmt.Errorf("make the folder of models: %w", err)
	}
	if err := migrations.Up(ctx, u.settings.PostgresURL); err != nil {
		return err
	}
	return u.declare(ctx, u.settings.AMQPURL, u.settings.Prefix)
}

// chooseAddresses gives every service an address for its health and metrics, and remembers everything.
func (u *instance) chooseAddresses(context.Context) error {
	for _, name := range stages() {
		address, err := freeAddress()
		if err != nil {
			return err
		}
		u.services = append(u.services, datadir.Service{Name: name, Listen: address, Log: filepath.Join(u.dir.LogDir(), name+".log")})
	}
	upload := u.options.http
	if upload == "" {
		var err error
		if upload, err = freeAddress(); err != nil {
			return err
		}
	}
	u.settings.UploadURL = "http://" + upload
	if err := u.dir.SaveSettings(u.settings); err != nil {
		return err
	}
	return u.dir.SaveRunning(datadir.Running{PID: os.Getpid(), Started: time.Now().UTC(), Services: u.services})
}

// freeAddress returns a loopback address that nobody listens on now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // returns at once
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// environment returns the settings of a service: everything of millrace's own environment that is not its business here,
// and what this instance has chosen.
func (u *instance) environment(s datadir.Service) []string {
	chosen := map[string]string{
		"MILLRACE_AMQP_URL":     u.settings.AMQPURL,
		"MILLRACE_POSTGRES_URL": u.settings.PostgresURL,
		"MILLRACE_BLOB_URL":     u.settings.BlobURL,
		"MILLRACE_PREFIX":       u.settings.Prefix,
		"MILLRACE_INBOX":        u.settings.Inbox,
		"MILLRACE_HTTP_LISTEN":  strings.TrimPrefix(u.settings.UploadURL, "http://"),
		"MILLRACE_LISTEN":       s.Listen,
		"MILLRACE_LOG_FORMAT":   "json",
	}
	if u.app.settings.ClassifierModel == "" && u.app.settings.ClassifierBackend == remote.Builtin {
		chosen["MILLRACE_CLASSIFIER_MODEL"] = u.dir.Sub(modelsFolder)
	}
	var env []string
	for _, pair := range u.Environ {
		key, _, _ := strings.Cut(pair, "=")
		if _, ours := chosen[strings.TrimSuffix(key, "_FILE")]; !ours {
			env = append(env, pair)
		}
	}
	for key, value := range chosen {
		env = append(env, key+"="+value)
	}
	return env
}

// readyWithin is how long the services may take to become ready before up says which are not; it then goes on waiting.
const readyWithin = 60 * time.Second

// awaitReady returns when every service is ready.
func (u *instance) awaitReady(ctx context.Context) error {
	client := &http.Client{Timeout: 2 * time.Second}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	deadline, said := time.Now().Add(readyWithin), false
	for {
		var waiting []string
		for _, s := range u.services {
			if ok, why := askReady(ctx, client, s.Listen); !ok {
				waiting = append(waiting, s.Name+" ("+why+")")
			}
		}
		if len(waiting) == 0 {
			u.console.say("services: all %d are ready", len(u.services))
			return nil
		}
		u.console.bar.show("waiting for %s", strings.Join(waiting, ", "))
		if time.Now().After(deadline) && !said {
			said = true
			u.console.say("not ready after %v: %s; logs are in %s", readyWithin, strings.Join(waiting, ", "), u.dir.LogDir())
			if u.options.once {
				return errors.New("the services did not become ready")
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
