package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

// scores are one tool's on one document: against pdftotext, and against the reference text where there is some.
type scores struct {
	bag, order       float64
	refBag, refOrder float64
}

// result is what is known of one document after it was read by all tools.
type result struct {
	document
	hasText, hasReference bool
	byTool                map[string]scores
	kind                  string // of the fault that our reading ended with, or ""
	fault                 string // its text
	why                   string // we differ from pdftotext
	words                 int    // that pdftotext finds
}

// measurement is a run over all documents.
type measurement struct {
	tools   []string
	folders []string
	results []result
	kinds   map[string]int // of faults of our reading; "" counts what was read
	took    time.Duration
}

func measure(ctx context.Context, root string, folders []string, plain bool) (*measurement, error) {
	docs, err := collect(root, folders)
	if err != nil {
		return nil, err
	}
	pool, err := sandbox.New(sandbox.Config{})
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	readers := tools(pool)
	if plain {
		readers = append(readers, tool{"GetPlainText", readPlain})
	}
	m := &measurement{folders: folders, results: make([]result, len(docs)), kinds: map[string]int{}}
	for _, t := range readers {
		m.tools = append(m.tools, t.name)
	}
	start := time.Now()
	errs := make([]error, len(docs))
	slots := make(chan struct{}, runtime.NumCPU())
	var wg sync.WaitGroup
	for i, d := range docs {
		slots <- struct{}{}
		wg.Go(func() {
			m.results[i], errs[i] = compare(ctx, d, readers)
			<-slots
		})
	}
	wg.Wait()
	m.took = time.Since(start)
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", docs[i].name, err)
		}
		m.kinds[m.results[i].kind]++
	}
	return m, ctx.Err()
}

// compare reads one document with all tools. The error is one of the measurement, not of the document.
func compare(ctx context.Context, d document, readers []tool) (result, error) {
	r := result{document: d, byTool: map[string]scores{}}
	content, err := os.ReadFile(d.path)
	if err != nil {
		return r, err
	}
	texts := map[string][]string{}
	for _, t := range readers {
		text, err := t.read(ctx, d.path, content)
		if err != nil && (t.name != ours || fault.ClassOf(err) != fault.ClassPermanent) {
			return r, err
		}
		if err != nil {
			r.kind, r.fault = fault.KindOf(err), err.Error()
		}
		texts[t.name] = wordsOf(text)
	}
	var wanted []string
	if d.reference != "" {
		text, err := os.ReadFile(d.reference)
		if err != nil {
			return r, err
		}
		wanted = wordsOf(string(text))
	}
	standard := texts[reference]
	r.words, r.hasText, r.hasReference = len(standard), len(standard) > 0, len(wanted) > 0
	for name, words := range texts {
		var s scores
		if r.hasText {
			s.bag, s.order = f1(words, standard), order(words, standard)
		}
		if r.hasReference {
			s.refBag, s.refOrder = f1(words, wanted), order(words, wanted)
		}
		r.byTool[name] = s
	}
	r.why = explain(texts[ours], standard)
	return r, nil
}

// failed reports whether a kind of fault says that the reading process did not survive or did not end.
func failed(kind string) bool {
	return kind == pdf.KindCrashed || kind == pdf.KindTimeout || kind == pdf.KindOutOfMemory
}
