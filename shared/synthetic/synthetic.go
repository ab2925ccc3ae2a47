// Package synthetic makes realistic business documents as PDFs, together with the values that are printed in them.
//
// The documents serve as demonstration, load, training and test data: invoices, receipts, orders, contracts, bank
// statements, résumés, letters, reports, forms, papers, manuals and e-mail print-outs, each in several layouts and
// languages. Every name, address, number and sentence is made up; identifiers (IBAN, VAT id) have valid checksums but
// belong to nobody on purpose. Sums add up and balances reconcile.
//
// A document is a pure function of the seed and its index: the same pair always gives the same bytes, on every machine,
// whatever was generated before. The package knows nothing of files, brokers or other stages.
package synthetic

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// Config says what to generate. The zero value generates every kind in every language from seed 0.
type Config struct {
	// Seed selects the stream of documents. Streams of different seeds share no document.
	Seed int64
	// Kinds restricts the stream to these kinds; empty means all of [Kinds].
	Kinds []string
	// Languages restricts the stream to these ISO 639-1 languages; empty means all. A kind that has none of them is left out.
	Languages []string
}

// Document is one generated document.
type Document struct {
	// Name is a file name such as "invoice-000123.pdf"; it is unique within a stream.
	Name string
	// PDF is the file's content.
	PDF []byte
	// Kind is the document's class label, Layout the name of the arrangement it was drawn in, Language its ISO 639-1 code.
	Kind, Layout, Language string
	// Truth says what the document is and which values are printed in it.
	Truth Truth
}

// Source generates a stream of documents. It is safe for concurrent use.
type Source struct {
	seed  int64
	kinds []choice
	next  atomic.Int64
}

// choice is a kind with the languages and layouts that a source may use.
type choice struct {
	kind    *kind
	layouts []arrangement
}

// arrangement is a layout in a language.
type arrangement struct {
	layout   *layout
	language string
}

// New returns a source. It fails when a kind or language is unknown, or when no kind is left.
func New(cfg Config) (*Source, error) {
	s := &Source{seed: cfg.Seed}
	for _, name := range cfg.Kinds {
		if !slices.Contains(Kinds(), name) {
			return nil, fmt.Errorf("select synthetic documents: unknown kind %q; use one of %s", name, strings.Join(Kinds(), ", "))
		}
	}
	for _, lang := range cfg.Languages {
		if !slices.Contains(allLanguages(), lang) {
			return nil, fmt.Errorf("select synthetic documents: unknown language %q; use one of %s", lang, strings.Join(allLanguages(), ", "))
		}
	}
	for _, k := range catalogue() {
		if len(cfg.Kinds) > 0 && !slices.Contains(cfg.Kinds, k.name) {
			continue
		}
		if c := choose(k, cfg.Languages); len(c.layouts) > 0 {
			s.kinds = append(s.kinds, c)
		}
	}
	if len(s.kinds) == 0 {
		return nil, fmt.Errorf("select synthetic documents: no kind among %s is written in %s",
			strings.Join(cfg.Kinds, ", "), strings.Join(cfg.Languages, ", "))
	}
	return s, nil
}

func choose(k *kind, languages []string) choice {
	c := choice{kind: k}
	for _, lang := range k.languages {
		if len(languages) > 0 && !slices.Contains(languages, lang) {
			continue
		}
		for i := range k.layouts {
			l := &k.layouts[i]
			if len(l.languages) == 0 || slices.Contains(l.languages, lang) {
				c.layouts = append(c.layouts, arrangement{l, lang})
			}
		}
	}
	return c
}

// Next returns the stream's next document. Concurrent calls get different documents.
func (s *Source) Next() (Document, error) {
	return s.At(s.next.Add(1) - 1)
}

// At returns document i of the stream, counting from 0. It depends on nothing but the config and i, so documents may be
// generated in any order and in parallel. Of every len(Kinds) consecutive documents, counted from 0, each kind has one.
func (s *Source) At(i int64) (Document, error) { return s.render(i, nil) }

func (s *Source) render(i int64, watch func(placed)) (Document, error) {
	if i < 0 {
		return Document{}, fmt.Errorf("generate synthetic document: index %d is negative", i)
	}
	c := s.kinds[s.kindAt(i)]
	r := newDice(s.seed, i, "document")
	a := c.layouts[r.IntN(len(c.layouts))]
	d := newDraft(r, c.kind.name, a.layout.name, a.language)
	d.watch = watch
	d.truth.Seed, d.truth.Index = s.seed, i
	a.layout.draw(d)
	pdf, err := d.finish()
	if err != nil {
		return Document{}, fmt.Errorf("generate synthetic document %d of seed %d (%s, %s, %s): %w",
			i, s.seed, c.kind.name, a.layout.name, a.language, err)
	}
	return Document{
		Name:     fmt.Sprintf("%s-%06d.pdf", strings.ReplaceAll(c.kind.name, "_", "-"), i),
		PDF:      pdf,
		Kind:     c.kind.name,
		Layout:   a.layout.name,
		Language: a.language,
		Truth:    d.truth,
	}, nil
}

// kindAt deals the kinds like a shuffled deck, so that every short stretch of the stream has all of them.
func (s *Source) kindAt(i int64) int {
	n := int64(len(s.kinds))
	return newDice(s.seed, i/n, "deck").Perm(int(n))[i%n]
}
