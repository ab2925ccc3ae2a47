// Package backing finds or makes the two servers that Millrace stands on, RabbitMQ and Postgres.
//
// For each the order is: the one whose URL was given; the one that this data folder used before; the one that answers on
// its usual local port; a private one from installed programs; a private one after installing them with apt-get; else an
// error that says what to install. The package decides and says what it does; it knows nothing of documents or services.
package backing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
)

// ErrRefused means that a server answers but does not let us in.
var ErrRefused = errors.New("it answers but refuses the usual local credentials")

// Private is a server that belongs to this process.
type Private interface {
	URL() string
	Running() bool
	// Restart starts the server again, on the same address, after it has ended by itself.
	Restart(ctx context.Context) error
	// Close stops the server in an orderly way and keeps its data; when ctx ends first, it no longer waits for that.
	Close(ctx context.Context) error
}

// Kind is one of the two servers, with what this machine can do about it. All fields are required.
type Kind struct {
	Name     string   // as people know it, such as "RabbitMQ"
	Local    string   // URL of the usual local server
	Packages []string // on Debian and Ubuntu
	// Probe reports nil when the server at url can be used, an error that wraps ErrRefused when it answers but refuses us,
	// any other error when nothing usable answers.
	Probe func(ctx context.Context, url string) error
	// Start starts a private server that keeps its data in dir, and returns when it can be used. Its error wraps Absent when
	// the server's programs are not on this machine.
	Start  func(ctx context.Context, dir string) (Private, error)
	Absent error
}

// Apt installs packages.
type Apt interface {
	// Able reports whether packages can be installed here; if not, why says what is missing.
	Able() (ok bool, why string)
	Install(ctx context.Context, packages []string) error
}

// Finder chooses servers. Dir, Apt and Say are required.
type Finder struct {
	Dir       func(kind string) string // folder of a private server
	Apt       Apt
	NoInstall bool
	// PrivateOnly passes over servers that happen to answer on the usual ports.
	PrivateOnly bool
	Say         func(format string, args ...any)
}

// Server is the choice for one kind.
type Server struct {
	URL     string
	Origin  datadir.Origin
	private Private
}

// Close stops the server if it is private; others are not ours to stop.
func (s Server) Close(ctx context.Context) error {
	if s.private == nil {
		return nil
	}
	return s.private.Close(ctx)
}

// Keep starts a private server again whenever it ends by itself, until ctx ends; of others it takes no notice. Close must wait
// until Keep has returned.
func (s Server) Keep(ctx context.Context, name string, say func(format string, args ...any)) {
	if s.private == nil {
		return
	}
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if s.private.Running() {
			continue
		}
		say("%s: the private one has ended; starting it again", name)
		if err := s.private.Restart(ctx); err != nil && ctx.Err() == nil {
			say("%s: cannot be started again and will be tried again: %v", name, err)
		}
	}
}

// keepEvery is how often Keep looks.
const keepEvery = time.Second

// Find returns the server of kind k. given is the URL from a flag or the environment, or empty; lastURL and last are what the
// data folder remembers, or empty.
func (f Finder) Find(ctx context.Context, k Kind, given, lastURL string, last datadir.Origin) (Server, error) {
	switch {
	case given != "":
		return f.given(ctx, k, given)
	case last == datadir.Private:
		return f.private(ctx, k)
	case f.PrivateOnly:
		return f.private(ctx, k)
	case last == datadir.Found && lastURL != "":
		return f.again(ctx, k, lastURL)
	}
	err := k.Probe(ctx, k.Local)
	switch {
	case err == nil:
		f.Say("%s: using the one on this machine", k.Name)
		return Server{URL: k.Local, Origin: datadir.Found}, nil
	case ctx.Err() != nil:
		return Server{}, ctx.Err()
	case errors.Is(err, ErrRefused):
		f.Say("%s: one runs on this machine but refuses us (%v); starting a private one", k.Name, err)
	}
	return f.private(ctx, k)
}

func (f Finder) given(ctx context.Context, k Kind, url string) (Server, error) {
	if err := k.Probe(ctx, url); err != nil {
		return Server{}, fmt.Errorf("%s at the given URL cannot be used: %w; correct the URL, or leave it out and millrace finds or starts one", k.Name, err)
	}
	f.Say("%s: using the given one", k.Name)
	return Server{URL: url, Origin: datadir.Given}, nil
}

// again goes back to the server that holds this data folder's documents: any other would seem to have lost them.
func (f Finder) again(ctx context.Context, k Kind, url string) (Server, error) {
	if err := k.Probe(ctx, url); err != nil {
		return Server{}, fmt.Errorf("%s on this machine holds the data of this folder and cannot be used: %w; start it again, or begin afresh with another --data folder",
			k.Name, err)
	}
	f.Say("%s: using the one on this machine, as before", k.Name)
	return Server{URL: url, Origin: datadir.Found}, nil
}

func (f Finder) private(ctx context.Context, k Kind) (Server, error) {
	dir := f.Dir(k.Name)
	f.Say("%s: starting a private one in %s", k.Name, dir)
	s, err := k.Start(ctx, dir)
	if errors.Is(err, k.Absent) {
		if err := f.install(ctx, k); err != nil {
			return Server{}, err
		}
		s, err = k.Start(ctx, dir)
	}
	if err != nil {
		return Server{}, fmt.Errorf("start a private %s: %w", k.Name, err)
	}
	return Server{URL: s.URL(), Origin: datadir.Private, private: s}, nil
}

func (f Finder) install(ctx context.Context, k Kind) error {
	packages := strings.Join(k.Packages, " ")
	advice := fmt.Sprintf("install %s (on Debian or Ubuntu: apt-get install %s), give the URL of one that runs, or run Millrace with Docker: docker-compose up",
		k.Name, packages)
	if f.NoInstall {
		return fmt.Errorf("%s is not on this machine and --no-install forbids installing it: %s", k.Name, advice)
	}
	if ok, why := f.Apt.Able(); !ok {
		return fmt.Errorf("%s is not on this machine and cannot be installed from here (%s): %s", k.Name, why, advice)
	}
	f.Say("%s: not on this machine; installing it with apt-get: %s (forbid this with --no-install)", k.Name, packages)
	if err := f.Apt.Install(ctx, k.Packages); err != nil {
		return fmt.Errorf("install %s: %w: %s", k.Name, err, advice)
	}
	return nil
}
