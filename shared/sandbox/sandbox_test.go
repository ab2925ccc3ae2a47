package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/reader"
	"github.com/millrace/millrace/shared/testkit"
)

// parentArgument makes the test binary a parent that reads one hanging document until it is killed.
const parentArgument = "sandbox-test-parent"

func TestMain(m *testing.M) {
	childOf(engines{misbehave, new(reader.Reader).Draw})
	if len(os.Args) == 2 && os.Args[1] == parentArgument {
		hangForEver()
	}
	os.Exit(m.Run())
}

// misbehave is the children's reader: the document says what to do.
func misbehave(ctx context.Context, content []byte, limits pdf.Limits, options reader.Options) (pdf.Reading, error) {
	word, rest, _ := strings.Cut(string(content), " ")
	switch word {
	case "hang":
		for { //nolint:staticcheck // what it is for
		}
	case "hog":
		var hog [][]byte
		for {
			b := make([]byte, 16<<20)
			for i := range b {
				b[i] = byte(i)
			}
			hog = append(hog, b)
			_ = len(hog)
		}
	case "recurse":
		return pdf.Reading{}, fmt.Errorf("depth %d", recurse(1))
	case "exit":
		os.Exit(3)
	case "panic":
		panic("a bug")
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Minute)
	case "fail":
		return pdf.Reading{}, fault.New(fault.ClassPermanent, rest, "as asked")
	case "pdf":
		return new(reader.Reader).Read(ctx, []byte(rest), limits, options)
	case "reach":
		rest = reach(rest)
	case "pages":
		return misbehavePages(strings.Fields(rest), limits, options)
	}
	word = map[string]string{"pid": strconv.Itoa(os.Getpid()), "env": strings.Join(os.Environ(), ",")}[word] + rest
	return pdf.Reading{Document: &layout.Document{Engine: "test", Outcome: layout.Partial, Pages: []layout.Page{
		pageOf(1, word), {Number: 2, Error: "bad"},
	}}}, nil
}

func pageOf(number int, word string) layout.Page {
	return layout.Page{Number: number, Blocks: []layout.Block{{Lines: []layout.Line{{Words: []layout.Word{{Text: word}}}}}}}
}

// misbehavePages reads a document whose pages are words: "exit" and "hang" do so by any engine, "exit-glyph" by the first one only.
func misbehavePages(words []string, limits pdf.Limits, options reader.Options) (pdf.Reading, error) {
	out := pdf.Reading{Document: &layout.Document{Engine: options.Engine, Outcome: layout.Complete}, Pages: len(words)}
	for i, word := range words {
		number := i + 1
		if number < limits.From || limits.To > 0 && number > limits.To {
			continue
		}
		name, engine, _ := strings.Cut(word, "-")
		if engine == "" || engine == options.Engine || options.Engine == reader.Best {
			switch name {
			case "exit":
				os.Exit(3)
			case "hang":
				for { //nolint:staticcheck // what it is for
				}
			}
		}
		out.Document.Pages = append(out.Document.Pages, pageOf(number, word))
	}
	return out, nil
}

func recurse(n int) int {
	var pad [1024]byte
	pad[n%1024] = 1
	return recurse(n+1) + int(pad[(n+1)%1024]) //nolint:staticcheck // what it is for
}

func newPool(t *testing.T, cfg Config) *Pool {
	t.Helper()
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func readText(t *testing.T, p *Pool, content string) string {
	t.Helper()
	r, err := p.Read(t.Context(), []byte(content))
	if err != nil {
		t.Fatalf("read %q: %v", content, err)
	}
	doc, err := r.Document()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(doc.Pages[0].Text())
}

func TestReadReturnsLayoutAndSummary(t *testing.T) {
	p := newPool(t, Config{Children: 1})
	r, err := p.Read(t.Context(), []byte("say hello"))
	if err != nil {
		t.Fatal(err)
	}
	want := Summary{Outcome: layout.Partial, Engine: "test", Pages: 2, FailedPages: []int{2}, Words: 1}
	if fmt.Sprint(r.Summary) != fmt.Sprint(want) {
		t.Errorf("summary = %+v, want %+v", r.Summary, want)
	}
	if got := readText(t, p, "say hello"); got != "hello" {
		t.Errorf("text = %q", got)
	}
}

func TestEachWayToFailCostsOneDocument(t *testing.T) {
	p := newPool(t, Config{Children: 1, Limits: Limits{Memory: 256 << 20, Limits: pdf.Limits{Time: 300 * time.Millisecond, Bytes: 1000}}})
	slow := newPool(t, Config{Children: 1, Limits: Limits{Memory: 512 << 20, Rescue: -1}})
	tests := []struct {
		name, content string
		pool          *Pool
		kind, text    string
	}{
		{"a document that hangs", "hang", p, pdf.KindTimeout, "300ms"},
		{"one that needs too much memory", "hog", slow, pdf.KindOutOfMemory, "memory"},
		{"one that nests without end", "recurse", slow, pdf.KindCrashed, "nests"},
		{"one that ends the process", "exit", p, pdf.KindCrashed, "exit status 3"},
		{"one that panics", "panic", p, pdf.KindCrashed, "a bug"},
		{"one that is killed each time", "kill", p, pdf.KindCrashed, "killed from outside"},
		{"a typed fault of the reader", "fail encrypted", p, pdf.KindEncrypted, "as asked"},
		{"too many bytes", strings.Repeat("x", 1001), p, pdf.KindTooLarge, "1001 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.pool.Read(t.Context(), []byte(tt.content))
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tt.kind {
				t.Errorf("error = %v (%v, %q), want permanent %q", err, fault.ClassOf(err), fault.KindOf(err), tt.kind)
			}
			if err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("text = %q, want %q in it", err, tt.text)
			}
			if got := readText(t, tt.pool, "say next"); got != "next" {
				t.Errorf("the next document reads %q", got)
			}
		})
	}
}

func TestOutputOverTheLimit(t *testing.T) {
	p := newPool(t, Config{Children: 1, Limits: Limits{Output: 100}})
	_, err := p.Read(t.Context(), []byte("say hello"))
	if fault.KindOf(err) != pdf.KindTooLarge {
		t.Errorf("error = %v, want %s", err, pdf.KindTooLarge)
	}
}

func TestChildrenAreReusedAndRecycled(t *testing.T) {
	p := newPool(t, Config{Children: 1, Recycle: 3})
	var pids []string
	for range 7 {
		pids = append(pids, readText(t, p, "pid "))
	}
	if pids[0] != pids[2] || pids[3] != pids[5] || pids[2] == pids[3] || pids[5] == pids[6] {
		t.Errorf("pids = %v, want a new child after every third document", pids)
	}
	assertGone(t, pids[0])
}

func TestChildHasNoSecrets(t *testing.T) {
	t.Setenv("MILLRACE_SECRET", "hunter2")
	p := newPool(t, Config{Children: 1})
	if got := readText(t, p, "env "); got != "GOTRACEBACK=none" {
		t.Errorf("the child's environment is %q", got)
	}
}

func TestCancelledReadIsInterrupted(t *testing.T) {
	p := newPool(t, Config{Children: 1})
	pid := readText(t, p, "pid ")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := p.Read(ctx, []byte("hang"))
		done <- err
	}()
	eventually(t, "the document is being read", func() bool { return len(p.slots) == 0 })
	cancel()
	if err := <-done; fault.ClassOf(err) != fault.ClassInterrupted {
		t.Errorf("error = %v, want an interrupted fault", err)
	}
	assertGone(t, pid)
	if got := readText(t, p, "say on"); got != "on" {
		t.Errorf("the next document reads %q", got)
	}
}

func TestCloseEndsReadsAndChildren(t *testing.T) {
	p := newPool(t, Config{Children: 2})
	pid := readText(t, p, "pid ")
	done := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := p.Read(context.Background(), []byte("hang"))
			done <- err
		}()
	}
	eventually(t, "both children are busy", func() bool { return len(p.slots) == 0 })
	p.Close()
	p.Close() // closing twice is harmless
	for range 2 {
		if err := <-done; fault.ClassOf(err) != fault.ClassInterrupted {
			t.Errorf("error = %v, want an interrupted fault", err)
		}
	}
	assertGone(t, pid)
	if _, err := p.Read(context.Background(), []byte("say x")); fault.ClassOf(err) != fault.ClassInterrupted {
		t.Errorf("a closed pool says %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	p := newPool(t, Config{Children: 3, Recycle: 5})
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			want := strconv.Itoa(i)
			content := "say " + want
			if i%10 == 0 {
				content = "exit"
			}
			r, err := p.Read(context.Background(), []byte(content))
			if i%10 == 0 {
				if fault.KindOf(err) != pdf.KindCrashed {
					t.Errorf("exit: %v", err)
				}
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			doc, err := r.Document()
			if err != nil || strings.TrimSpace(doc.Pages[0].Text()) != want {
				t.Errorf("document %s got another's answer: %v", want, err)
			}
		})
	}
	wg.Wait()
}

// hangForEver is the parent that TestChildrenDieWithTheirParent kills.
func hangForEver() {
	p, err := New(Config{Children: 1})
	if err != nil {
		panic(err)
	}
	r, err := p.Read(context.Background(), []byte("pid "))
	if err != nil {
		panic(err)
	}
	doc, err := r.Document()
	if err != nil {
		panic(err)
	}
	fmt.Println(strings.TrimSpace(doc.Pages[0].Text()))
	_, err = p.Read(context.Background(), []byte("hang"))
	panic(err)
}

func TestChildrenDieWithTheirParent(t *testing.T) {
	parent := exec.Command(os.Args[0], parentArgument) //nolint:noctx // killed below
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pid, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed
	assertGone(t, strings.TrimSpace(pid))
}

func TestMemoryIsWatchedFromOutside(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells another process's memory")
	}
	if used, ok := residentMemory(os.Getpid()); !ok || used < 1<<20 {
		t.Errorf("this process seems to use %d bytes (%v)", used, ok)
	}
	if _, ok := residentMemory(1 << 30); ok {
		t.Error("a process that is not there has memory")
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []Config{{Children: -1}, {Recycle: -1}, {Limits: Limits{Memory: 1}}, {Limits: Limits{Output: -1}}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("New(%+v) is content", cfg)
		}
	}
}

func assertGone(t *testing.T, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatalf("no pid: %q", pid)
	}
	eventually(t, "process "+pid+" is gone", func() bool { return errors.Is(syscall.Kill(n, 0), syscall.ESRCH) || zombie(pid) })
}

// zombie reports whether a process has ended, and nobody has asked for its status yet: its parent was killed.
func zombie(pid string) bool {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && strings.Contains(string(text), ") Z ")
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	testkit.Eventually(t, 10*time.Second, func() error {
		if !ok() {
			return fmt.Errorf("still not so: %s", what)
		}
		return nil
	})
}
