package score

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/event"
)

// Rows counts rows of tables and their cells. A wanted row is found where one that was read has at least half of its cells;
// each is matched once. Its zero value is empty. It is not safe for concurrent use.
type Rows struct {
	// Within says that a text counts as right where what was read contains it: pages print more beside a line than its name.
	Within bool
	// Rows are wanted, read and found rows; Cells the same for cells, of which those of rows that were not found are missing.
	Rows, Cells Share
	byName      map[string]*Share
	misses      []string
}

// Share is how many of something were wanted, how many were read, and how many of them are right.
type Share struct{ Want, Got, Right int }

// Recall is the share of the wanted that is right; 0 where nothing is wanted.
func (s Share) Recall() float64 { return float64(s.Right) / float64(max(s.Want, 1)) }

// Precision is the share of what was read that is right; 0 where nothing was read.
func (s Share) Precision() float64 { return float64(s.Right) / float64(max(s.Got, 1)) }

// F1 is the harmonic mean of recall and precision.
func (s Share) F1() float64 { return 2 * float64(s.Right) / float64(max(s.Want+s.Got, 1)) }

// Add compares the rows of a document. Cells that no wanted row has a name for are not counted.
func (r *Rows) Add(document string, want, got []event.Item) {
	if r.byName == nil {
		r.byName = map[string]*Share{}
	}
	names := map[string]bool{}
	for _, w := range want {
		for _, c := range w.Cells {
			names[c.Name] = true
		}
	}
	r.Rows.Want += len(want)
	r.Rows.Got += len(got)
	for _, g := range got {
		for _, c := range g.Cells {
			if names[c.Name] {
				r.share(c.Name).Got++
			}
		}
	}
	used := make([]bool, len(got))
	next := 0
	for _, w := range want {
		best, most := -1, 0
		for k := range got {
			i := (next + k) % len(got) // rows are mostly in order
			if n := len(r.right(w, got[i])); !used[i] && n > most {
				best, most = i, n
			}
		}
		for _, c := range w.Cells {
			r.share(c.Name).Want++
		}
		if best < 0 || most*2 < len(w.Cells) {
			r.miss(document, "no row for", w)
			continue
		}
		used[best], next = true, best+1
		r.Rows.Right++
		for _, name := range r.right(w, got[best]) {
			r.share(name).Right++
		}
		if most < len(w.Cells) {
			r.misses = append(r.misses, fmt.Sprintf("%s: want %s got %s", document, inWords(w), inWords(got[best])))
		}
	}
	for i := range got {
		if !used[i] {
			r.miss(document, "no such row as", got[i])
		}
	}
	r.Cells = Share{}
	for _, s := range r.byName {
		r.Cells.Want += s.Want
		r.Cells.Got += s.Got
		r.Cells.Right += s.Right
	}
}

func (r *Rows) miss(document, what string, it event.Item) {
	r.misses = append(r.misses, document+": "+what+" "+inWords(it))
}

func (r *Rows) share(name string) *Share {
	if r.byName[name] == nil {
		r.byName[name] = &Share{}
	}
	return r.byName[name]
}

// right returns the names of the wanted cells that a row has.
func (r *Rows) right(want, got event.Item) []string {
	var out []string
	for _, w := range want.Cells {
		if slices.ContainsFunc(got.Cells, func(g event.Cell) bool { return g.Name == w.Name && r.same(w, g) }) {
			out = append(out, w.Name)
		}
	}
	return out
}

func (r *Rows) same(want, got event.Cell) bool {
	if w, err := decimal.NewFromString(want.Value); err == nil {
		if g, err := decimal.NewFromString(got.Value); err == nil {
			return w.Equal(g)
		}
	}
	return Same(want.Value, got.Value) || r.Within && want.Type == "text" && bare(want.Value) != "" && strings.Contains(bare(got.Value), bare(want.Value))
}

// Misses returns what is wrong, in the order of the documents, at most limit.
func (r *Rows) Misses(limit int) []string { return r.misses[:min(len(r.misses), limit)] }

// Write prints the counts as a table for people.
func (r *Rows) Write(w io.Writer) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "  %-16s %6s %6s %6s %7s %9s %6s\n", "rows and cells", "want", "read", "right", "recall", "precision", "F1")
	line := func(name string, s Share) {
		fmt.Fprintf(&sb, "  %-16s %6d %6d %6d %7.3f %9.3f %6.3f\n", name, s.Want, s.Got, s.Right, s.Recall(), s.Precision(), s.F1())
	}
	names := slices.Collect(maps.Keys(r.byName))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(r.byName[b].Want, r.byName[a].Want), cmp.Compare(a, b))
	})
	for _, name := range names {
		line(name, *r.byName[name])
	}
	line("all cells", r.Cells)
	line("rows", r.Rows)
	_, err := io.WriteString(w, sb.String())
	return err
}

func inWords(it event.Item) string {
	cells := make([]string, len(it.Cells))
	for i, c := range it.Cells {
		cells[i] = c.Name + "=" + c.Value
	}
	return "{" + strings.Join(cells, " | ") + "}"
}
