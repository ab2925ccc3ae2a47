package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/backing"
	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/services/millrace/internal/supervise"
)

// upOptions are the flags of up.
type upOptions struct {
	binDir    string
	inbox     string
	servers   string // auto or private
	http      string
	noInstall bool
	once      bool
	samples   int64
	seed      int64
}

const defaultSamples = 24

func (a *app) upCommand() *cobra.Command {
	var o upOptions
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Set up everything and run all services until Ctrl-C",
		Long: `Runs a whole instance: finds or starts RabbitMQ and Postgres, brings the database schema and the broker's topology up to
date, and runs the services as child processes, which it starts again when they crash. Ctrl-C drains: work in hand is
finished. A second Ctrl-C ends at once; nothing is lost, some work is done again.

Of each server it takes the one that is given (--amqp-url, --postgres-url), else the one this data folder used before, else one
that answers on its usual local port with the usual credentials, else it starts a private one in the data folder, after
installing it with apt-get where that is possible and not forbidden.`,
		Example: `  millrace up                    run, with documents from ./inbox
  millrace up --samples 24       feed it some made-up documents first and show what became of them
  millrace up --once             the same, then stop: exits with 0 when all were stored
  millrace up --data /srv/millrace --inbox /srv/scans --no-install`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.servers != "auto" && o.servers != "private" {
				return usage("--servers is auto or private, not %q", o.servers)
			}
			if o.samples < 0 {
				return usage("--samples must not be negative")
			}
			if o.once && o.samples == 0 {
				o.samples = defaultSamples
			}
			if o.seed == 0 {
				o.seed = time.Now().Unix() // other documents every time, so that a run proves something
			}
			u := &instance{app: a, options: o, console: newConsole(a.Err)}
			return u.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.inbox, "inbox", "", "inbox folder (MILLRACE_INBOX; default ./inbox)")
	f.StringVar(&o.binDir, "bin-dir", "", "folder of the services' programs (default: that of millrace)")
	f.StringVar(&o.servers, "servers", "auto", "auto, or private: start private servers whatever answers here")
	f.StringVar(&o.http, "http", "", "address for uploads over HTTP (default: a free port on 127.0.0.1)")
	f.BoolVar(&o.noInstall, "no-install", false, "never install anything")
	f.Int64Var(&o.samples, "samples", 0, "feed this many made-up documents and show what became of them")
	f.Int64Var(&o.seed, "seed", 0, "selects the samples (default: other ones every time)")
	f.BoolVar(&o.once, "once", false, "stop when all samples (default 24) are stored or failed")
	a.jsonFlag(cmd, "the samples' results as one JSON object per line")
	return cmd
}

// instance is one run of up.
type instance struct {
	*app
	options  upOptions
	console  *console
	dir      datadir.Dir
	settings datadir.Settings
	servers  []backing.Server // in the order in which they were found
	services []datadir.Service
	logs     []*serviceLog
}

// run is a whole life: set-up, services, samples, drain.
func (u *instance) run(ctx context.Context) (err error) {
	if u.dir, err = datadir.Create(u.app.settings.DataDir); err != nil {
		return err
	}
	lock, err := u.dir.Lock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	defer func() { err = errors.Join(err, u.close()) }()
	u.console.say("Millrace in %s", u.dir.Path())
	for _, step := range []func(context.Context) error{u.findServers, u.prepare, u.chooseAddresses} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	programs, err := u.programs()
	if err != nil {
		return err
	}
	s, err := supervise.New(supervise.Config{Notify: u.console.child}, programs...)
	if err != nil {
		return err
	}
	return u.supervise(ctx, s)
}

// supervise runs the services, and beside them what up does while they run.
func (u *instance) supervise(ctx context.Context, s *supervise.Supervisor) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if u.Force != nil {
		finished := make(chan struct{})
		defer close(finished)
		go func() {
			select {
			case <-u.Force:
				s.Kill()
			case <-finished:
			}
		}()
	}
	var keeping sync.WaitGroup
	defer keeping.Wait()
	defer stop() // before the wait
	for i, server := range u.servers {
		keeping.Go(func() { server.Keep(ctx, []string{"RabbitMQ", "Postgres"}[i], u.console.say) })
	}
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx)
		stop() // a service that cannot be started ends everything
	}()
	err := u.accompany(ctx)
	if err == nil && !u.options.once {
		<-ctx.Done()
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // asked to end while it was busy; supervise's own error says more
	}
	u.console.say("stopping: work in hand is finished first (Ctrl-C again ends at once)")
	stop()
	return errors.Join(err, <-ended)
}

// accompany waits until the services are ready, feeds the samples, and says how to use what runs.
func (u *instance) accompany(ctx context.Context) error {
	if err := u.awaitReady(ctx); err != nil {
		return err
	}
	if u.options.samples > 0 {
		if err := u.feed(ctx); err != nil {
			return err
		}
	}
	if !u.options.once {
		u.explain()
	}
	return nil
}

func (u *instance) close() error {
	var errs []error
	for _, l := range u.logs {
		errs = append(errs, l.close())
	}
	errs = append(errs, u.dir.ClearRunning())
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if u.Force != nil {
		go func() {
			select {
			case <-u.Force:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	for _, s := range u.servers {
		errs = append(errs, s.Close(ctx))
	}
	return errors.Join(errs...)
}

// programs returns the services as child processes.
func (u *instance) programs() ([]supervise.Program, error) {
	binDir := u.options.binDir
	if binDir == "" {
		binDir = filepath.Dir(u.Self)
	}
	var programs []supervise.Program
	for _, s := range u.services {
		path := filepath.Join(binDir, s.Name)
		if info, err := os.Stat(path); err != nil || info.Mode()&0o111 == 0 {
			return nil, fmt.Errorf("the program %s is not in %s: build all with make build, or say where they are with --bin-dir", s.Name, binDir)
		}
		log, err := openServiceLog(u.dir.LogDir(), s.Name, u.console)
		if err != nil {
			return nil, err
		}
		u.logs = append(u.logs, log)
		programs = append(programs, supervise.Program{Name: s.Name, Path: path, Env: u.environment(s), Out: log})
	}
	return programs, nil
}
