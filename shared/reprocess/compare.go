package reprocess

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/shared/event"
)

// What a change says.
const (
	Same    = "same"
	Changed = "changed"
	Added   = "added"   // only the new result has it
	Removed = "removed" // only the old result had it
)

// Change is one value of a document in its old and in its new result.
type Change struct {
	Name          string // field, or what of a result is compared: class, pages, …
	Kind          string
	Before, After string
}

// payload is a result as it is compared.
type payload struct {
	body     json.RawMessage
	textSize *int64 // characters; of a parse
}

// changed reports whether any of the values differs.
func changed(all []Change) bool {
	return slices.ContainsFunc(all, func(c Change) bool { return c.Kind != Same })
}

// decoded reads two results; those of a run were checked when they were published.
func decoded[P event.Payload](before, after payload) (b, a P) {
	_ = json.Unmarshal(before.body, &b)
	_ = json.Unmarshal(after.body, &a)
	return b, a
}

// value compares one value; the empty one is none.
func value(name, before, after string) Change {
	c := Change{Name: name, Kind: Changed, Before: before, After: after}
	switch {
	case before == after:
		c.Kind = Same
	case before == "":
		c.Kind = Added
	case after == "":
		c.Kind = Removed
	}
	return c
}

func compareParsed(before, after payload) []Change {
	b, a := decoded[event.Parsed](before, after)
	size := func(p payload) string {
		if p.textSize == nil {
			return ""
		}
		return strconv.FormatInt(*p.textSize, 10)
	}
	return []Change{
		value("outcome", b.Outcome, a.Outcome),
		value("pages", strconv.Itoa(b.Pages), strconv.Itoa(a.Pages)),
		value("failed pages", strconv.Itoa(len(b.FailedPages)), strconv.Itoa(len(a.FailedPages))),
		value("words", strconv.Itoa(b.Words), strconv.Itoa(a.Words)),
		value("text size", size(before), size(after)),
		value("language", b.Language, a.Language),
		value("layout", short(string(b.Layout.Ref)), short(string(a.Layout.Ref))), // texts and boxes
	}
}

// short is enough of a blob's reference to tell two apart.
func short(ref string) string { return fmt.Sprintf("%.19s", ref) }

func compareClassified(before, after payload) []Change {
	b, a := decoded[event.Classified](before, after)
	return []Change{value("class", b.Class.Label, a.Class.Label)}
}

// compareExtracted compares fields by name, rows by kind and checks by whether they hold. Where a name has several values, equal ones
// belong together, and of the others the first with the first.
func compareExtracted(before, after payload) []Change {
	b, a := decoded[event.Extracted](before, after)
	old, young := byName(b), byName(a)
	names := slices.Collect(maps.Keys(old))
	for name := range young {
		if old[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var all []Change
	for _, name := range names {
		gone, come, same := apart(old[name], young[name])
		for _, v := range same {
			all = append(all, Change{Name: name, Kind: Same, Before: v, After: v})
		}
		for i := range max(len(gone), len(come)) {
			c := Change{Name: name, Kind: Changed}
			if i < len(gone) {
				c.Before = gone[i]
			} else {
				c.Kind = Added
			}
			if i < len(come) {
				c.After = come[i]
			} else {
				c.Kind = Removed
			}
			all = append(all, c)
		}
	}
	return all
}

// byName returns what a result says: a field's values by its name, rows by their kind, and what became of checks.
func byName(x event.Extracted) map[string][]string {
	out := make(map[string][]string)
	for _, f := range x.Fields {
		out[f.Name] = append(out[f.Name], f.Value)
	}
	for _, row := range x.Items {
		cells := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = c.Name + "=" + c.Value
		}
		out[row.Kind] = append(out[row.Kind], strings.Join(cells, ", "))
	}
	for _, c := range x.Checks {
		holds := "does not hold"
		if c.Holds {
			holds = "holds"
		}
		out["check "+c.Name] = append(out["check "+c.Name], holds)
	}
	return out
}

// apart takes the values that both have out of both.
func apart(old, young []string) (gone, come, same []string) {
	left := slices.Clone(young)
	for _, v := range old {
		if at := slices.Index(left, v); at >= 0 {
			left = slices.Delete(left, at, at+1)
			same = append(same, v)
			continue
		}
		gone = append(gone, v)
	}
	return gone, left, same
}

// ranked returns the values of a map, those with the largest count first, and then by key.
func ranked[K cmp.Ordered, V any](m map[K]*V, count func(*V) int) []V {
	keys := slices.Collect(maps.Keys(m))
	slices.SortFunc(keys, func(a, b K) int { return cmp.Or(count(m[b])-count(m[a]), cmp.Compare(a, b)) })
	out := make([]V, len(keys))
	for i, k := range keys {
		out[i] = *m[k]
	}
	return out
}
