// Package score compares extracted fields with an answer key and sums up how many are right.
//
// It knows values and confidences, and nothing of how they were found or where answer keys come from.
package score

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/millrace/millrace/shared/event"
)

// Confident is the confidence from which a wrong value counts as a confident one.
const Confident = 0.7

// Answer is what a document truly says.
type Answer struct {
	Document string
	// Values are the right values by field; a field with several must have all of them.
	Values map[string][]string
	// Absent names fields that the document does not have: a value given for one is an extra one.
	Absent []string
}

// Count is how many values of a field were wanted and what became of them. A wanted value is right, wrong (there is another
// value) or missing (there is none); extra values were given and not wanted.
type Count struct{ Want, Right, Wrong, ConfidentlyWrong, Missing, Extra int }

// Recall is the share of wanted values that are right; 0 where none is wanted.
func (c Count) Recall() float64 { return float64(c.Right) / float64(max(c.Want, 1)) }

// F1 is the harmonic mean of the share of wanted values that are right and the share of given ones.
func (c Count) F1() float64 {
	return 2 * float64(c.Right) / max(float64(c.Want+c.Right+c.Extra), 1)
}

// ConfidentErrors is the share of wanted values in whose place a wrong one stands with a confidence of at least [Confident].
func (c Count) ConfidentErrors() float64 {
	return float64(c.ConfidentlyWrong) / float64(max(c.Want, 1))
}

// Miss is one wanted value that is wrong or missing.
type Miss struct {
	Document, Field, Want string
	Got                   []event.Field // of that field
	Why                   string
}

// Tally counts results by field. Its zero value is empty. It is not safe for concurrent use.
type Tally struct {
	fields map[string]*Count
	misses []Miss
}

// Add compares what was read from a document with the answer. Why is asked for the reason of each miss; it may be nil.
func (t *Tally) Add(answer Answer, got []event.Field, why func(field, want string) string) {
	byName := map[string][]event.Field{}
	for _, f := range got {
		byName[f.Name] = append(byName[f.Name], f)
	}
	for _, name := range slices.Sorted(maps.Keys(answer.Values)) {
		t.compare(answer, name, byName[name], why)
	}
	for _, name := range answer.Absent {
		t.count(name).Extra += len(byName[name])
	}
}

func (t *Tally) count(name string) *Count {
	if t.fields == nil {
		t.fields = map[string]*Count{}
	}
	if t.fields[name] == nil {
		t.fields[name] = &Count{}
	}
	return t.fields[name]
}

func (t *Tally) compare(answer Answer, name string, got []event.Field, why func(field, want string) string) {
	n := t.count(name)
	used := make([]bool, len(got))
	for _, want := range answer.Values[name] {
		n.Want++
		k := slices.IndexFunc(got, func(f event.Field) bool { return Same(f.Value, want) })
		switch {
		case k >= 0:
			n.Right++
			used[k] = true
			continue
		case len(got) == 0:
			n.Missing++
		default:
			n.Wrong++
			if got[0].Confidence >= Confident {
				n.ConfidentlyWrong++
			}
		}
		m := Miss{Document: answer.Document, Field: name, Want: want, Got: got}
		if why != nil {
			m.Why = why(name, want)
		}
		t.misses = append(t.misses, m)
	}
	for _, u := range used {
		if !u {
			n.Extra++
		}
	}
}

// Same compares values without case, blanks and punctuation.
func Same(a, b string) bool { return bare(a) == bare(b) }

// Contains says whether text has a value in it, compared as [Same] does.
func Contains(text, value string) bool { return strings.Contains(bare(text), bare(value)) }

func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, strings.ReplaceAll(s, "&", "and"))
}

// Field returns the counts of one field.
func (t *Tally) Field(name string) Count {
	if n := t.fields[name]; n != nil {
		return *n
	}
	return Count{}
}

// Total returns the sum over all fields.
func (t *Tally) Total() Count {
	var all Count
	for _, n := range t.fields {
		all.Want += n.Want
		all.Right += n.Right
		all.Wrong += n.Wrong
		all.ConfidentlyWrong += n.ConfidentlyWrong
		all.Missing += n.Missing
		all.Extra += n.Extra
	}
	return all
}

// Worst returns the misses, those with the most confident wrong value first, at most limit.
func (t *Tally) Worst(limit int) []Miss {
	out := slices.Clone(t.misses)
	confidence := func(m Miss) float64 {
		if len(m.Got) == 0 {
			return 0
		}
		return m.Got[0].Confidence
	}
	slices.SortStableFunc(out, func(a, b Miss) int { return cmp.Compare(confidence(b), confidence(a)) })
	return out[:min(len(out), limit)]
}

// Write prints the counts as a table for people.
func (t *Tally) Write(w io.Writer) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "  %-16s %6s %6s %7s %6s %6s %6s %7s %6s\n", "field", "want", "right", "recall", "wrong", "conf.", "miss", "extra", "F1")
	line := func(name string, n Count) {
		fmt.Fprintf(&sb, "  %-16s %6d %6d %7.3f %6d %6d %6d %7d %6.3f\n", name, n.Want, n.Right, n.Recall(), n.Wrong, n.ConfidentlyWrong, n.Missing, n.Extra, n.F1())
	}
	for _, name := range slices.Sorted(maps.Keys(t.fields)) {
		line(name, *t.fields[name])
	}
	line("all", t.Total())
	_, err := io.WriteString(w, sb.String())
	return err
}
