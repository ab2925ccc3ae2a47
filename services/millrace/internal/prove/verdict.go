package prove

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/query"
)

// Finding is one thing that is not as it should be.
type Finding struct {
	What string `json:"what"`           // document, arrival, event, dead letter, message, file, value, queue
	ID   string `json:"id,omitempty"`   // of the document or message
	Name string `json:"name,omitempty"` // of the file
	Why  string `json:"why"`
}

func (f Finding) String() string {
	parts := []string{f.What}
	for _, s := range []string{f.Name, f.ID} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ") + ": " + f.Why
}

// Verdict is the comparison of what went in with what is there.
type Verdict struct {
	Documents int `json:"documents"` // distinct contents that were accepted
	Arrivals  int `json:"arrivals"`  // of them, duplicates included
	Messages  int `json:"messages"`  // poison put straight on topics
	Files     int `json:"files"`     // that had to be refused

	Stored      int `json:"stored"`       // documents
	Failed      int `json:"failed"`       // documents that had to fail and did
	Refused     int `json:"refused"`      // files that had to be refused and were
	DeadLetters int `json:"dead_letters"` // expected ones that are there
	Again       int `json:"again"`        // dead letters that are on record more than once: those of a repeated delivery or replay

	Lost       []Finding `json:"lost"`
	Doubled    []Finding `json:"doubled"`
	Unexpected []Finding `json:"unexpected"` // dead letters and refusals of what is good
	Unfinished []Finding `json:"unfinished"` // what still waited when the time for it was over
}

// Passed reports whether nothing was lost, nothing doubled, nothing died that should live, and nothing is left waiting.
func (v Verdict) Passed() bool {
	return len(v.Lost)+len(v.Doubled)+len(v.Unexpected)+len(v.Unfinished) == 0
}

// judge compares the books with what was found.
func judge(b *books, f found) Verdict {
	t := b.totals()
	v := Verdict{Documents: t.Documents, Arrivals: t.Arrivals, Messages: t.Messages, Files: t.Refused,
		Lost: []Finding{}, Doubled: []Finding{}, Unexpected: []Finding{}, Unfinished: []Finding{}}
	dead := v.deaths(b, f)
	for _, id := range slices.Sorted(maps.Keys(b.documents)) {
		v.document(id, *b.documents[id], f, dead[id])
	}
	for _, id := range slices.Sorted(maps.Keys(f.Documents)) {
		if b.documents[id] == nil {
			v.Doubled = append(v.Doubled, Finding{"document", id, "", "nobody put it in"})
		}
	}
	for _, id := range f.Fields {
		v.Doubled = append(v.Doubled, Finding{"value", id, nameOf(b, id), "the same field is stored twice for one place in the document"})
	}
	v.files(b, f)
	for _, queue := range slices.Sorted(maps.Keys(f.Queues)) {
		v.Unfinished = append(v.Unfinished, Finding{What: "queue", Name: queue, Why: fmt.Sprintf("%d messages are left in it", f.Queues[queue])})
	}
	if f.Inbox > 0 {
		v.Unfinished = append(v.Unfinished, Finding{What: "inbox", Why: fmt.Sprintf("%d files are left in it", f.Inbox)})
	}
	return v
}

// deaths sorts the dead letters into expected and unexpected ones, finds missing ones of poison messages, and returns how
// often each document died as it had to.
func (v *Verdict) deaths(b *books, f found) (documents map[string]int) {
	documents = map[string]int{}
	died := map[string]bool{} // message and group
	for _, d := range f.Failures {
		e := b.documents[d.DocumentID]
		kind, poisoned := b.messages[d.MessageID].failsAs(d.Group)
		switch {
		case poisoned && d.Kind == kind:
			died[d.MessageID+" "+d.Group] = true
		case e != nil && e.Kind != "" && d.Kind == e.Kind && d.Group == pipeline.Parser:
			documents[d.DocumentID]++
		default:
			v.Unexpected = append(v.Unexpected, Finding{"dead letter", cmpID(d), d.Name, fmt.Sprintf("%s gave up: %s, %s: %s", d.Group, d.Class, d.Kind, d.Message)})
			continue
		}
		v.DeadLetters++
		if d.Recorded > 1 {
			v.Again++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.messages)) {
		p := b.messages[id]
		for _, group := range p.Groups {
			if !died[id+" "+group] {
				v.Lost = append(v.Lost, Finding{"message", id, "", fmt.Sprintf("poison on %s; %s has no dead letter for it", p.Topic, group)})
			}
		}
	}
	return documents
}

func cmpID(d failure) string {
	if d.DocumentID != "" {
		return d.DocumentID
	}
	return d.MessageID
}

// topics are those whose events every stored document has, one for each arrival.
func topics() []string {
	return []string{event.TopicReceived, event.TopicParsed, event.TopicClassified, event.TopicExtracted}
}

// document judges one document; died says how often it was given up on as it had to be.
func (v *Verdict) document(id string, e entry, f found, died int) {
	lost := func(what, why string, args ...any) {
		v.Lost = append(v.Lost, Finding{what, id, e.Name, fmt.Sprintf(why, args...)})
	}
	d, ok := f.Documents[id]
	if !ok {
		lost("document", "it never reached the database")
		return
	}
	switch n := d.Arrivals; {
	case n < e.Arrivals:
		lost("arrival", "%d of its %d arrivals are on record", n, e.Arrivals)
	case n > e.Arrivals:
		v.Doubled = append(v.Doubled, Finding{"arrival", id, e.Name, fmt.Sprintf("it arrived %d times, and %d arrivals are on record", e.Arrivals, n)})
	}
	expected := topics()
	switch {
	case e.Kind == "" && d.Status == query.StatusStored:
		v.Stored++
	case e.Kind == "" && d.Status == query.StatusFailed:
		return // an unexpected dead letter, and named there
	case e.Kind == "":
		lost("document", "its status is %s: the results after that are missing", d.Status)
		return
	case d.Status == query.StatusStored:
		v.Unexpected = append(v.Unexpected, Finding{"document", id, e.Name, "it is stored, though it cannot be read (" + e.Kind + ")"})
		return
	case died < e.Arrivals:
		lost("dead letter", "%d of %d dead letters (%s) are on record; its status is %s", died, e.Arrivals, e.Kind, d.Status)
		return
	default:
		v.Failed++
		expected = expected[:1]
	}
	v.events(id, e, f.Events[id], expected)
}

// events checks that every arrival has led to one event of each topic: fewer are lost results, more are doubled work.
func (v *Verdict) events(id string, e entry, got map[string]int, expected []string) {
	for _, topic := range expected {
		switch n := got[topic]; {
		case n < e.Arrivals:
			v.Lost = append(v.Lost, Finding{"event", id, e.Name, fmt.Sprintf("%d of %d events on %s are stored", n, e.Arrivals, topic)})
		case n > e.Arrivals:
			v.Doubled = append(v.Doubled, Finding{"event", id, e.Name, fmt.Sprintf("%d events on %s are stored for %d arrivals", n, topic, e.Arrivals)})
		}
	}
}

// files judges the files that had to be refused.
func (v *Verdict) files(b *books, f found) {
	for _, name := range slices.Sorted(maps.Keys(b.refused)) {
		kind := b.refused[name]
		switch n := f.Refused[name]; {
		case n == 0:
			v.Lost = append(v.Lost, Finding{"file", "", name, "it is not among the refused files (" + kind + ")"})
		case n > 1:
			v.Doubled = append(v.Doubled, Finding{"file", "", name, fmt.Sprintf("it was refused %d times", n)})
		case f.Reasons[name] != kind:
			v.Unexpected = append(v.Unexpected, Finding{"file", "", name, fmt.Sprintf("it was refused as %q, not as %q", f.Reasons[name], kind)})
		default:
			v.Refused++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Refused)) {
		if _, ok := b.refused[name]; !ok {
			v.Unexpected = append(v.Unexpected, Finding{"file", "", name, "it was refused as " + f.Reasons[name]})
		}
	}
}

func nameOf(b *books, id string) string {
	if e := b.documents[id]; e != nil {
		return e.Name
	}
	return ""
}
