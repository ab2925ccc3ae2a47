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
		out = append(out, namedWord{folded.text, begins, ends})
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

// look marks in called the types whose names count in line number at of a page.
func (n *naming) look(line []token, firstPage bool, at int, called []bool) {
	if len(n.types) == 0 || !firstPage && len(line) > headingWords {
		return
	}
	for i := range line {
		if i > 0 && !firstPage {
			return
		}
		text := line[i].text
		if len(text) == 0 {
			continue
		}
		for _, list := range [...][]name{n.whole[line[i].hash], n.begins[text[0]], n.ends[text[len(text)-1]]} {
			for _, x := range list {
				if called[x.owner] || !x.stands(line[i:]) {
					continue
				}
				edge := i == 0 || i+len(x.words) == len(line)
				called[x.owner] = !x.title || firstPage && at < titleLines && edge
			}
		}
	}
}

// stands tells whether the line begins with the name.
func (x name) stands(line []token) bool {
	if len(line) < len(x.words) {
		return false
	}
	for i, w := range x.words {
		if !w.matches(line[i].text) {
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
