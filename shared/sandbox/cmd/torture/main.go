// Command torture reads broken documents and mutations of them through the reading processes, and checks that nothing but the
// documents comes to harm.
//
//	go run ./shared/sandbox/cmd/torture --data DIR/torture [--variants 3000] [--seed 1] [--time 5s] [--memory 512]
//
// Every PDF file below DIR is read once, and then so many variants of them: bytes changed, parts cut out, doubled, or taken from
// another file. The same seed gives the same variants. Each document must end as words or as a Permanent fault with a kind, within
// its limits; and at the end no process, open file or temporary folder may be left, and this program's memory may not have grown.
// It exits with 1 where something is wrong.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

func main() {
	sandbox.Child()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to release
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("torture", flag.ContinueOnError)
	data := flags.String("data", "../shared/data/torture", "folder of the documents")
	variants := flags.Int("variants", 3000, "mutated documents to read besides")
	seed := flags.Uint64("seed", 1, "of the mutations")
	limit := flags.Duration("time", 5*time.Second, "for one document, and again for its rescue")
	memory := flags.Int64("memory", 512, "MiB that a reading process may hold")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !isFolder(*data) {
		fmt.Fprintf(out, "skipped: there are no documents in %s; say where they are with --data DIR\n", *data)
		return nil
	}
	corpus, err := load(*data)
	if err != nil {
		return err
	}
	release, err := ownTemporaryFolder()
	if err != nil {
		return err
	}
	defer release()
	before := observe()
	w := &watch{limit: 2**limit + 3*time.Second, memory: *memory << 20, outcomes: map[string]int{}}
	pool, err := sandbox.New(sandbox.Config{
		Log:    slog.New(slog.DiscardHandler),
		Limits: sandbox.Limits{Limits: pdf.Limits{Time: *limit}, Memory: *memory << 20, Rescue: *limit},
	})
	if err != nil {
		return err
	}
	// The first document that needs PDFium waits for it to be compiled, which is none of the document's time.
	_, _ = pool.Read(ctx, []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"))
	start := time.Now()
	err = w.readAll(ctx, pool, corpus, *variants, *seed)
	pool.Close()
	if err != nil {
		return err
	}
	return w.report(out, len(corpus.files), *variants, time.Since(start), before, observe())
}

// ownTemporaryFolder makes temporary folders of this program appear where nobody else's do, so that they can be counted.
func ownTemporaryFolder() (release func(), err error) {
	folder, err := os.MkdirTemp("", "millrace-torture-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	was, set := os.LookupEnv("TMPDIR")
	if err := os.Setenv("TMPDIR", folder); err != nil {
		return nil, fmt.Errorf("set the temporary folder: %w", err)
	}
	return func() {
		_ = os.RemoveAll(folder) // what is left in it has been reported
		if set {
			_ = os.Setenv("TMPDIR", was)
		} else {
			_ = os.Unsetenv("TMPDIR")
		}
	}, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
