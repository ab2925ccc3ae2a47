package training

import (
	"hash/fnv"
	"strings"
	"unicode"

	"github.com/millrace/millrace/shared/layout"
)

// Two documents are of one template where they share this many printed lines, and this share of the lines of the one that has
// fewer. Numbers do not count, so dates and amounts may differ. See ADR 22 for how it was chosen.
const (
	minShared   = 3
	shareShared = 0.2
)

// templatePages bounds how many pages are compared: a template shows at the beginning.
const templatePages = 3

// templates numbers the documents by template: the same number where they look as if made from the same one, be it directly
// or over others between them. Senders print the same head, labels and footer on all that they send.
func templates(docs []Document) []int {
	lines := make([]map[uint64]bool, len(docs))
	where := map[uint64][]int{} // the documents that have a line
	sets := newUnion(len(docs))
	for i := range docs {
		lines[i] = printed(docs[i].Layout)
		shared := map[int]int{}
		for l := range lines[i] {
			for _, j := range where[l] {
				shared[j]++
			}
			where[l] = append(where[l], i)
		}
		for j, n := range shared {
			if n >= minShared && float64(n) >= shareShared*float64(min(len(lines[i]), len(lines[j]))) {
				sets.join(i, j)
			}
		}
	}
	return sets.numbers()
}

// printed returns what is printed on the first pages, line by line, without words that have digits, without case and
// punctuation. Lines of fewer than four letters say nothing.
func printed(doc *layout.Document) map[uint64]bool {
	out := map[uint64]bool{}
	for p := range doc.Pages[:min(len(doc.Pages), templatePages)] {
		for b := range doc.Pages[p].Blocks {
			for l := range doc.Pages[p].Blocks[b].Lines {
				if text := bare(doc.Pages[p].Blocks[b].Lines[l].Words); len(text) >= 4 {
					h := fnv.New64a()
					_, _ = h.Write([]byte(text))
					out[h.Sum64()] = true
				}
			}
		}
	}
	return out
}

func bare(words []layout.Word) string {
	var sb strings.Builder
	for _, w := range words {
		if strings.ContainsFunc(w.Text, unicode.IsDigit) {
			continue
		}
		for _, r := range w.Text {
			if unicode.IsLetter(r) {
				sb.WriteRune(unicode.ToLower(r))
			}
		}
	}
	return sb.String()
}

// union is a disjoint-set forest.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

// join keeps the lower number as root, so that the outcome does not depend on the order of joining.
func (u union) join(i, j int) {
	i, j = u.root(i), u.root(j)
	u[max(i, j)] = min(i, j)
}

// numbers returns the sets numbered from 0 in the order of their first members.
func (u union) numbers() []int {
	out, next := make([]int, len(u)), map[int]int{}
	for i := range u {
		r := u.root(i)
		n, ok := next[r]
		if !ok {
			n = len(next)
			next[r] = n
		}
		out[i] = n
	}
	return out
}
