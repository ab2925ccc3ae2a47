package reprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// Diff says what promoting a run would change. Before is what was current when the run began.
type Diff struct {
	Run       Run            `json:"run"`
	Same      int            `json:"same"`      // documents
	Changed   int            `json:"changed"`   // documents
	New       int            `json:"new"`       // documents that had no result of the stage
	Overtaken int            `json:"overtaken"` // documents that got another result since the run began
	Versions  []VersionPair  `json:"versions"`
	Replaces  []string       `json:"replaces"` // versions that made both results: promoted ones take the place of the old
	Classes   []ClassChange  `json:"classes"`
	Fields    []FieldChange  `json:"fields"`
	Failures  []FailureOfOne `json:"failures"`
	Missing   []FailureOfOne `json:"missing"`
}

// VersionPair is how many documents have results of these two versions.
type VersionPair struct {
	Before    string `json:"before"` // empty for none
	After     string `json:"after"`
	Documents int    `json:"documents"`
}

// ClassChange is, for the classifier, how many documents go from one class to another (or stay); for other stages, how many
// documents of a class change, with both names the same.
type ClassChange struct {
	Before    string    `json:"before"` // empty where there was no result
	After     string    `json:"after"`
	Documents int       `json:"documents"`
	Changed   int       `json:"changed"`
	Examples  []Example `json:"examples,omitempty"`
}

// FieldChange is what happens to one field, or one fact of a parse, over all documents.
type FieldChange struct {
	Name     string    `json:"name"`
	Same     int       `json:"same"`
	Changed  int       `json:"changed"`
	Added    int       `json:"added"`
	Removed  int       `json:"removed"`
	Examples []Example `json:"examples,omitempty"`
}

// Example is one document with a value that differs; an empty value is none.
type Example struct {
	DocumentID string `json:"document_id"`
	Document   string `json:"document"` // its name
	Before     string `json:"before"`
	After      string `json:"after"`
}

// FailureOfOne says why a document of the run has no new result.
type FailureOfOne struct {
	DocumentID string `json:"document_id"`
	Document   string `json:"document"`
	Kind       string `json:"kind,omitempty"`
	Message    string `json:"message"`
}

// result is a document of a run as a diff sees it.
type result struct {
	DocumentID     string          `db:"document_id"`
	Document       string          `db:"document"`
	Class          string          `db:"class"`
	State          string          `db:"state"`
	Ordinal        int64           `db:"ordinal"`
	BeforeVersion  string          `db:"before_version"`
	Before         json.RawMessage `db:"before"`
	BeforeTextSize *int64          `db:"before_text_size"`
	Version        string          `db:"version"`
	Payload        json.RawMessage `db:"payload"`
	TextSize       *int64          `db:"text_size"`
	Kind           string          `db:"failure_kind"`
	Failure        string          `db:"failure"`
}

// changes compares the two results of a document; isNew says that there was none before.
func (r result) changes(stage Stage) (all []Change, isNew bool) {
	if r.Before == nil {
		return nil, true
	}
	return stage.compare(payload{r.Before, r.BeforeTextSize}, payload{r.Payload, r.TextSize}), false
}

const resultColumns = `select d.document_id, coalesce(m.name, '') as document, coalesce(m.class, '') as class, d.state, d.ordinal,
		coalesce(d.before_version, '') as before_version, d.before, d.before_text_size, coalesce(d.version, '') as version, d.payload, d.text_size,
		coalesce(d.failure_kind, '') as failure_kind, coalesce(d.failure, '') as failure
	from millrace.reprocess_documents d join millrace.documents m using (document_id) where d.run_id = $1`

// Diff compares the results of a run, as far as they are there, with those that were current when it began. Of each change
// so many examples are kept. A discarded run has nothing to compare any more.
func (r *Runs) Diff(ctx context.Context, id string, examples int) (Diff, error) {
	run, err := r.Get(ctx, id)
	if err != nil {
		return Diff{}, err
	}
	if run.State == StateDiscarded {
		return Diff{Run: run}, fmt.Errorf("run %s was discarded; its results are gone", id)
	}
	stage, err := StageNamed(run.Stage)
	if err != nil {
		return Diff{}, err
	}
	c := newCounter(stage, examples)
	for after := int64(0); ; {
		page, err := postgres.Collect[result](ctx, r.Pool, resultColumns+" and d.ordinal > $2 order by d.ordinal limit $3", id, after, chunk)
		if err != nil {
			return Diff{}, fmt.Errorf("read run %s: %w", id, err)
		}
		if len(page) == 0 {
			break
		}
		for _, one := range page {
			c.add(one)
			after = one.Ordinal
		}
	}
	d := c.diff()
	d.Run = run
	d.Overtaken, err = r.overtaken(ctx, run, stage)
	return d, err
}

// overtaken counts the documents whose result is another than the one that the run began with.
func (r *Runs) overtaken(ctx context.Context, run Run, stage Stage) (int, error) {
	if run.State == StatePromoted {
		return 0, nil
	}
	table, version := "parses", "parse_version"
	switch stage.Out {
	case event.TopicClassified:
		table, version = "classifications", "classification_version"
	case event.TopicExtracted:
		table, version = "extractions", "extraction_version"
	}
	rows, err := postgres.Collect[struct {
		N int `db:"n"`
	}](ctx, r.Pool, fmt.Sprintf(`select count(*) as n from millrace.reprocess_documents d
		join millrace.documents m using (document_id)
		join millrace.%s x on x.document_id = m.document_id and x.version = m.%s
		where d.run_id = $1 and d.promoted_at is null and x.event_id is distinct from d.before_event_id`, table, version), run.ID)
	if err != nil {
		return 0, fmt.Errorf("read run %s: %w", run.ID, err)
	}
	return rows[0].N, nil
}

// counter sums up the documents of a run.
type counter struct {
	stage    Stage
	examples int
	total    Diff
	versions map[string]*VersionPair
	classes  map[string]*ClassChange
	fields   map[string]*FieldChange
	replaces map[string]bool
}

func newCounter(stage Stage, examples int) *counter {
	return &counter{
		stage: stage, examples: examples,
		versions: map[string]*VersionPair{}, classes: map[string]*ClassChange{}, fields: map[string]*FieldChange{}, replaces: map[string]bool{},
	}
}

func (c *counter) add(r result) {
	switch r.State {
	case "failed":
		c.total.Failures = append(c.total.Failures, FailureOfOne{r.DocumentID, r.Document, r.Kind, r.Failure})
	case "missing":
		c.total.Missing = append(c.total.Missing, FailureOfOne{r.DocumentID, r.Document, "", r.Failure})
	case "done":
		c.compared(r)
	}
}

func (c *counter) compared(r result) {
	all, isNew := r.changes(c.stage)
	switch {
	case isNew:
		c.total.New++
		all = c.stage.compare(payload{}, payload{r.Payload, r.TextSize})
	case changed(all):
		c.total.Changed++
	default:
		c.total.Same++
	}
	pair := entry(c.versions, r.BeforeVersion+"\x00"+r.Version, VersionPair{Before: r.BeforeVersion, After: r.Version})
	pair.Documents++
	if !isNew && r.BeforeVersion == r.Version {
		c.replaces[r.Version] = true
	}
	example := func(change Change) Example { return Example{r.DocumentID, r.Document, change.Before, change.After} }
	before, after := r.Class, r.Class
	if c.stage.Out == event.TopicClassified {
		before, after = all[0].Before, all[0].After
	}
	class := entry(c.classes, before+"\x00"+after, ClassChange{Before: before, After: after})
	class.Documents++
	if isNew || changed(all) {
		class.Changed++
		if before != after && len(class.Examples) < c.examples {
			class.Examples = append(class.Examples, example(all[0]))
		}
	}
	if c.stage.Out == event.TopicClassified {
		return // the classes say all
	}
	for _, change := range all {
		f := entry(c.fields, change.Name, FieldChange{Name: change.Name})
		f.count(change.Kind)
		if change.Kind != Same && len(f.Examples) < c.examples {
			f.Examples = append(f.Examples, example(change))
		}
	}
}

func (f *FieldChange) count(kind string) {
	switch kind {
	case Same:
		f.Same++
	case Changed:
		f.Changed++
	case Added:
		f.Added++
	case Removed:
		f.Removed++
	}
}

// entry returns the entry of a key, made from initial where there is none.
func entry[V any](m map[string]*V, key string, initial V) *V {
	if m[key] == nil {
		m[key] = &initial
	}
	return m[key]
}

// diff returns the sum, with what changes most first.
func (c *counter) diff() Diff {
	c.total.Versions = ranked(c.versions, func(v *VersionPair) int { return v.Documents })
	c.total.Classes = ranked(c.classes, func(v *ClassChange) int { return v.Changed })
	c.total.Fields = ranked(c.fields, func(v *FieldChange) int { return v.Changed + v.Added + v.Removed })
	c.total.Replaces = slices.Sorted(maps.Keys(c.replaces))
	return c.total
}
