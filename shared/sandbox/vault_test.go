package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
)

// reach is what a reader that was taken over would try. The answer is "denied", "done" or what else happened.
func reach(what string) string {
	how, where, _ := strings.Cut(what, " ")
	var err error
	switch how {
	case "read":
		_, err = os.ReadFile(where)
	case "list":
		_, err = os.ReadDir(where)
	case "write":
		err = os.WriteFile(where, nil, 0o600)
	case "tcp", "udp", "unix", "unixgram":
		_, err = new(net.Dialer).Dial(how, where)
	case "listen":
		_, err = new(net.ListenConfig).Listen(context.Background(), "tcp", where)
	case "signal":
		err = syscall.Kill(os.Getppid(), syscall.SIGWINCH)
	case "run":
		err = exec.Command(where).Run() //nolint:noctx // what it is for
	case "users":
		return fmt.Sprint(os.Getuid(), os.Geteuid(), os.Getgid())
	}
	switch {
	case errors.Is(err, os.ErrPermission):
		return "denied"
	case err != nil:
		return err.Error()
	}
	return "done"
}

func TestAReaderThatIsTakenOverReachesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shuts its readers in")
	}
	var log bytes.Buffer
	p := newPool(t, Config{Children: 1, Log: slog.New(slog.NewTextHandler(&log, nil))})
	readText(t, p, "say hello")
	skipWhereRefused(t, log.String())

	folder := t.TempDir()
	secret := filepath.Join(folder, "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	tcp, unix := listen(t, "tcp", "127.0.0.1:0"), listen(t, "unix", filepath.Join(folder, "s"))
	for _, attempt := range []string{
		"read " + secret, "read /etc/passwd", "read /proc/self/environ", "list /", "list " + folder, "write " + secret, "write /tmp/millrace-test",
		"tcp " + tcp, "udp 127.0.0.1:53", "unix " + unix, "unixgram " + unix, "listen 127.0.0.1:0", "run /bin/true",
	} {
		if got := readText(t, p, "reach "+attempt); got != "denied" {
			t.Errorf("%s: %s", attempt, got)
		}
	}
	if got := readText(t, p, "reach users"); strings.Contains(" "+got+" ", " 0 ") {
		t.Errorf("a child runs with the users and groups %s", got)
	}
	if got := readText(t, p, "reach signal"); os.Getuid() == 0 && got != "denied" {
		t.Errorf("a child that is not root signals its parent: %s", got)
	}
}

// skipWhereRefused skips where the system has no protections, as it may not in a container, and says so.
func skipWhereRefused(t *testing.T, log string) {
	t.Helper()
	if strings.Contains(log, "weaker protection") {
		t.Skip("this system refuses protections: " + log)
	}
}

func listen(t *testing.T, network, address string) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestPdfiumIsReadFromInsideTheVault(t *testing.T) {
	p := newPool(t, Config{Children: 2})
	folder := p.engine.compile(t.Context())
	if folder == "" {
		t.Fatal("PDFium could not be compiled beforehand")
	}
	if got := readText(t, p, "reach list "+folder); got != "done" {
		t.Errorf("a child lists PDFium's folder: %s", got)
	}
	if runtime.GOOS == "linux" {
		if got := readText(t, p, "reach write "+filepath.Join(folder, "x")); got != "denied" {
			t.Errorf("a child writes to PDFium's folder: %s", got)
		}
	}
}

func TestProcessorTimeIsLimited(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells another process's processor time")
	}
	p := newPool(t, Config{Children: 1, Limits: Limits{CPU: 100 * time.Millisecond, Rescue: -1, Limits: pdf.Limits{Time: time.Hour}}})
	_, err := p.Read(t.Context(), []byte("hang"))
	if fault.KindOf(err) != pdf.KindTimeout || !strings.Contains(err.Error(), "100ms of processor time") {
		t.Errorf("a document that computes for ever ends with %v", err)
	}
	if used, ok := processorTime(os.Getpid()); !ok || used <= 0 {
		t.Errorf("this process seems to have used %v (%v)", used, ok)
	}
	if _, ok := processorTime(1 << 30); ok {
		t.Error("a process that is not there has used time")
	}
}

func TestAFolderThatOthersCannotReachIsKnown(t *testing.T) {
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.MkdirAll(filepath.Join(closed, "inner"), 0o700); err != nil {
		t.Fatal(err)
	}
	if openToAll(filepath.Join(closed, "inner")) {
		t.Error("a folder in one that is closed to others is open to them")
	}
	if !openToAll("") || !openToAll(os.TempDir()) {
		t.Error("the temporary folder is closed to others")
	}
}
