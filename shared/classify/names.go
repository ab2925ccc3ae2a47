package classify

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Names are what documents of a type call themselves. A word may begin or end in *, which stands for the rest of a
// compound: "rechnung*" for Rechnungsnummer, "*vertrag" for Mietvertrag. Case and accents do not matter.
type Names struct {
	// Anywhere are names that papers of other types hardly use: they count anywhere on the first page, and where they begin
	// a heading on a later one.
	Anywhere []string `json:"anywhere,omitempty"`
	// Title are names that papers of other types use as well, as invoices use "order": they count only where they begin or
	// end one of the first lines.
	Title []string `json:"title,omitempty"`
}

const (
	headingWords = 4  // a line of so many words or fewer is a heading on the pages behind the first
	titleLines   = 15 // lines at the top of the first page, among which a title stands
)

// naming finds out what a document calls itself. Scores cannot tell an order from an invoice that the same program
// printed; its name can. It is immutable.
type naming struct {
	types  []string
	whole  map[uint32][]name // by the hash of the first word
	begins [256][]name       // whose first word stands for all that begin with it, by its first byte
	ends   [256][]name       // whose first word stands for all that end with it, by its last byte

	wholes, heads, tails sieve // of the above
	beginning, ending    int   // length of the shortest beginning and ending, in bytes; what is longer is sifted by so much of it
}

// name is one name of a type, such as "purchase order".
type name struct {
	owner int // index of the type
	title bool
	words []namedWord
}

// namedWord is a folded word, or what a compound begins or ends with.
type namedWord struct {
	text         []byte
	begins, ends bool
}

func (w namedWord) matches(text []byte) bool {
	switch {
	case w.begins:
		return bytes.HasPrefix(text, w.text)
	case w.ends:
		return bytes.HasSuffix(text, w.text)
	}
	return bytes.Equal(text, w.text)
}

// compileNames prepares the names of each type.
func compileNames(names map[string]Names) (*naming, error) {
	n := &naming{types: slices.Sorted(maps.Keys(names)), whole: map[uint32][]name{}}
	for owner, label := range n.types {
		if len(names[label].Anywhere)+len(names[label].Title) == 0 {
			return nil, fmt.Errorf("the type %s has no names: leave it out of the names", label)
		}
		all := slices.Concat(names[label].Anywhere, names[label].Title)
		for i, text := range all {
			words, err := nameWords(text)
			if err != nil {
				return nil, fmt.Errorf("the type %s: %w", label, err)
			}
			n.add(name{owner, i >= len(names[label].Anywhere), words})
		}
	}
	n.sift()
	return n, nil
}

func nameWords(text string) ([]namedWord, error) {
	var out []namedWord
	for _, w := range strings.Fields(text) {
		var folded tokens
		folded.fold(w)
		begins, ends := strings.HasSuffix(w, "*"), strings.HasPrefix(w, "*")
		if len(folded.list) == 0 || begins && ends || strings.Contains(strings.Trim(w, "*"), "*") {
			return nil, fmt.Errorf("%q is no name: each word needs letters, and at most one * before or behind them", text)
		}
		out = append(out, namedWord{folded.of(folded.list[0]), begins, ends})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%q is no name: it is empty", text)
	}
	return out, nil
}

func (n *naming) add(x name) {
	switch first := x.words[0]; {
	case first.begins:
		c := first.text[0]
		n.begins[c] = append(n.begins[c], x)
	case first.ends:
		c := first.text[len(first.text)-1]
		n.ends[c] = append(n.ends[c], x)
	default:
		h := hashText(first.text)
		n.whole[h] = append(n.whole[h], x)
	}
}

// sift prepares what tells of nearly all words that no name begins with them.
func (n *naming) sift() {
	for h := range n.whole {
		n.wholes.add(h)
	}
	shortest := func(lists *[256][]name) int {
		least := 0
		for _, x := range slices.Concat(lists[:]...) {
			if l := len(x.words[0].text); least == 0 || l < least {
				least = l
			}
		}
		return least
	}
	n.beginning, n.ending = shortest(&n.begins), shortest(&n.ends)
	for c := range n.begins {
		for _, x := range n.begins[c] {
			n.heads.add(hashText(x.words[0].text[:n.beginning]))
		}
		for _, x := range n.ends[c] {
			n.tails.add(hashText(x.words[0].text[len(x.words[0].text)-n.ending:]))
		}
	}
}

// starts tells whether a name may begin with the word. It is wrong about one word in some hundred.
func (n *naming) starts(text []byte, hash uint32) bool {
	return n.wholes.has(hash) ||
		len(text) >= n.beginning && n.heads.has(hashText(text[:n.beginning])) ||
		len(text) >= n.ending && n.tails.has(hashText(text[len(text)-n.ending:]))
}

// sieve holds a set of hashes loosely: it may have others too.
type sieve [64]uint64

func (s *sieve) add(hash uint32) { s[hash/64%64] |= 1 << (hash % 64) }

func (s *sieve) has(hash uint32) bool { return s[hash/64%64]>>(hash%64)&1 != 0 }

// look marks in called the types of whose names one begins with token number i of the line, which is number at of a page, and counts
// there.
func (n *naming) look(line *tokens, i int, firstPage bool, at int, called []bool) {
	t := line.list[i]
	text := line.of(t)
	if len(text) == 0 || !n.starts(text, t.hash) {
		return
	}
	for _, names := range [...][]name{n.whole[t.hash], n.begins[text[0]], n.ends[text[len(text)-1]]} {
		for _, x := range names {
			if called[x.owner] || !x.stands(line, i) {
				continue
			}
			edge := i == 0 || i+len(x.words) == len(line.list)
			called[x.owner] = !x.title || firstPage && at < titleLines && edge
		}
	}
}

// stands tells whether the name stands in the line from token number at.
func (x name) stands(line *tokens, at int) bool {
	if len(line.list)-at < len(x.words) {
		return false
	}
	for i, w := range x.words {
		if !w.matches(line.of(line.list[at+i])) {
			return false
		}
	}
	return true
}

// uncalled tells of each label whether it has names and none of them was found.
func (n *naming) uncalled(called []bool, labels []string) []bool {
	out := make([]bool, len(labels))
	for owner, found := range called {
		if i := slices.Index(labels, n.types[owner]); i >= 0 {
			out[i] = !found
		}
	}
	return out
}
