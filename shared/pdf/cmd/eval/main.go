// Command eval measures how well documents are read, beside pdftotext and mutool in the same run.
//
//	go run ./shared/pdf/cmd/eval --data DIR [--folders torture,fields,text_gt] [--worst 30] [--plain]
//
// The bag of words score is the F1 of the words (NFKC, split at white space) against pdftotext's, over the documents that
// pdftotext finds text in, and against reference text where there is some: pdfbox's expected text and CUAD's. The order score is
// one less the edit distance on words, divided by the longer text's length. Documents are read in child processes, as the
// parser reads them. The documents with the lowest scores are listed with the causes: differences without which the score would be
// higher, each with the score that would be, then words that are missing or extra. --plain adds the text method of the object reader that ours is built on. It exits with 0 whatever the scores are.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"github.com/millrace/millrace/shared/sandbox"
)

func main() {
	sandbox.Child()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to release
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("eval", flag.ContinueOnError)
	data := flags.String("data", "../shared/data", "folder of the documents")
	folders := flags.String("folders", "torture,fields,text_gt", "folders in it, separated by commas")
	worst := flags.Int("worst", 30, "list that many of the documents with the lowest scores")
	plain := flags.Bool("plain", false, "measure the object reader's own GetPlainText too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if why := missing(*data); why != "" {
		fmt.Fprintln(out, "skipped:", why)
		return nil
	}
	measured, err := measure(ctx, *data, strings.Split(*folders, ","), *plain)
	if err != nil {
		return err
	}
	return report(out, measured, *worst)
}

// missing says what is not there that a measurement needs, or "".
func missing(data string) string {
	if info, err := os.Stat(data); err != nil || !info.IsDir() {
		return "there are no documents in " + data + "; say where they are with --data DIR"
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return "pdftotext is not installed (package poppler-utils)"
	}
	return ""
}
