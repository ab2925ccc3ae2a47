package extract

import (
	"cmp"
	"slices"
	"strings"
)

// labelKind says what a label stands for.
type labelKind int

const (
	strongLabel  labelKind = iota // of a field
	weakLabel                     // of a field, but of others too
	innerLabel                    // of a field, within its section only
	sectionLabel                  // heads a section
	nameLabel                     // a name within a section
	ignoredLabel                  // known, of no interest: it keeps its value from other labels
)

// meaning is one thing that a label stands for. Index is that of the rule or of the section.
type meaning struct {
	kind  labelKind
	index int
}

// entry is a label's tokens and what they may mean.
type entry struct {
	tokens   []string
	meanings []meaning
	columns  []column // the meanings of a heading
}

// matcher finds labels in rows. It is immutable once built.
type matcher struct {
	byFirst map[string][]*entry // longest first
	byLabel map[string]*entry
	// A bit for the look of each label's first token: most words of a document look like none of them.
	looks [1 << lookBits / 64]uint64
}

const lookBits = 12

// lookOf is a number of lookBits bits that a token's length and a few of its bytes make.
func lookOf(token string) uint32 {
	n := len(token)
	x := uint32(token[0]) | uint32(token[n/2])<<8 | uint32(token[n-1])<<16 | uint32(n)<<24
	return x * 0x9e3779b1 >> (32 - lookBits)
}

func newMatcher() *matcher {
	return &matcher{byFirst: map[string][]*entry{}, byLabel: map[string]*entry{}}
}

// add takes all synonyms of one meaning.
func (m *matcher) add(labels Labels, what meaning) {
	for _, synonyms := range labels {
		for _, label := range synonyms {
			tokens := foldLabel(label)
			if len(tokens) == 0 {
				continue
			}
			key := joinTokens(tokens)
			e := m.byLabel[key]
			if e == nil {
				e = &entry{tokens: tokens}
				m.byLabel[key] = e
				m.byFirst[tokens[0]] = append(m.byFirst[tokens[0]], e)
			}
			if !slices.Contains(e.meanings, what) {
				e.meanings = append(e.meanings, what)
			}
		}
	}
}

// seal orders the entries, so that the longest label wins and results do not depend on the order of maps.
func (m *matcher) seal() {
	for first, entries := range m.byFirst {
		look := lookOf(first)
		m.looks[look/64] |= 1 << (look % 64)
		slices.SortFunc(entries, func(a, b *entry) int {
			return cmp.Or(cmp.Compare(len(b.tokens), len(a.tokens)), slices.Compare(a.tokens, b.tokens))
		})
	}
	for _, e := range m.byLabel {
		slices.SortFunc(e.meanings, func(a, b meaning) int {
			return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.index, b.index))
		})
	}
}

func joinTokens(tokens []string) string {
	n := 0
	for _, t := range tokens {
		n += len(t) + 1
	}
	b := make([]byte, 0, n)
	for _, t := range tokens {
		b = append(append(b, t...), ' ')
	}
	return string(b)
}

// found is a label in a row: the bytes text[from:to] of the row.
type found struct {
	span
	row   int
	part  int
	entry *entry
	// start says that it begins its part, or follows punctuation; colon that a colon or the like follows it.
	start, afterMark, colon bool
}

// find adds the labels of a row to out, from left to right; of overlapping ones the first, and of those the longest.
func (m *matcher) find(out []found, rows []row, at int) []found {
	r := &rows[at]
	for i := 0; i < len(r.tokens); {
		if !m.knows(r.tokens[i].text) {
			i++
			continue
		}
		e := m.longest(r.tokens[i:])
		if e == nil {
			i++
			continue
		}
		last := r.tokens[i+len(e.tokens)-1]
		f := found{span: span{r.tokens[i].from, last.to}, row: at, part: r.tokens[i].part, entry: e}
		f.start, f.afterMark = beginning(r, i)
		f.to, f.colon = closing(r, f.span, last.part)
		// A label of several words that ends its part announces what stands in the next one, even if the parser drew
		// something else in front of it.
		f.afterMark = f.afterMark || len(e.tokens) > 1 && f.to >= r.parts[f.part].to && f.part+1 < len(r.parts)
		out = append(out, f)
		i += len(e.tokens)
	}
	return out
}

// knows says that a label may begin with a token.
func (m *matcher) knows(token string) bool {
	look := lookOf(token)
	return m.looks[look/64]>>(look%64)&1 != 0
}

// longest returns the longest label that the tokens begin with.
func (m *matcher) longest(tokens []token) *entry {
	for _, e := range m.byFirst[tokens[0].text] {
		if len(e.tokens) > len(tokens) {
			continue
		}
		ok := true
		for k, want := range e.tokens {
			if tokens[k].text != want || tokens[k].part != tokens[0].part {
				ok = false
				break
			}
		}
		if ok {
			return e
		}
	}
	return nil
}

// beginning says whether token i starts its part, and whether punctuation parts it from the token before.
func beginning(r *row, i int) (start, afterMark bool) {
	t := r.tokens[i]
	if i == 0 || r.tokens[i-1].part != t.part {
		return true, true
	}
	if strings.Trim(r.text[r.parts[t.part].from:t.from], "0123456789.,% ") == "" {
		return true, true // a rate in front of it: "21 % VAT"
	}
	for _, c := range r.text[r.tokens[i-1].to:t.from] {
		switch c {
		case '|', '•', '●', '·', ';', ':', '(', ')', ',', '–', '—', '/', '[', ']', '*', '%':
			return false, true
		case '-':
			if r.text[t.from-1] == ' ' {
				return false, true
			}
		}
	}
	return false, false
}

// closing extends a label over the punctuation that ends it, and says whether that announces a value.
func closing(r *row, s span, partIndex int) (to int, colon bool) {
	to = s.to
	end := len(r.text)
	if partIndex < len(r.parts) {
		end = r.parts[partIndex].to
	}
	for to < end {
		switch c := r.text[to]; c {
		case ':', '=':
			return to + 1, true
		case ' ', '.', ')', '(', ']', '/', '*', '_':
			to++
		default:
			if to < end && r.text[to] == '#' {
				return to + 1, true
			}
			// Do not swallow a bracket or a blank before the value's own text.
			return trimBack(r.text, s.to, to), false
		}
	}
	// The colon may stand alone in the next part.
	if rest := r.text[to:]; len(rest) > 1 && rest[0] == ' ' && rest[1] == ':' {
		return to + 2, true
	}
	return to, false
}

// trimBack gives back opening brackets that belong to what follows.
func trimBack(text string, from, to int) int {
	for to > from && (text[to-1] == '(' || text[to-1] == '.') && to < len(text) && text[to] != ' ' {
		to--
	}
	return to
}
