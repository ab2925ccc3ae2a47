// Command eval measures extraction on real documents with answer keys.
//
//	go run ./shared/extract/cmd/eval --data DIR [--only SET] [--worst 30] [--class-given]
//
// DIR holds the documents and their keys (_gold/dev). The documents are read as the services read them: the class is the
// classifier's, unless --class-given says to use the true one. Nothing is learned from them. Where DIR is absent it says so
// and ends well.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
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
	templates := flags.String("invoice2data", "", "folder of invoice2data's own templates; their test PDFs are left out where it is absent")
	only := flags.String("only", "", "measure the sets whose name begins with this")
	worst := flags.Int("worst", 30, "how many wrong or missing values to list for each set")
	given := flags.Bool("class-given", false, "use the true class instead of the classifier's")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(*data, "_gold", "dev")); err != nil {
		_, err := fmt.Fprintf(out, "skipped: there are no documents with answer keys in %s\n", *data)
		return err
	}
	m, err := newMeasure(ctx, *data, *templates, *given)
	if err != nil {
		return err
	}
	defer m.pool.Close()
	for _, s := range sets() {
		if !strings.HasPrefix(s.name, *only) {
			continue
		}
		if err := m.report(s, *worst, out); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}
