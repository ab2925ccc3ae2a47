package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrNoPostgres says that no usable PostgreSQL server is installed on this machine.
var ErrNoPostgres = errors.New("PostgreSQL is not installed")

const (
	postgresUser     = "postgres"
	postgresDatabase = "millrace"
	postgresStart    = 60 * time.Second // crash recovery included
	postgresPoll     = 25 * time.Millisecond
	// maxSocketPath is the longest path of a Unix socket that all systems take.
	maxSocketPath = 103
)

// PostgresConfig says where and how a private Postgres runs.
type PostgresConfig struct {
	// Dir holds everything: data, password, log, socket. It is made when missing; an existing one is used again, with its
	// data, password and port. Required; absolute. When the caller is root, Postgres runs as the user postgres (or
	// nobody), who must be able to enter the folders above Dir.
	Dir string
	// NoSync switches fsync off: a crash of the machine may destroy the data, one of the server loses nothing. For tests.
	NoSync bool
}

// Postgres is a private PostgreSQL server: on loopback, with a port, a data folder and a password of its own. Its methods
// are for one goroutine at a time.
type Postgres struct {
	cfg      PostgresConfig
	bin      string // folder of the programs
	owner    *owner // whom it runs as; nil for the caller
	password string
	port     int
	pid      int
	exited   chan struct{} // closed when the server has ended
}

// StartPostgres starts a server in cfg.Dir and returns when it takes connections. The first start makes the data folder,
// a password and a database named millrace. Versions 13 and later work; the newest that is installed is used, or the one
// that made the data. A server that an earlier, killed caller left running in Dir is taken over. When nothing is
// installed the error wraps [ErrNoPostgres]. The server outlives ctx: it ends with Stop or Kill.
func StartPostgres(ctx context.Context, cfg PostgresConfig) (*Postgres, error) {
	if !filepath.IsAbs(cfg.Dir) {
		return nil, fmt.Errorf("start Postgres: the folder %q is not an absolute path", cfg.Dir)
	}
	p := &Postgres{cfg: cfg}
	for _, step := range []func(context.Context) error{p.prepare, p.Start, p.createDatabase} {
		if err := step(ctx); err != nil {
			if p.pid != 0 {
				err = errors.Join(err, p.Kill())
			}
			return nil, fmt.Errorf("start Postgres in %s: %w", cfg.Dir, err)
		}
	}
	return p, nil
}

// URL returns the address of the database millrace with its superuser and password. It stays the same over restarts.
func (p *Postgres) URL() string { return p.urlOf(postgresDatabase) }

// Running reports whether the server runs.
func (p *Postgres) Running() bool {
	if p.exited == nil {
		return false
	}
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Start starts the server again after Stop or Kill and returns when it takes connections. It does nothing when it runs.
func (p *Postgres) Start(ctx context.Context) error {
	if p.Running() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, postgresStart)
	defer cancel()
	if p.takeOver(ctx) {
		return nil
	}
	for {
		if err := p.choosePort(); err != nil {
			return err
		}
		logged, err := p.launch()
		if err != nil {
			return err
		}
		err = p.await(ctx, logged)
		if err == nil {
			return os.WriteFile(p.path("port"), []byte(strconv.Itoa(p.port)), 0o600)
		}
		if ctx.Err() != nil || !passing(err.Error()) {
			return errors.Join(err, p.Kill())
		}
		pause(ctx)
	}
}

// Stop ends the server as its administrator would: sessions are cut, data is written out. When ctx ends first, the server is
// killed, which costs a recovery at the next start and no data.
func (p *Postgres) Stop(ctx context.Context) error {
	if !p.Running() {
		return nil
	}
	if err := p.signal(syscall.SIGINT); err != nil { // "fast shutdown"
		return err
	}
	select {
	case <-p.exited:
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("stop Postgres: %w", ctx.Err()), p.Kill())
	}
}

// Kill ends the server as a crash would.
func (p *Postgres) Kill() error {
	if !p.Running() {
		return nil
	}
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.exited
	return nil
}

// Restart stops and starts the server.
func (p *Postgres) Restart(ctx context.Context) error {
	return errors.Join(p.Stop(ctx), p.Start(ctx))
}

func (p *Postgres) path(name string) string { return filepath.Join(p.cfg.Dir, name) }

func (p *Postgres) urlOf(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(postgresUser, p.password), Path: "/" + database,
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)), RawQuery: "sslmode=disable",
	}
	return u.String()
}

func (p *Postgres) signal(s syscall.Signal) error {
	if err := syscall.Kill(p.pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal Postgres (process %d): %w", p.pid, err)
	}
	return nil
}

// choosePort keeps the port of the last start while it is free, and else takes a free one.
func (p *Postgres) choosePort() error {
	if content, err := os.ReadFile(p.path("port")); err == nil {
		if port, err := strconv.Atoi(strings.TrimSpace(string(content))); err == nil {
			if l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
				p.port = port
				return l.Close()
			}
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a free port: %w", err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

// launch starts the server's process and returns how long its log was before.
func (p *Postgres) launch() (logged int64, err error) {
	log, err := os.OpenFile(p.path("postgres.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer log.Close() //nolint:errcheck // the server has its own handle
	if logged, err = log.Seek(0, 2); err != nil {
		return 0, err
	}
	sockets := p.cfg.Dir
	if len(p.path(".s.PGSQL.65535")) > maxSocketPath {
		sockets = "" // TCP alone will do
	}
	args := []string{"-D", p.path("data"), "-p", strconv.Itoa(p.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + sockets, "-c", "logging_collector=off"}
	if p.cfg.NoSync {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	cmd := p.command("postgres", args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	exited := make(chan struct{})
	p.pid, p.exited = cmd.Process.Pid, exited
	go func() {
		_ = cmd.Wait() // how it ended stands in its log
		close(exited)
	}()
	return logged, nil
}

// await returns nil once the server takes connections, or what its log says when it ends before that.
func (p *Postgres) await(ctx context.Context, logged int64) error {
	for {
		err := p.ping(ctx)
		if err == nil {
			return nil
		}
		var refused *pgconn.PgError
		if errors.As(err, &refused) && strings.HasPrefix(refused.Code, "28") {
			return fmt.Errorf("the password in %s is not the one its data was made with: %w", p.path("password"), err)
		}
		select {
		case <-p.exited:
			return fmt.Errorf("it ended at once; its log says:\n%s", p.logSince(logged))
		case <-ctx.Done():
			return fmt.Errorf("it takes no connections (%w); its log says:\n%s", err, p.logSince(logged))
		case <-time.After(postgresPoll):
		}
	}
}

func (p *Postgres) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.urlOf("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// EndLeftPostgres kills the server that a killed owner left running in a folder, if any. The owner must be gone.
func EndLeftPostgres(dir string) error {
	content, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end the Postgres that was left in %s: %w", dir, err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	if pid, err := strconv.Atoi(strings.TrimSpace(first)); err == nil {
		endOrphan(pid, filepath.Join(dir, "data"), 0)
	}
	return nil
}

// takeOver finds a server that runs in Dir already and reports whether it is ours now.
func (p *Postgres) takeOver(ctx context.Context) bool {
	content, err := os.ReadFile(filepath.Join(p.path("data"), "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(content), "\n") // process id, data folder, start time, port, …
	if len(lines) < 4 {
		return false
	}
	pid, errPID := strconv.Atoi(strings.TrimSpace(lines[0]))
	port, errPort := strconv.Atoi(strings.TrimSpace(lines[3]))
	if errPID != nil || errPort != nil || pid <= 1 || syscall.Kill(pid, 0) != nil {
		return false
	}
	before := p.port
	p.port = port
	if p.ping(ctx) != nil { // another program has that process id now, or the server is on its way out
		p.port = before
		return false
	}
	exited := make(chan struct{})
	p.pid, p.exited = pid, exited
	go func() { // not our child: it can only be watched
		for syscall.Kill(pid, 0) == nil {
			time.Sleep(postgresPoll)
		}
		close(exited)
	}()
	return true
}

func (p *Postgres) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.urlOf("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", postgresDatabase).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "create database "+postgresDatabase)
	return err
}

// logSince returns the log from an offset on, at most its last 4 KiB.
func (p *Postgres) logSince(offset int64) string {
	content, err := os.ReadFile(p.path("postgres.log"))
	if err != nil {
		return "(the log cannot be read: " + err.Error() + ")"
	}
	content = content[min(offset, int64(len(content))):]
	return strings.TrimSpace(string(content[max(0, len(content)-4096):]))
}

// passing reports whether a failed start is worth another try: somebody took the port between choosing and using it, or
// sessions of a killed server have not ended yet.
func passing(why string) bool {
	return strings.Contains(why, "Address already in use") || strings.Contains(why, "is still in use") || strings.Contains(why, "already exists")
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(postgresPoll):
	}
}

// command returns a program of this Postgres, run as its owner, out of reach of the terminal's Ctrl-C.
func (p *Postgres) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, program), args...)
	cmd.Dir = p.cfg.Dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "PGCONNECT_TIMEOUT=5"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.owner != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: p.owner.uid, Gid: p.owner.gid}
	}
	return cmd
}
