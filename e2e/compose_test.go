package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

// TestDockerCompose brings docker-compose.yml up in a real engine on images made from Debian packages, with nothing else
// prepared, drops documents into the inbox and reads the rows from Postgres; then it restarts all of it and looks again.
func TestDockerCompose(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped with -short: it builds images")
	}
	c := newCompose(t)
	c.must("up", "--detach", "--build")
	const n = 7
	c.drop("encrypted.pdf", encrypted())
	c.drop("scan.pdf", scan())
	source, err := synthetic.New(synthetic.Config{Seed: 23})
	if err != nil {
		t.Fatal(err)
	}
	for range n - 1 {
		d, err := source.Next()
		if err != nil {
			t.Fatal(err)
		}
		c.drop(d.Name, d.PDF)
	}
	stored := func() error {
		got, err := c.query(`select count(*) || ' stored, ' || (select count(*) from fields) || ' fields' from documents where status = 'stored'`)
		if err == nil && !strings.HasPrefix(got, fmt.Sprint(n, " stored, ")) {
			err = errors.New(got)
		}
		return err
	}
	testkit.Eventually(t, 5*time.Minute, stored)
	testkit.Eventually(t, 2*time.Minute, c.healthy)
	if got, err := c.query(`select trim(text, E' \n') from public.texts where name = 'scan.pdf'`); err != nil || got != scanned {
		t.Errorf("the scanned page was read as %q (%v)", got, err)
	}

	c.repair()

	// The reader's password works from outside and the volumes outlive the containers.
	c.must("down")
	c.must("up", "--detach")
	testkit.Eventually(t, 3*time.Minute, stored)
	status, err := c.run("run", "--rm", "tools", "millrace", "status", "--json")
	if err != nil {
		t.Fatalf("millrace status: %v\n%s", err, status)
	}
}

// repair does what a person with the operator's rights does about a dead letter, and what needs those rights besides.
func (c *compose) repair() {
	c.t.Helper()
	for _, step := range []struct {
		command string // of millrace, in the container operator
		says    string // what its output must match
	}{
		{"dead-letters groups", `parser +permanent .*encrypted`},
		{"dead-letters replay --all --canary 1 --yes", `1 of 1 canaries failed again|failed again +1`},
		{"reconcile --json", `"dead":1,`},
		{"dead-letters discard --all --reason unreadable --yes", `1 dead letter discarded|1 dead letters discarded`},
		{"backfill --topic document.received.v1 --group parser", `8`},
		{"reprocess --stage extractor --all", `7`},
		{"reconcile", `Nothing is missing and nothing is doubled`},
	} {
		words := append([]string{"run", "--rm", "operator", "millrace"}, strings.Fields(step.command)...)
		want := regexp.MustCompile(step.says)
		testkit.Eventually(c.t, time.Minute, func() error {
			if out, err := c.run(words...); !want.MatchString(out) {
				return errors.Join(fmt.Errorf("millrace %s: its output does not match %q:\n%s", step.command, step.says, out), err)
			}
			return nil
		})
	}
	id, err := c.query("select document_id from documents where name = 'encrypted.pdf'")
	if err != nil {
		c.t.Fatal(err)
	}
	if out, err := c.run("run", "--rm", "tools", "millrace", "explain", id); err != nil || !strings.Contains(out, "encrypted") {
		c.t.Errorf("millrace explain with the reader's rights: %v\n%s", err, out)
	}
}

// drop puts a file into the inbox in one step.
func (c *compose) drop(name string, content []byte) {
	c.t.Helper()
	temp := filepath.Join(c.inbox, ".part")
	if err := os.WriteFile(temp, content, 0o644); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(c.inbox, name)); err != nil {
		c.t.Fatal(err)
	}
}

// compose is one project of docker-compose with an inbox, ports and volumes of its own.
type compose struct {
	t     *testing.T
	root  string
	name  string
	inbox string
	env   []string
}

func newCompose(t *testing.T) *compose {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(filepath.Join(root, "deployments", "engine.sh")).CombinedOutput(); err != nil {
		t.Skipf("%s", bytes.TrimSpace(out))
	}
	build := exec.Command(filepath.Join(root, "deployments", "base", "build.sh"))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("make the base images: %v\n%s", err, out)
	}
	c := &compose{t: t, root: root, name: fmt.Sprintf("millrace-e2e-%08x", rand.Uint32()), inbox: t.TempDir()}
	c.env = append(os.Environ(), "MILLRACE_INBOX="+c.inbox, "DOCKER_BUILDKIT=0",
		"MILLRACE_IMAGE=millrace/millrace:e2e", "MILLRACE_PARSER_IMAGE=millrace/parser:e2e", "MILLRACE_POSTGRES_PORT="+freePort(t), "MILLRACE_HTTP_PORT="+freePort(t))
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := c.run("ps")
			logs, _ := c.run("logs", "--tail", "30", "--no-color")
			t.Logf("%s\n%s", out, logs)
		}
		if out, err := c.run("down", "--volumes", "--remove-orphans"); err != nil {
			t.Errorf("docker-compose down: %v\n%s", err, out)
		}
	})
	return c
}

// run runs docker-compose for this project.
func (c *compose) run(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	all := append([]string{"--project-name", c.name, "--env-file", filepath.Join("deployments", "base", "images.env")}, args...)
	cmd := exec.CommandContext(ctx, "docker-compose", all...)
	cmd.Dir, cmd.Env = c.root, c.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c *compose) must(args ...string) {
	c.t.Helper()
	if out, err := c.run(args...); err != nil {
		c.t.Fatalf("docker-compose %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// query runs SQL as people do.
func (c *compose) query(sql string) (string, error) {
	out, err := c.run("exec", "-T", "postgres", "psql", "--username", "millrace", "--dbname", "millrace", "-At", "-c", sql)
	if err != nil {
		return "", fmt.Errorf("psql: %w: %s", err, out)
	}
	return strings.TrimSpace(out), nil
}

// healthy says which of the services' health checks do not pass.
func (c *compose) healthy() error {
	out, err := exec.Command("docker", "ps", "--filter", "label=com.docker.compose.project="+c.name, "--format", "{{.Names}} {{.Status}}").Output()
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 8 { // RabbitMQ, Postgres and six services
		return fmt.Errorf("%d containers run: %s", len(lines), out)
	}
	for _, line := range lines {
		if !strings.Contains(line, "(healthy)") {
			return errors.New(line)
		}
	}
	return nil
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
