package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// fieldStory is what explain --fields prints as JSON.
type fieldStory struct {
	query.Detail
	Explanation *inspect.Explanation `json:"explanation"`
	Notes       []string             `json:"notes"` // where the explanation is not of what is stored
}

// tellResults prints why a document's class and its fields are what they are.
func (a *app) tellResults(ctx context.Context, pool *postgres.Pool, id, templates string) error {
	d, err := query.Get(ctx, pool, id)
	if err != nil {
		return err
	}
	s, err := a.explainFields(ctx, pool, d, templates)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(s)
	}
	return writeFieldStory(a.Out, s, terminalWidth(a.Out))
}

// explainFields looks at a stored document again and tells why its class and its fields are what they are.
func (a *app) explainFields(ctx context.Context, pool *postgres.Pool, d query.Detail, templates string) (fieldStory, error) {
	s := fieldStory{Detail: d, Notes: []string{}}
	ref, err := query.LayoutRef(ctx, pool, d.ID)
	if err != nil {
		return s, err
	}
	if ref == "" {
		return s, fmt.Errorf("document %.12s has not been read, so there is nothing to explain: millrace explain %.12s tells where it is", d.ID, d.ID)
	}
	t, err := a.target()
	if err != nil {
		return s, err
	}
	blobs, err := a.blobs(t)
	if err != nil {
		return s, err
	}
	doc, err := layoutstore.Get(ctx, blobs, ref)
	if err != nil {
		return s, fmt.Errorf("look at document %.12s again: %w", d.ID, err)
	}
	model, err := a.installedModel()
	if err != nil {
		return s, err
	}
	extractor, err := extract.New(extract.Config{TemplateDir: cmp.Or(templates, a.settings.Templates)})
	if err != nil {
		return s, fmt.Errorf("load the templates: %w", err)
	}
	class := event.Class{Label: d.Class, Confidence: d.Confidence}
	var alternatives []event.Class
	if len(d.Classifications) > 0 {
		alternatives = d.Classifications[0].Alternatives
	}
	s.Explanation = inspect.Explain(model, extractor, doc, extractor.ReadAs(class, alternatives))
	s.Notes = differences(d, model, extractor)
	return s, nil
}

// differences says where an explanation is of another model or of other templates than those that made what is stored.
func differences(d query.Detail, model *classify.Model, extractor *extract.Extractor) []string {
	notes := []string{}
	if len(d.Classifications) > 0 && d.Classifications[0].Model != model.Name() {
		notes = append(notes, fmt.Sprintf("the stored class was given by %s; the reasons are those of %s", d.Classifications[0].Model, model.Name()))
	}
	for _, v := range d.Versions {
		if v.Stage == pipeline.Extractor && v.Current && !strings.Contains(v.Version, extractor.Fingerprint()) {
			notes = append(notes, fmt.Sprintf("the stored values were read by version %s of the extractor; what lost and what nearly matched is told of the templates here (%s)",
				v.Version, extractor.Fingerprint()))
		}
	}
	return notes
}

// writeFieldStory prints an explanation of fields for people.
func writeFieldStory(w io.Writer, s fieldStory, width int) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s\n  id    %s\n  class %s (%s)\n", table.Clean(cmp.Or(s.Name, "(no name: its arrival is not stored)")), s.ID,
		cmp.Or(s.Class, "(none yet)"), percent(s.Confidence))
	for _, note := range s.Notes {
		fmt.Fprintf(&sb, "  note  %s\n", table.Clean(note))
	}
	sb.WriteByte('\n')
	t := table.New(table.Column{Title: "  FIELD"}, table.Column{Title: "VALUE", Flex: true}, table.Column{Title: "PRINTED", Flex: true},
		table.Column{Title: "PLACE"}, table.Column{Title: "SURE", Right: true}, table.Column{Title: "FOUND BY", Flex: true})
	for _, f := range s.FieldList {
		t.AddIndented("  ", f.Name, f.Value, f.Raw, placeOf(f), percent(f.Confidence), f.Source)
	}
	if t.Len() > 0 {
		if err := t.Write(&sb, width); err != nil {
			return err
		}
		sb.WriteByte('\n')
	}
	if err := writeExplained(&sb, s.Explanation, width); err != nil {
		return err
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

// placeOf says where a value stands: its page and the left and upper edge of its box in points.
func placeOf(f query.Field) string {
	if f.Page == 0 {
		return "no page"
	}
	return fmt.Sprintf("p%d %.0f,%.0f", f.Page, f.BBox[0], f.BBox[1])
}
