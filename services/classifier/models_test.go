package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/corpus"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/modelstore"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// trained is another model than the built-in one.
func trained(t *testing.T, name string) *classify.Model {
	t.Helper()
	src, err := corpus.New(corpus.Config{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	var examples []classify.Example
	for _, label := range []string{"invoice", "contract", classify.Unknown} {
		for i := range 6 {
			d, err := src.Document(label, i)
			if err != nil {
				t.Fatal(err)
			}
			examples = append(examples, classify.Example{Label: label, Group: fmt.Sprint(i), Document: d.Layout})
		}
	}
	m, _, err := classify.Train(examples, nil, classify.TrainConfig{Name: name, Epochs: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// write puts a model into a file as package modelstore does.
func write(t *testing.T, path string, m *classify.Model) {
	t.Helper()
	content, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if err := modelstore.Replace(path, content); err != nil {
		t.Fatal(err)
	}
}

// notes keeps the last word on how the model is.
type notes struct {
	mu   sync.Mutex
	last string
}

func (n *notes) note(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last = text
}

// await waits until the last word is begin and what follows holds rest; an empty rest means that nothing follows.
func (n *notes) await(t *testing.T, begin, rest string) {
	t.Helper()
	testkit.Eventually(t, time.Minute, func() error {
		n.mu.Lock()
		defer n.mu.Unlock()
		if after, ok := strings.CutPrefix(n.last, begin); !ok || !strings.Contains(after, rest) || rest == "" && after != "" {
			return fmt.Errorf("it says %q, want %q and %q", n.last, begin, rest)
		}
		return nil
	})
}

func TestAModelIsReplacedWhileDocumentsFlow(t *testing.T) {
	t.Parallel()
	c := newClassifier(t)
	store := modelstore.At(t.TempDir())
	var n notes
	models, err := OpenModels(store.Dir(), slog.New(slog.DiscardHandler), n.note)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlant(t, func(ctx context.Context, sc stage.Config) error {
		sc.Workers = 2
		return run(ctx, sc, c.layouts, models)
	}, []time.Duration{}) // one spent attempt is a dead letter
	sent := 0
	send := func(count int) {
		for range count {
			in := parsed(t, c, fmt.Sprint("document number ", sent))
			in.DocumentID = event.DocumentID([]byte(fmt.Sprint(sent)))
			in.Content, in.Outcome, in.Engine, in.Pages = in.Layout, "complete", "glyph/1", 1
			p.send(t, in)
			sent++
		}
	}
	// by waits until all that was sent is classified, and returns how many by which model.
	by := func() map[string]int {
		out := map[string]int{}
		testkit.Eventually(t, time.Minute, func() error {
			return p.look(func() error {
				if len(p.done) < sent || len(p.dead) > 0 {
					return fmt.Errorf("%d of %d classified, %d dead", len(p.done), sent, len(p.dead))
				}
				clear(out)
				for _, d := range p.done {
					out[d.Model]++
				}
				return nil
			})
		})
		return out
	}
	builtIn, other := c.model.Name(), trained(t, "other")
	send(10)
	if got := by(); got[builtIn] != 10 {
		t.Fatalf("before anything was trained: %v", got)
	}

	name, err := store.Save(other, nil)
	if err != nil {
		t.Fatal(err)
	}
	send(40)
	if err := store.Use(name); err != nil {
		t.Fatal(err)
	}
	send(40)
	n.await(t, "using "+other.Name(), "")
	send(10)
	got := by()
	if got[other.Name()] < 10 || got[builtIn]+got[other.Name()] != sent {
		t.Errorf("after the model was replaced: %v of %d", got, sent)
	}

	file := filepath.Join(store.Dir(), name+".model")
	for what, spoil := range map[string]func() error{
		"checksum": func() error {
			return modelstore.Replace(file, []byte("millrace-classifier 1\nand nothing that belongs there, at some length"))
		},
		"no such file":       func() error { return os.Remove(file) },
		"no model is chosen": func() error { return os.Remove(filepath.Join(store.Dir(), "current")) },
	} {
		if err := store.Use(modelstore.BuiltIn); err != nil {
			t.Fatal(err)
		}
		n.await(t, "using "+builtIn, "")
		if err := errors.Join(saved(store, other), store.Use(name)); err != nil {
			t.Fatal(err)
		}
		n.await(t, "using "+other.Name(), "")
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		n.await(t, "using "+other.Name(), what)
		before := by()
		send(5)
		if after := by(); after[other.Name()] != before[other.Name()]+5 {
			t.Errorf("%s: %v became %v", what, before, after)
		}
	}
	for id, ids := range p.made {
		e, d := p.ids[id], p.done[id]
		if want := event.OutputID("of-"+id, pipeline.Classifier, "1+"+d.Model, event.TopicClassified); len(ids) != 1 || e.ID != want || e.StageVersion != "1+"+d.Model {
			t.Errorf("document %s has %d results, the last by %s (%s) with id %s, want %s", id, len(ids), d.Model, e.StageVersion, e.ID, want)
		}
	}
}

func saved(store modelstore.Store, m *classify.Model) error {
	_, err := store.Save(m, nil)
	return err
}

func TestModelFileFromTheSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my.model")
	log := slog.New(slog.DiscardHandler)
	if _, err := OpenModels(path, log, nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v for a missing file", err)
	}
	if err := os.WriteFile(path, []byte("no model"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenModels(path, log, nil); !errors.Is(err, classify.ErrModelFile) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names the file", err)
	}
	first, second := trained(t, "first"), trained(t, "second")
	write(t, path, first)
	models, err := OpenModels(path, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, replaced := models.Current()
	models.Look()
	if again, _ := models.Current(); model.Name() != first.Name() || again != model {
		t.Errorf("%s was loaded, want %s, once", model.Name(), first.Name())
	}
	// A file system that tells of no changes is looked at regularly.
	write(t, path, second)
	models.Look()
	if model, _ := models.Current(); model.Name() != second.Name() {
		t.Errorf("using %s, want %s", model.Name(), second.Name())
	}
	select {
	case <-replaced:
	default:
		t.Error("nobody was told that the model was replaced")
	}
}

func TestAFolderWhoseModelCannotBeUsedIsRefusedAtTheStart(t *testing.T) {
	store := modelstore.At(t.TempDir())
	name, err := store.Save(trained(t, "other"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Use(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(store.Dir(), name+".model")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenModels(store.Dir(), slog.New(slog.DiscardHandler), nil); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("got %v, want an error that names the model", err)
	}
}
