package inbox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/shared/event"
)

// TestMain runs the tests, or plays the part of an inbox's process when a test started it as one.
func TestMain(m *testing.M) {
	if dir := os.Getenv("INBOX_TEST_DIR"); dir != "" {
		os.Exit(instance(dir, os.Getenv("INBOX_TEST_DIE_AT")))
	}
	os.Exit(m.Run())
}

// instance looks into the inbox of a desk twice and kills itself at a step. The broker is a file to which it appends.
func instance(dir, dieAt string) int {
	d := &desk{dir: dir, config: func(*inbox.Config) {}}
	sent, err := os.OpenFile(filepath.Join(dir, "sent"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 3
	}
	d.early = func() {
		if json.NewEncoder(sent).Encode(d.sent[len(d.sent)-1]) != nil {
			os.Exit(4)
		}
	}
	x, err := d.start()
	if err != nil {
		_, _ = io.WriteString(os.Stderr, err.Error())
		return 5
	}
	x.OnStep(func(step string) {
		if step == dieAt {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it arrives
		}
	})
	for range 2 {
		x.Look(context.Background())
		x.Wait()
	}
	_, _ = io.WriteString(os.Stderr, d.log.String())
	return 0
}

// run starts an instance in a process of its own and returns its log, and whether it was killed.
func (d *desk) run(dieAt string, cmd *exec.Cmd) (log string, killed bool) {
	d.t.Helper()
	cmd.Env = append(os.Environ(), "INBOX_TEST_DIR="+d.dir, "INBOX_TEST_DIE_AT="+dieAt)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status, _ := exit.Sys().(syscall.WaitStatus)
		if status.Signaled() && status.Signal() == syscall.SIGKILL {
			return stderr.String(), true
		}
	}
	if err != nil {
		d.t.Fatalf("the instance ended with %v: %s", err, stderr.String())
	}
	return stderr.String(), false
}

// readSent adds what instances in other processes announced to what the desk has seen.
func (d *desk) readSent() {
	d.t.Helper()
	f, err := os.Open(d.path("sent"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r event.Received
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			d.t.Fatal(err)
		}
		d.sent = append(d.sent, r)
	}
}

func TestKilledAtEveryPointAFileIsOneArrival(t *testing.T) {
	for _, step := range []string{inbox.StepFolder, inbox.StepClaimed, inbox.StepStored, inbox.StepAnnounced, inbox.StepMoved} {
		t.Run(step, func(t *testing.T) {
			d := newDesk(t)
			d.drop("acme/invoice.pdf", pdf)
			if _, killed := d.run(step, exec.Command(os.Args[0])); !killed {
				t.Fatal("the instance was not killed")
			}
			d.readSent()
			if len(d.sent) == 0 && len(d.files("inbox")) != 1 {
				t.Errorf("the file left the inbox (%q) without an event", d.files("inbox"))
			}
			d.look(d.open())
			if n := len(d.arrivals()); n != 1 {
				t.Errorf("%d arrivals, want 1: %v", n, d.arrivals())
			}
			if got := d.names(); len(got) == 1 && got[0] != "acme/invoice.pdf" {
				t.Errorf("announced as %q", got)
			}
			d.wantOnly("archive", "acme/invoice.pdf")
			d.wantOnly("inbox")
		})
	}
}

func TestKilledAtEveryPointABadFileIsRejectedOnce(t *testing.T) {
	for _, step := range []string{inbox.StepFolder, inbox.StepClaimed, inbox.StepReason, inbox.StepMoved} {
		t.Run(step, func(t *testing.T) {
			d := newDesk(t)
			d.drop("photo.jpg", "\xff\xd8\xff\xe0 a photo")
			if _, killed := d.run(step, exec.Command(os.Args[0])); !killed {
				t.Fatal("the instance was not killed")
			}
			d.look(d.open())
			d.wantOnly("rejected", "photo.jpg", "photo.jpg.reason.txt")
			d.wantOnly("inbox")
			if len(d.sent) != 0 {
				t.Errorf("announced %v", d.sent)
			}
		})
	}
}

func TestKilledAgainAndAgain(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf", "f.pdf"} {
		d.drop(name, pdf+name)
	}
	for _, step := range []string{inbox.StepClaimed, inbox.StepAnnounced, inbox.StepStored, inbox.StepMoved, inbox.StepAnnounced} {
		d.run(step, exec.Command(os.Args[0]))
	}
	d.readSent()
	d.look(d.open())
	d.wantOnly("archive", "a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf", "f.pdf")
	if n := len(d.arrivals()); n != 6 {
		t.Errorf("%d arrivals, want 6", n)
	}
}

func TestAClaimIsOnDiskBeforeAnybodyHearsOfIt(t *testing.T) {
	for _, name := range []string{"invoice.pdf", "acme/invoice.pdf"} {
		for _, leftBehind := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, left behind: %t", name, leftBehind), func(t *testing.T) {
				d := newDesk(t)
				d.drop(name, pdf)
				if leftBehind {
					d.run(inbox.StepClaimed, exec.Command(os.Args[0]))
				}
				x := d.open()
				var mu sync.Mutex
				claimed := map[string]bool{} // the folders that were synced since the file lies in its claim's place
				x.OnSync(func(path string) {
					mu.Lock()
					defer mu.Unlock()
					if _, err := os.Lstat(d.path("inbox", name)); errors.Is(err, fs.ErrNotExist) {
						claimed[path] = true
					}
				})
				x.OnStep(func(step string) {
					if step != inbox.StepStored {
						return
					}
					place := filepath.Dir(d.path("inbox", d.files("inbox")[0]))
					instance := place
					for filepath.Base(filepath.Dir(instance)) != "claimed" {
						instance = filepath.Dir(instance)
					}
					mu.Lock()
					defer mu.Unlock()
					for _, dir := range []string{place, instance, filepath.Dir(d.path("inbox", name))} {
						if !claimed[dir] {
							t.Errorf("%s is not synced, but %v", dir, claimed)
						}
					}
				})
				d.look(x)
				d.wantOnly("archive", name)
			})
		}
	}
}

// unprivileged returns a command that runs this test binary as a user who is not root, in a desk that this user may use.
func (d *desk) unprivileged() *exec.Cmd {
	d.t.Helper()
	if os.Getuid() != 0 {
		return exec.Command(os.Args[0])
	}
	const nobody = 65534
	program := filepath.Join(d.dir, "program") // the test binary's own folder is closed to others
	content, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(program, content, 0o755)
	}
	err = errors.Join(err, os.Chmod(filepath.Dir(d.dir), 0o755), os.Chmod(d.dir, 0o777))
	err = errors.Join(err, filepath.WalkDir(d.dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	}))
	if err != nil {
		d.t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	return cmd
}

func TestNoPermission(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"secret.pdf", "good.pdf", "fixed/stays.pdf", "closed/unseen.pdf"} {
		d.drop(name, pdf)
	}
	cmd := d.unprivileged()
	for name, mode := range map[string]os.FileMode{"secret.pdf": 0, "fixed": 0o555, "closed": 0} {
		path := d.path("inbox", name)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
	}
	log, _ := d.run("", cmd)
	d.readSent()
	if got := d.names(); len(got) != 1 || got[0] != "good.pdf" {
		t.Errorf("announced %q, want good.pdf alone; log:\n%s", got, log)
	}
	if text := d.reason("secret.pdf"); !strings.HasPrefix(text, "no_permission\n") || !strings.Contains(text, "chmod") {
		t.Errorf("reason:\n%s", text)
	}
	for _, want := range []string{"file=fixed/stays.pdf", "file=closed"} {
		if n := strings.Count(log, want); n != 1 {
			t.Errorf("%s was reported %d times, want once; log:\n%s", want, n, log)
		}
	}
	if _, err := os.Stat(d.path("inbox", "fixed", "stays.pdf")); err != nil {
		t.Errorf("the file that cannot be moved: %v", err)
	}
}
