package extract

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract/invoice2data"
	"github.com/millrace/millrace/shared/layout"
)

// Limits on a result, so that its event stays well below 1 MiB.
const (
	maxFields = 500
	maxRunes  = 1_000 // of a value, and of its raw form
)

// Config says where templates come from.
type Config struct {
	// TemplateDir is a folder of templates (*.yaml, *.yml, also in folders below it) that replace built-in ones of the same
	// class or add classes, and of templates in invoice2data's format (*.json too), which are told apart by their keys.
	// Empty means the built-in templates alone.
	TemplateDir string
	// TemplateFile is one template that reads every document, whatever its class; it is for trying a template. Empty leaves
	// the choice to the class.
	TemplateFile string
}

// Extractor reads fields. It is immutable and safe for concurrent use.
type Extractor struct {
	plans       map[string]*plan
	borrowed    []*invoice2data.Template // in the order in which they are tried
	only        *plan                    // of the one template that reads every document; nil for none
	tables      *tableKinds
	foreignOnly bool // the one template that reads every document is the borrowed one
	fingerprint string
	writers     sync.Pool // of *rowWriter
}

// Result is what was read from a document.
type Result struct {
	// Template is the name and version of the template that was applied, such as invoice/1.
	Template string
	// Fields are in the template's order; values of a repeated field are in the document's order. A field that was not
	// found is absent. It is never nil.
	Fields []event.Field
	// Items are the rows of tables, in the document's order: lines of invoices, receipts and orders, transactions of statements.
	Items []event.Item
	// OmittedItems is how many rows at the end were left out so that the event stays below 1 MiB.
	OmittedItems int
	// Checks is the arithmetic that was tried on fields and items.
	Checks []event.Check
}

// New loads the templates. It fails on the first folder with a broken one, naming file, line and field of every problem
// (each a [*TemplateError]).
func New(cfg Config) (*Extractor, error) {
	set, err := loadSet(cfg.TemplateDir)
	if err != nil {
		return nil, err
	}
	e := &Extractor{plans: set.plans, borrowed: set.borrowed, tables: newTableKinds(), fingerprint: set.fingerprint()}
	if cfg.TemplateFile == "" {
		return e, nil
	}
	if err := e.useOnly(cfg.TemplateFile); err != nil {
		return nil, err
	}
	return e, nil
}

// Fingerprint identifies the templates in use: it changes with every change of their text. It is eight hexadecimal digits.
func (e *Extractor) Fingerprint() string { return e.fingerprint }

// Classes returns the classes that have a template of their own, sorted.
func (e *Extractor) Classes() []string {
	return slices.Sorted(maps.Keys(e.plans))
}

// Extract reads the fields of a document of the given class. A class without a template, such as unknown, is read by the
// generic one. It never fails: what cannot be found is absent. The same document and class always give the same result.
func (e *Extractor) Extract(doc *layout.Document, class string) Result {
	w, _ := e.writers.Get().(*rowWriter)
	if w == nil {
		w = new(rowWriter)
	}
	r, chosen := readBy(e.plan(class), e.tables, w.sheet(doc), doc)
	out := e.result(r, chosen, doc)
	w.reset()
	e.writers.Put(w)
	return out
}

// reading reads a document and chooses each rule's values.
func (e *Extractor) reading(doc *layout.Document, class string) (*reading, [][]candidate) {
	return readBy(e.plan(class), e.tables, newSheet(doc), doc)
}

// readBy reads a document by one plan.
func readBy(p *plan, kinds *tableKinds, s *sheet, doc *layout.Document) (*reading, [][]candidate) {
	r := newReading(p, s)
	r.form = doc.Form
	r.locate()
	for i := range p.rules {
		r.collect(i)
	}
	chosen := r.choose()
	if p.rows == rowsItems && r.netByLines(kinds.items, chosen) {
		chosen = r.choose()
	}
	return r, chosen
}

// result puts what a document carries as data before what was read from its pages.
func (e *Extractor) result(r *reading, chosen [][]candidate, doc *layout.Document) Result {
	fields, template := r.fields(chosen), r.plan.source
	var items []event.Item
	if theirs, name := e.foreign(r.sheet); name != "" {
		items = foreignItems(theirs)
		fields, template = e.withForeign(theirs, fields), name
	}
	inv, embedded := embeddedInvoice(doc)
	if embedded {
		fields = r.withEmbedded(inv, fields)
		items = embeddedItems(inv)
	}
	if len(items) == 0 && (!e.foreignOnly || template == r.plan.source) {
		items = r.rows(e.tables, fields)
	}
	out := Result{Template: template, Fields: fields, Checks: checks(r.plan, fields, items)}
	distrust(r.plan, fields, out.Checks)
	if out.Items, out.OmittedItems = capped(items); out.OmittedItems > 0 {
		out.Checks = append(out.Checks, event.Check{
			Name: "complete", Detail: fmt.Sprintf("%d rows were read; the last %d are left out, because the event would have become too large", len(items), out.OmittedItems),
		})
	}
	return out
}

// plan returns the plan that reads documents of a class.
func (e *Extractor) plan(class string) *plan {
	if e.only != nil {
		return e.only
	}
	if p := e.plans[class]; p != nil {
		return p
	}
	return e.plans[Generic]
}

// fields turns the chosen candidates into the event's form.
func (r *reading) fields(chosen [][]candidate) []event.Field {
	out := []event.Field{}
	for i, list := range chosen {
		for _, c := range list {
			if len(out) == maxFields {
				return out
			}
			out = append(out, r.field(i, c))
		}
	}
	return out
}

// field turns a candidate of rule i into the event's form.
func (r *reading) field(i int, c candidate) event.Field {
	return event.Field{
		Name:       r.plan.rules[i].Name,
		Value:      clip(c.value),
		Type:       r.plan.rules[i].Type,
		Raw:        clip(c.raw),
		Page:       c.page,
		BBox:       roundBox(c.box),
		Confidence: math.Round(min(max(c.score, 0.01), 0.99)*1000) / 1000,
		Source:     r.plan.source + "#" + c.rule,
	}
}

// clip removes what JSON or a database would refuse and cuts what is too long.
func clip(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if utf8.RuneCountInString(s) <= maxRunes {
		return s
	}
	n := 0
	for i := range s {
		if n == maxRunes {
			return s[:i]
		}
		n++
	}
	return s
}

func roundBox(b layout.Box) [4]float64 {
	var out [4]float64
	for i, v := range b {
		out[i] = math.Round(v*100) / 100
	}
	return out
}
