// Command eval measures a classifier model on real documents whose types are known.
//
//	go run ./shared/classify/cmd/eval --data DIR [--model FILE] [--errors]
//	go run ./shared/classify/cmd/eval --data DIR --left-out
//
// DIR holds the documents and _gold/dev/doctype_labels.csv with the columns path, label and source. The documents are only
// answered, never learned from: the model is trained on made documents alone, so that all of them are held out, whatever
// their source and layout. Files without text count as unread and are left out of the scores. Where DIR is absent it says
// so and ends well.
//
// With --left-out it trains a model for each type of the answer key that is never shown the type, and counts how many of the
// type's documents that model calls unknown. That takes a minute or two for each type.
package main

import (
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to release
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("eval", flag.ContinueOnError)
	data := flags.String("data", "", "folder of the documents")
	path := flags.String("model", "", "model file; the built-in model where absent")
	wrong := flags.Bool("errors", false, "list the wrong answers")
	without := flags.Bool("left-out", false, "instead, train without each type in turn and count its documents called unknown")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *data == "" {
		return errors.New("say where the documents are: --data DIR")
	}
	if *without && (*path != "" || *wrong) {
		return errors.New("--left-out trains models of its own: leave out --model and --errors")
	}
	if _, err := os.Stat(*data); err != nil {
		_, err := fmt.Fprintf(out, "skipped: there are no documents in %s\n", *data)
		return err
	}
	docs, err := readLabels(filepath.Join(*data, "_gold", "dev", "doctype_labels.csv"))
	if err != nil {
		return err
	}
	if *without {
		_, err := leaveOut(ctx, recipe.Default(), *data, docs, out)
		return err
	}
	model, err := open(*path)
	if err != nil {
		return err
	}
	errorsTo := io.Discard
	if *wrong {
		errorsTo = out
	}
	_, err = measure(ctx, model, *data, docs, out, errorsTo)
	return err
}

func open(path string) (*classify.Model, error) {
	if path == "" {
		return classify.Default()
	}
	return classify.Load(path)
}

// labelled is one line of the answer key.
type labelled struct{ path, label, source string }

func readLabels(path string) ([]labelled, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the answer key: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the answer key %s: %w", path, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("the answer key %s is empty", path)
	}
	p, l, s := slices.Index(rows[0], "path"), slices.Index(rows[0], "label"), slices.Index(rows[0], "source")
	if p < 0 || l < 0 || s < 0 {
		return nil, fmt.Errorf("the answer key %s lacks one of the columns path, label, source", path)
	}
	var out []labelled
	for _, r := range rows[1:] {
		out = append(out, labelled{r[p], r[l], r[s]})
	}
	return out, nil
}

// errUnread is the cause of an error about a file that the parser finds no text in.
var errUnread = errors.New("no readable text")

// read reads the document with the parser. A file without readable text is [errUnread].
func (d labelled) read(ctx context.Context, dir string) (*layout.Document, error) {
	content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(d.path)))
	if err != nil {
		return nil, fmt.Errorf("read a document: %w", err)
	}
	doc, err := pdf.Read(ctx, content, pdf.Limits{})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnread, err)
	}
	return doc, nil
}

// measure asks the model about every document, writes the scores to out and the wrong answers to wrong, and returns the
// scores with abstentions counted as errors.
func measure(ctx context.Context, model *classify.Model, dir string, docs []labelled, out, wrong io.Writer) (classify.Evaluation, error) {
	all, forced, unread := classify.NewTally(), classify.NewTally(), 0
	var confidence []float64
	var right []bool
	for _, d := range docs {
		doc, err := d.read(ctx, dir)
		if err != nil && !errors.Is(err, errUnread) {
			return classify.Evaluation{}, err
		}
		if err != nil {
			unread++
			_, _ = fmt.Fprintf(wrong, "unread  %s: %v\n", d.path, err)
			continue
		}
		res := model.Classify(doc)
		best := res.Class
		if best.Label == classify.Unknown && len(res.Alternatives) > 0 {
			best = res.Alternatives[0]
		}
		all.Add(d.label, res.Class.Label)
		forced.Add(d.label, best.Label)
		confidence, right = append(confidence, best.Confidence), append(right, best.Label == d.label)
		if res.Class.Label != d.label {
			_, _ = fmt.Fprintf(wrong, "%-16s taken for %-16s %.2f  best %s %.2f  %s\n",
				d.label, res.Class.Label, res.Class.Confidence, best.Label, best.Confidence, d.path)
		}
	}
	reportUnseen(model, all, out)
	score := all.Evaluate()
	_, err := fmt.Fprintf(out, "%s: %d documents, %d without readable text\n\nunknown counts as wrong:\n%s\nwithout abstaining:\n%s\ncalibration error %.3f\n",
		model.Name(), len(docs), unread, score, forced.Evaluate(), classify.CalibrationError(confidence, right))
	_, _ = fmt.Fprint(out, "\nrisk and coverage, surest answers first, without abstaining:\n")
	for _, r := range classify.RiskCoverage(confidence, right) {
		_, _ = fmt.Fprintf(out, "  %3.0f %% answered (confidence %.2f or more): %.3f wrong\n", 100*r.Coverage, r.Confidence, r.Wrong)
	}
	reportLeftOut(model, out)
	return score, err
}

// reportLeftOut writes what training found out about types that it left out in turn, on documents of its own making.
func reportLeftOut(model *classify.Model, out io.Writer) {
	unseen := model.Unseen()
	if len(unseen) == 0 {
		return
	}
	_, _ = fmt.Fprint(out, "\nmade documents of a type that training left out, called unknown:\n")
	mean := 0.0
	for _, label := range slices.Sorted(maps.Keys(unseen)) {
		_, _ = fmt.Fprintf(out, "  %-20s %.3f\n", label, unseen[label])
		mean += unseen[label] / float64(len(unseen))
	}
	_, _ = fmt.Fprintf(out, "  %-20s %.3f, wanted at least 0.800\n", "mean", mean)
}

// reportUnseen writes what became of documents of types that the model does not have.
func reportUnseen(model *classify.Model, all *classify.Tally, out io.Writer) {
	for truth, answers := range all.Evaluate().Confusion {
		if slices.Contains(model.Labels(), truth) {
			continue
		}
		total := 0
		for _, n := range answers {
			total += n
		}
		_, _ = fmt.Fprintf(out, "the model was never shown %s: of %d documents %d were called unknown\n\n", truth, total, answers[classify.Unknown])
	}
}
