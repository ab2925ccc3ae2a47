// Command train makes the classifier's model from documents that this repository can make, and writes the model file.
//
//	go run ./shared/classify/cmd/train --out shared/classify/default.model
//
// The same flags give the same file, byte for byte, with the same Go version on the same kind of processor. With --check
// it writes nothing and fails where the file would change.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to release
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags, cfg := flag.NewFlagSet("train", flag.ContinueOnError), recipe.Default()
	path := flags.String("out", "", "model file to write")
	check := flags.Bool("check", false, "compare with the model file instead of writing it")
	version := flags.String("version", "1", "version of the model")
	flags.Uint64Var(&cfg.Seed, "seed", cfg.Seed, "seed of the documents and of the training")
	flags.IntVar(&cfg.Texts, "texts", cfg.Texts, "text-only documents for each type")
	flags.IntVar(&cfg.PDFs, "pdfs", cfg.PDFs, "synthetic PDFs in all")
	without := flags.String("without", "", "leave this type out, to see what becomes of its documents")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *path == "" {
		return errors.New("say where the model file goes: --out FILE")
	}
	begin := time.Now()
	set, err := recipe.Make(ctx, cfg)
	if err != nil {
		return err
	}
	set = set.Without(*without)
	progress(out, "made %d training documents in %s\n", len(set.Train), time.Since(begin).Round(time.Second))
	model, held, err := classify.Train(set.Train, set.Splits, classify.TrainConfig{Version: *version, Seed: cfg.Seed, Names: set.Names})
	if err != nil {
		return err
	}
	content, err := model.Bytes()
	if err != nil {
		return err
	}
	describe(out, model, held, set.Test)
	progress(out, "%s, %d bytes, trained in %s\n", model.Name(), len(content), time.Since(begin).Round(time.Second))
	if *check {
		return compare(*path, content)
	}
	if err := os.WriteFile(*path, content, 0o644); err != nil { //nolint:gosec // a model is public
		return fmt.Errorf("write the model: %w", err)
	}
	return nil
}

func compare(path string, content []byte) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if !bytes.Equal(old, content) {
		return fmt.Errorf("%s is not what the recipe makes: train again without --check and commit it", path)
	}
	return nil
}

func describe(out io.Writer, model *classify.Model, held classify.Held, test []classify.Example) {
	progress(out, "\nheld-back wordings and layouts: temperature %.2f, threshold %.2f, floor %.1f, calibration error %.3f\n%s",
		held.Temperature, held.Threshold, held.Floor, held.ECE, held.Score)
	progress(out, "\nshare called unknown by a model that never saw the type:\n")
	mean := 0.0
	for _, l := range slices.Sorted(maps.Keys(held.Unseen)) {
		progress(out, "  %-20s %.3f\n", l, held.Unseen[l])
		mean += held.Unseen[l] / float64(len(held.Unseen))
	}
	progress(out, "  %-20s %.3f\n", "mean", mean)
	tally := classify.NewTally()
	for _, e := range test {
		tally.Add(e.Label, model.Classify(e.Document).Class.Label)
	}
	progress(out, "\nthe model itself, on documents of other seeds:\n%s\n", tally.Evaluate())
}

func progress(out io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(out, format, args...) // a closed terminal must not lose the model
}
