package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/extract/score"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/sandbox"
)

// loader turns a file's content into a layout.
type loader func(ctx context.Context, content []byte) (*layout.Document, error)

// measure reads documents and compares what is found with their answers.
type measure struct {
	ctx       context.Context //nolint:containedctx // lives for one run
	data      string
	templates string // folder of invoice2data's templates
	given     bool
	model     *classify.Model
	extractor *extract.Extractor
	pool      *sandbox.Pool
}

func newMeasure(ctx context.Context, data, templates string, given bool) (*measure, error) {
	model, err := classify.Default()
	if err != nil {
		return nil, fmt.Errorf("load the classifier's model: %w", err)
	}
	extractor, err := extract.New(extract.Config{})
	if err != nil {
		return nil, fmt.Errorf("load the templates: %w", err)
	}
	pool, err := sandbox.New(sandbox.Config{Children: runtime.NumCPU(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	return &measure{ctx, data, templates, given, model, extractor, pool}, nil
}

// report measures one set and prints its figures.
func (m *measure) report(s set, worst int, out io.Writer) error {
	if s.borrowed && !isFolder(m.templates) {
		_, err := fmt.Fprintf(out, "\n%s: %s\n  skipped: say where invoice2data's templates are: --invoice2data DIR\n", s.name, s.title)
		return err
	}
	extractor, err := m.extractorFor(s)
	if err != nil {
		return err
	}
	documents, err := s.answers(m)
	if err != nil {
		return err
	}
	var tally score.Tally
	lines := lineTally{rows: score.Rows{Within: true}}
	classes, unread, apart := map[string]int{}, 0, ""
	for _, d := range documents {
		if m.ctx.Err() != nil {
			return m.ctx.Err()
		}
		if d.apart != "" {
			apart += fmt.Sprintf("  not counted: %s: %s\n", d.answer.Document, d.apart)
			continue
		}
		doc, err := m.load(d)
		if err != nil {
			unread++
			doc = &layout.Document{}
		}
		var embedded []event.Item
		if s.pageOnly {
			embedded = embeddedLines(extractor, doc, s.class)
			doc.Attachments, doc.Form = nil, nil
		}
		class := m.classOf(s, extractor, doc)
		classes[class]++
		read := extractor.Explain(doc, class)
		lines.add(filepath.Base(d.path), embedded, read.Result)
		tally.Add(d.answer, read.Fields, func(field, want string) string { return why(doc, read, class, field, want) })
	}
	var sb strings.Builder
	fmt.Fprintf(&sb, "\n%s: %s\n  %d documents, %d not read; read as", s.name, s.title, len(documents), unread)
	for _, c := range slices.Sorted(maps.Keys(classes)) {
		fmt.Fprintf(&sb, " %s %d", c, classes[c])
	}
	sb.WriteString("\n" + apart)
	if err := tally.Write(&sb); err != nil {
		return err
	}
	for _, t := range s.targets {
		writeTarget(&sb, t, t.of(&tally))
	}
	writeWorst(&sb, tally.Worst(worst))
	if err := lines.write(&sb, worst); err != nil {
		return err
	}
	_, err = io.WriteString(out, sb.String())
	return err
}

// classOf is the class by which a document is read: the classifier's answer, or the true one where that is asked for.
func (m *measure) classOf(s set, extractor *extract.Extractor, doc *layout.Document) string {
	if m.given {
		return s.class
	}
	c := m.model.Classify(doc)
	return extractor.ReadAs(c.Class, c.Alternatives)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// extractorFor returns the extractor with the set's templates.
func (m *measure) extractorFor(s set) (*extract.Extractor, error) {
	if !s.borrowed {
		return m.extractor, nil
	}
	return extract.New(extract.Config{TemplateDir: m.templates})
}

func (m *measure) load(d document) (*layout.Document, error) {
	content, err := os.ReadFile(filepath.Join(m.data, filepath.FromSlash(d.path)))
	if err != nil {
		return nil, fmt.Errorf("read a document: %w", err)
	}
	if d.load != nil {
		return d.load(m.ctx, content)
	}
	read, err := m.pool.Read(m.ctx, content)
	if err != nil {
		return nil, err
	}
	return read.Document()
}

// why says what became of a value that was wanted.
func why(doc *layout.Document, read extract.Explanation, class, field, want string) string {
	for _, r := range read.Rules {
		if r.Name != field {
			continue
		}
		for _, f := range r.Lost {
			if score.Same(f.Value, want) {
				return fmt.Sprintf("seen, but with less confidence (%.2f by %s)", f.Confidence, f.Source)
			}
		}
		switch {
		case !score.Contains(doc.Text(), want):
			return "it does not stand in the text in these words"
		case r.Labels == 0:
			return "it is in the text; none of the field's labels is"
		default:
			return "it is in the text, away from the field's labels or in another form"
		}
	}
	return "the template for " + class + " has no such field"
}

func writeTarget(sb *strings.Builder, t target, got float64) {
	relation, verdict := "at least", "met"
	if t.most {
		relation = "at most"
	}
	if !t.most && got < t.want || t.most && got > t.want {
		verdict = "MISSED"
	}
	fmt.Fprintf(sb, "  %s %.3f, wanted %s %.3f: %s\n", t.name, got, relation, t.want, verdict)
}

func writeWorst(sb *strings.Builder, misses []score.Miss) {
	for _, miss := range misses {
		fmt.Fprintf(sb, "    %-28.28s %-15s want %q got %s: %s\n", filepath.Base(miss.Document), miss.Field, miss.Want, given(miss.Got), miss.Why)
	}
}

func given(fields []event.Field) string {
	if len(fields) == 0 {
		return "nothing"
	}
	var out []string
	for _, f := range fields {
		out = append(out, fmt.Sprintf("%q (%.2f %s)", f.Value, f.Confidence, f.Source))
	}
	return strings.Join(out, ", ")
}
