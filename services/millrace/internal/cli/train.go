package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/labelled"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
	"github.com/millrace/millrace/shared/classify/training"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/mediatype"
	"github.com/millrace/millrace/shared/modelstore"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/sandbox"
)

// trainOptions are the flags of train.
type trainOptions struct {
	folders, tables []string
	corrections     bool
	only, install   bool
	out, name       string
	models          string
	seed            uint64
	ocr             string
	recipe          recipe.Config
}

// modelName is what may stand in a file's name and in the ids of results.
var modelName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

func (a *app) trainCommand() *cobra.Command {
	o := trainOptions{recipe: recipe.Default()}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Teach the classifier your own document types, and see whether it is better",
		Long: `Learns document types from your own documents: from a folder with a sub-folder for each type, from a CSV file with the columns
path and label, from what people corrected. By default they are added to what the built-in model learned from; a type may be
new. Documents are read as the parser reads them; what cannot be read is listed and skipped. It needs no running services,
except --corrections, which reads the instance's Postgres and blob store.

Then it tells how the new model does on documents that were held back, template by template, beside the model in use, and
keeps it in the folder of models: millrace models use NAME puts it to use, --install does so at once.

A type that is new needs 4 documents. A model holds no text, only numbers of hashed words and letters.

It exits with 0 when all documents could be read and with 3 when some could not.`,
		Example: `  millrace train --folder ./filed               ./filed/invoice/*.pdf, ./filed/delivery_note/*.pdf ...
  millrace train --csv labels.csv --install
  millrace train --corrections --install
  millrace train --folder ./filed --corrections --json | jq '.held_back.macro_f1, .in_use.macro_f1'
  millrace train --folder ./filed --only --out mine.model`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return a.train(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.folders, "folder", nil, "folder whose sub-folders are document types; may be given more than once")
	f.StringArrayVar(&o.tables, "csv", nil, "CSV file with the columns path and label, paths relative to it; may be given more than once")
	f.BoolVar(&o.corrections, "corrections", false, "learn from documents whose type was corrected")
	f.BoolVar(&o.only, "only", false, "forget what the built-in model learned from")
	f.StringVar(&o.out, "out", "", "write the model to this file, instead of the folder of models")
	f.BoolVar(&o.install, "install", false, "put the model to use")
	f.StringVar(&o.name, "name", "trained", "what to call the model")
	f.Uint64Var(&o.seed, "seed", 1, "the same seed and documents give the same model")
	f.StringVar(&o.ocr, "ocr", "", "languages for pages without text, as tesseract names them (eng+deu)")
	modelsFlag(cmd, &o.models)
	a.jsonFlag(cmd, "the report as one JSON object")
	return cmd
}

func (o trainOptions) check() error {
	switch {
	case len(o.folders)+len(o.tables) == 0 && !o.corrections:
		return usage("say what to learn from: --folder, --csv or --corrections")
	case o.install && o.out != "":
		return usage("--install puts the model into the folder of models: leave out --out")
	case !modelName.MatchString(o.name):
		return usage("--name: use up to 40 lower-case letters, digits, _ and -")
	}
	return nil
}

// trained is what train prints as JSON.
type trained struct {
	training.Report
	Name      string            `json:"name"` // in the folder of models; empty with --out
	File      string            `json:"file"`
	Installed bool              `json:"installed"`
	Unread    []labelled.Unread `json:"unread"`
	Twice     int               `json:"duplicates"`
}

func (a *app) train(ctx context.Context, o trainOptions) error {
	store, err := a.models(o.models)
	if err != nil {
		return err
	}
	inUse, err := modelInUse(store)
	if err != nil {
		return err
	}
	collected, err := a.collect(ctx, o)
	if err != nil {
		return err
	}
	a.listUnread(collected.Unread)
	if len(collected.Documents) == 0 {
		return errors.New("there is nothing to learn from: no document could be read, or none was corrected")
	}
	model, report, err := a.fit(ctx, o, collected.Documents, inUse)
	if err != nil {
		return err
	}
	result := trained{Report: report, Unread: append([]labelled.Unread{}, collected.Unread...), Twice: collected.Twice}
	if err := result.keep(o, store, model); err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(result)
	} else {
		err = writeTrained(a.Out, result, inUse, terminalWidth(a.Out))
	}
	if err != nil {
		return err
	}
	return a.someFailed(len(collected.Unread), len(collected.Unread)+len(collected.Documents)+collected.Twice, "could not be read")
}

// collect reads the documents from all sources.
func (a *app) collect(ctx context.Context, o trainOptions) (*labelled.Collection, error) {
	var files []labelled.File
	for _, dir := range o.folders {
		list, err := labelled.Folder(dir)
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	for _, path := range o.tables {
		list, err := labelled.CSV(path)
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	children := runtime.NumCPU()
	pool, err := sandbox.New(sandbox.Config{Children: children, OCR: o.ocr, Log: slog.New(slog.DiscardHandler)}) // failures are in the results
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	read := func(ctx context.Context, name string, content []byte) (*layout.Document, error) {
		mediaType := mediatype.Of(content, name, "")
		if mediaType == "" {
			mediaType = mediatype.PDF // which says what is wrong with it
		}
		r, err := pool.ReadAs(ctx, content, mediaType)
		if err != nil {
			return nil, err
		}
		return r.Document()
	}
	c, bar := new(labelled.Collection), newProgress(a.Err)
	defer bar.clear()
	if err := c.Add(ctx, files, children, read, func(n int) { bar.show("read %d of %d documents", n, len(files)) }); err != nil {
		return nil, err
	}
	if o.corrections {
		err = a.corrected(ctx, c, bar)
	}
	return c, err
}

func (a *app) corrected(ctx context.Context, c *labelled.Collection, bar *progress) error {
	t, err := a.target()
	if err != nil {
		return err
	}
	blobs, err := a.blobs(t)
	if err != nil {
		return err
	}
	return a.withPostgres(ctx, func(pool *postgres.Pool) error {
		return c.AddCorrected(ctx, pool, blobs, func(n, of int) { bar.show("fetched %d of %d corrected documents", n, of) })
	})
}

// fit trains, and shows that it does.
func (a *app) fit(ctx context.Context, o trainOptions, docs []training.Document, inUse *classify.Model) (*classify.Model, training.Report, error) {
	bar, begun := newProgress(a.Err), time.Now()
	defer bar.clear()
	ticker := time.NewTicker(time.Second)
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		defer ticker.Stop()
		for {
			bar.show("training and measuring on %s for %v", count(len(docs), "document"), time.Since(begun).Round(time.Second))
			select {
			case <-done:
				return
			case <-ticker.C:
			}
		}
	}()
	o.recipe.Seed = o.seed
	m, report, err := training.Run(ctx, docs, training.Config{Name: o.name, Seed: o.seed, Only: o.only, Recipe: o.recipe, InUse: inUse})
	close(done)
	<-stopped
	return m, report, err
}

// keep writes the model where it was asked for.
func (r *trained) keep(o trainOptions, store modelstore.Store, m *classify.Model) error {
	if o.out != "" {
		content, err := m.Bytes()
		if err != nil {
			return err
		}
		if r.File, err = filepath.Abs(o.out); err != nil {
			return fmt.Errorf("find %s: %w", o.out, err)
		}
		return modelstore.Replace(r.File, content)
	}
	var err error
	if r.Name, err = store.Save(m, r.Report); err != nil {
		return err
	}
	r.File = filepath.Join(store.Dir(), r.Name+".model")
	if o.install {
		r.Installed = true
		return store.Use(r.Name)
	}
	return nil
}

func (a *app) listUnread(unread []labelled.Unread) {
	const most = 20
	for i, u := range unread {
		if i == most {
			a.note("... and %d more that could not be read", len(unread)-most)
			return
		}
		a.note("skipped %s: %s: %s", u.Name, u.Kind, u.Why)
	}
}
