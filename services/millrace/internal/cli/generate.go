package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/synthetic"
)

// generation is what to generate and where to.
type generation struct {
	synthetic.Config
	count   int64
	rate    float64 // documents per second; 0: as fast as possible
	out     string
	sidecar bool
}

// generated is one document that was written.
type generated struct {
	File     string `json:"file"`
	Class    string `json:"class"`
	Language string `json:"language"`
	Layout   string `json:"layout"`
	Seed     int64  `json:"seed"`
	Index    int64  `json:"index"`
}

func (a *app) generateCommand() *cobra.Command {
	var g generation
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Make realistic PDF documents, with what they truly say beside them",
		Long: `Writes synthetic business documents into a folder. The same seed always gives the same documents. Files appear whole, so
the folder may be the inbox of a running instance.

With --sidecar each NAME.pdf gets a NAME.truth.json with its class and every field value that is printed in it; leave it off when
writing into an inbox, which takes documents only.`,
		Example: `  millrace generate --count 100 --out samples --sidecar
  millrace generate --count 500 --rate 20 --seed 7 --out inbox
  millrace generate --kinds invoice,receipt --languages de,fr --count 10 --out samples`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if g.out == "" {
				return usage("say where the documents go with --out DIR")
			}
			if g.count < 0 || g.rate < 0 {
				return usage("--count and --rate must not be negative")
			}
			bar := newProgress(a.Err)
			made := int64(0)
			err := g.run(cmd.Context(), func(d generated) error {
				made++
				bar.show("made %d of %d", made, g.count)
				if a.json {
					return a.printJSON(d)
				}
				return nil
			})
			bar.clear()
			if err != nil {
				return err
			}
			if !a.json {
				_, err = fmt.Fprintf(a.Out, "%s in %s\n", count(made, "document"), g.out)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.Int64Var(&g.count, "count", 24, "how many documents")
	f.Float64Var(&g.rate, "rate", 0, "documents per second; 0 is as fast as possible")
	f.Int64Var(&g.Seed, "seed", 1, "selects the documents")
	f.StringSliceVar(&g.Kinds, "kinds", nil, "only these kinds: "+strings.Join(synthetic.Kinds(), ", "))
	f.StringSliceVar(&g.Languages, "languages", nil, "only these languages, as ISO 639-1 codes")
	f.StringVar(&g.out, "out", "", "folder to write to")
	f.BoolVar(&g.sidecar, "sidecar", false, "write NAME.truth.json beside each document")
	a.jsonFlag(cmd, "one JSON object per document and line")
	return cmd
}

// run writes the documents, several at once, and calls done for each in their order.
func (g generation) run(ctx context.Context, done func(generated) error) error {
	source, err := synthetic.New(g.Config)
	if err != nil {
		return usage("%w", err)
	}
	if err := os.MkdirAll(g.out, 0o750); err != nil {
		return fmt.Errorf("make the folder for the documents: %w", err)
	}
	inbox, err := deliver.OpenInbox(g.out)
	if err != nil {
		return err
	}
	width := int64(2 * runtime.NumCPU())
	if g.rate > 0 {
		width = 1
	}
	began := time.Now()
	for start := int64(0); start < g.count; start += width {
		if err := g.keepRate(ctx, began, start); err != nil {
			return err
		}
		end := min(start+width, g.count)
		batch := make([]generated, end-start)
		var group errgroup.Group
		for i := range batch {
			group.Go(func() (err error) {
				batch[i], err = g.one(ctx, source, inbox, start+int64(i))
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		for _, d := range batch {
			if err := done(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepRate waits until document n is due.
func (g generation) keepRate(ctx context.Context, began time.Time, n int64) error {
	if g.rate <= 0 {
		return ctx.Err()
	}
	due := began.Add(time.Duration(float64(n) / g.rate * float64(time.Second)))
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// one writes document i, its sidecar first, so that whoever sees the document finds the truth beside it.
func (g generation) one(ctx context.Context, source *synthetic.Source, inbox deliver.Inbox, i int64) (generated, error) {
	doc, err := source.At(i)
	if err != nil {
		return generated{}, err
	}
	if g.sidecar {
		truth, err := json.MarshalIndent(doc.Truth, "", "  ")
		if err != nil {
			return generated{}, fmt.Errorf("write the truth of %s: %w", doc.Name, err)
		}
		if err := inbox.Replace(truthName(doc.Name), append(truth, '\n')); err != nil {
			return generated{}, err
		}
	}
	if err := inbox.Replace(doc.Name, doc.PDF); err != nil {
		return generated{}, err
	}
	return generated{
		File: filepath.Join(g.out, doc.Name), Class: doc.Kind, Language: doc.Language, Layout: doc.Layout, Seed: g.Seed, Index: i,
	}, ctx.Err()
}

// truthName is the name of a document's sidecar.
func truthName(pdf string) string { return strings.TrimSuffix(pdf, filepath.Ext(pdf)) + ".truth.json" }

// deliverSamples puts synthetic documents into an inbox.
func deliverSamples(ctx context.Context, inbox deliver.Inbox, n int64, seed int64) ([]deliver.Delivered, error) {
	source, err := synthetic.New(synthetic.Config{Seed: seed})
	if err != nil {
		return nil, err
	}
	out := make([]deliver.Delivered, 0, n)
	for range n {
		doc, err := source.Next()
		if err != nil {
			return out, err
		}
		d, err := inbox.Put(ctx, doc.Name, bytes.NewReader(doc.PDF))
		if err != nil {
			return out, err
		}
		out = append(out, d)
	}
	return out, nil
}
