package servers

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// oldestPostgres is the first major version whose SQL the migrations can use.
const oldestPostgres = 13

// owner is the user that a server runs as.
type owner struct {
	name     string
	uid, gid uint32
}

// prepare finds the programs and makes folder, password and data where they are missing.
func (p *Postgres) prepare(ctx context.Context) error {
	made, err := os.ReadFile(filepath.Join(p.path("data"), "PG_VERSION"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if p.bin, err = findPostgres(ctx, strings.TrimSpace(string(made))); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if p.owner, err = unprivileged(); err != nil {
			return err
		}
	}
	if err := p.makeDir(); err != nil {
		return err
	}
	if err := p.loadPassword(); err != nil {
		return err
	}
	if made != nil {
		return nil
	}
	return p.initialise(ctx)
}

// makeDir makes Dir and checks that the owner can get there.
func (p *Postgres) makeDir() error {
	if err := os.MkdirAll(p.cfg.Dir, 0o700); err != nil {
		return err
	}
	if p.owner == nil {
		return nil
	}
	if err := p.own(p.cfg.Dir); err != nil {
		return err
	}
	for dir := filepath.Dir(p.cfg.Dir); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 == 0 && !p.owner.owns(info) {
			return fmt.Errorf("as root, Postgres is run as the user %s, who cannot enter %s: use another folder, or chmod o+x %s", p.owner.name, dir, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func (o *owner) owns(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == o.uid && info.Mode().Perm()&0o100 != 0
}

// own gives a path to the owner.
func (p *Postgres) own(path string) error {
	if p.owner == nil {
		return nil
	}
	return os.Chown(path, int(p.owner.uid), int(p.owner.gid))
}

// loadPassword reads the password, or makes one (see crypto/rand.Text), in a file that only the owner can read.
func (p *Postgres) loadPassword() error {
	path := p.path("password")
	content, err := os.ReadFile(path)
	if err == nil && len(bytes.TrimSpace(content)) > 0 {
		p.password = string(bytes.TrimSpace(content))
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	p.password = rand.Text()
	if err := os.WriteFile(path, []byte(p.password+"\n"), 0o600); err != nil {
		return err
	}
	return p.own(path)
}

// initialise makes the data folder under another name first, so that one cut short is never taken for a whole one.
func (p *Postgres) initialise(ctx context.Context) error {
	var failures []error
	// Full-text search folds case by the locale's character types, so it must know UTF-8; not every system has the first.
	for _, locale := range []string{"C.UTF-8", "en_US.UTF-8", "C"} {
		fresh := p.path("data.new")
		if err := os.RemoveAll(fresh); err != nil {
			return err
		}
		args := []string{"-D", fresh, "-U", postgresUser, "--pwfile=" + p.path("password"), "--auth=scram-sha-256",
			"--encoding=UTF8", "--locale=" + locale}
		if p.cfg.NoSync {
			args = append(args, "--no-sync")
		}
		output, err := p.run(ctx, "initdb", args...)
		if err == nil {
			return os.Rename(fresh, p.path("data"))
		}
		failures = append(failures, fmt.Errorf("initdb --locale=%s: %w\n%s", locale, err, output))
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failures...)
}

// run runs a program to its end, or kills it when ctx ends.
func (p *Postgres) run(ctx context.Context, program string, args ...string) (string, error) {
	cmd := p.command(program, args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer stop()
	err := cmd.Wait()
	return strings.TrimSpace(output.String()), err
}

// unprivileged returns whom Postgres runs as when the caller is root, which it refuses.
func unprivileged() (*owner, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return &owner{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("a server does not run as root, and there is no user postgres or nobody to run it as")
}

var versionOf = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// findPostgres returns the folder of the newest installed server, or of major version want where that is not "".
func findPostgres(ctx context.Context, want string) (string, error) {
	var found []string
	best, bin := 0, ""
	for _, dir := range candidates() {
		output, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
		match := versionOf.FindSubmatch(output)
		if err != nil || match == nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		major, err := strconv.Atoi(string(match[1]))
		if err != nil || major < oldestPostgres {
			continue
		}
		found = append(found, fmt.Sprintf("%d in %s", major, dir))
		if major > best && (want == "" || want == string(match[1])) {
			best, bin = major, dir
		}
	}
	switch {
	case bin != "":
		return bin, nil
	case len(found) > 0:
		return "", fmt.Errorf("%w in version %s, which made the data here; there is %s", ErrNoPostgres, want, strings.Join(found, ", "))
	default:
		return "", fmt.Errorf("%w (version %d or later; on Debian and Ubuntu: apt-get install postgresql)", ErrNoPostgres, oldestPostgres)
	}
}

// candidates lists where distributions put the server's programs, and where PATH leads.
func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		matches, err := filepath.Glob(pattern)
		if err == nil {
			dirs = append(dirs, matches...)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
