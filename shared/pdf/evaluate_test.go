package pdf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	ledongthuc "github.com/ledongthuc/pdf"
	"golang.org/x/text/unicode/norm"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
	"github.com/millrace/millrace/shared/testkit"
)

// TestAgainstPdftotext measures how much of what pdftotext reads this package reads too: the mean F1 of bags of words
// (NFKC, split at white space) over the documents that pdftotext finds text in. It is asked for by MILLRACE_EVAL, the
// folders to look in, separated by commas ("fields", "torture/pdfjs"); MILLRACE_EVAL_WORST lists that many files.
func TestAgainstPdftotext(t *testing.T) {
	folders := os.Getenv("MILLRACE_EVAL")
	if folders == "" {
		t.Skip("set MILLRACE_EVAL=fields (or other folders of the development data) to measure")
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed")
	}
	root := testkit.Data(t)
	for folder := range strings.SplitSeq(folders, ",") {
		t.Run(folder, func(t *testing.T) { evaluate(t, filepath.Join(root, folder)) })
	}
}

func TestMain(m *testing.M) {
	sandbox.Child()
	os.Exit(m.Run())
}

type score struct {
	file        string
	ours, plain float64
	words       int
	err         error
}

func evaluate(t *testing.T, root string) {
	t.Helper()
	var scores []score
	kinds := map[string]int{}
	var spent time.Duration
	pool, err := sandbox.New(sandbox.Config{Children: 1, Limits: sandbox.Limits{Limits: pdf.Limits{Time: 20 * time.Second}}})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, path := range pdfFiles(t, root) {
		want := bag(pdftotext(t, path))
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		text, err := read(pool, content)
		took := time.Since(start)
		spent += took
		if took > 2*time.Second {
			t.Logf("slow: %s %v", path, took.Round(time.Millisecond))
		}
		kinds[fault.KindOf(err)]++
		if len(want) == 0 {
			continue
		}
		s := score{file: strings.TrimPrefix(path, root+"/"), err: err, words: total(want)}
		if err == nil {
			s.ours = f1(bag(text), want)
		}
		if os.Getenv("MILLRACE_EVAL_PLAIN") != "" {
			s.plain = f1(bag(plainText(content)), want)
		}
		scores = append(scores, s)
	}
	var ours, plain float64
	for _, s := range scores {
		ours += s.ours / float64(len(scores))
		plain += s.plain / float64(len(scores))
	}
	t.Logf("%d documents with text: mean F1 against pdftotext %.4f (GetPlainText %.4f), %v for all; outcomes %v", len(scores), ours, plain, spent.Round(time.Millisecond), kinds)
	sort.Slice(scores, func(i, j int) bool { return scores[i].ours < scores[j].ours })
	worst := 0
	if _, err := fmt.Sscan(os.Getenv("MILLRACE_EVAL_WORST"), &worst); err != nil {
		worst = 10
	}
	for _, s := range scores[:min(worst, len(scores))] {
		t.Logf("%.3f %6d words  %s  %v", s.ours, s.words, s.file, s.err)
	}
}

// read reads a document in a child: some of the development data kills its reader.
func read(pool *sandbox.Pool, content []byte) (string, error) {
	r, err := pool.Read(context.Background(), content)
	if err != nil {
		return "", err
	}
	doc, err := r.Document()
	if err != nil {
		return "", err
	}
	return doc.Text(), nil
}

func bag(text string) map[string]int {
	out := map[string]int{}
	for _, w := range strings.Fields(norm.NFKC.String(text)) {
		out[w]++
	}
	return out
}

func total(bag map[string]int) int {
	n := 0
	for _, c := range bag {
		n += c
	}
	return n
}

func f1(got, want map[string]int) float64 {
	both := 0
	for w, n := range want {
		both += min(n, got[w])
	}
	if both == 0 {
		return 0
	}
	precision, recall := float64(both)/float64(total(got)), float64(both)/float64(total(want))
	return 2 * precision * recall / (precision + recall)
}

func pdftotext(t *testing.T, path string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "pdftotext", "-enc", "UTF-8", path, "-").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out)
}

// plainText is what the object reader's own text method makes of a document, with a time limit.
func plainText(content []byte) string {
	done := make(chan string, 1)
	go func() {
		defer func() {
			if recover() != nil {
				done <- ""
			}
		}()
		r, err := ledongthuc.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			done <- ""
			return
		}
		text, err := r.GetPlainText()
		if err != nil {
			done <- ""
			return
		}
		out, _ := io.ReadAll(text)
		done <- string(out)
	}()
	select {
	case out := <-done:
		return out
	case <-time.After(10 * time.Second):
		return ""
	}
}

func pdfFiles(tb testing.TB, root string) []string {
	tb.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.EqualFold(filepath.Ext(path), ".pdf") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// runPdftotext reads the files of a NUL-separated list with a loop of pdftotext that stores nothing.
func runPdftotext(b *testing.B, list io.Reader) {
	b.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		b.Skip("pdftotext is not installed")
	}
	cmd := exec.CommandContext(b.Context(), "sh", "-c", `xargs -0 -P"$(nproc)" -I{} pdftotext {} - > /dev/null 2>&1`)
	cmd.Stdin = list
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			b.Fatal(err)
		}
	}
}
