// Package backtrack matches regular expressions in RE2's syntax by trying one way after the other, and finds what package
// regexp finds.
//
// It is for expressions that match seldom and ask for names, lists of words and long stretches of "anything but": regexp copies
// what is repeated and keeps every copy in mind at every character; here a repeated class is one loop, and the bytes with which
// the rest of a match may begin refuse most ways at once. What failed at a place is remembered once a search becomes long, and a
// search that becomes very long all the same is left to regexp, so that the time stays proportional to the text's length.
//
// The package knows nothing of documents and templates.
package backtrack

import (
	"math"
	"regexp"
	"regexp/syntax"
	"sync"
)

// Expression is a regular expression made ready. Its methods are like those of [regexp.Regexp]. It is immutable and safe for
// concurrent use.
type Expression struct {
	text    string
	program *program // nil where only regexp can tell
	whole   func() *regexp.Regexp
}

// program is what an expression does; it does not match the empty text.
type program struct {
	start  *node
	caps   int  // places of submatches: two for the whole match and for each group
	begins bool // every match stands at the start of the text
	// With which bytes a match may begin, behind a letter, digit or underscore and elsewhere.
	inner, outer first
}

// Compile makes an expression ready. Its errors are regexp's.
func Compile(text string) (*Expression, error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	e := &Expression{text, programOf(tree), sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })}
	if e.program == nil {
		_, err = regexp.Compile(text) // which refuses more than the parser
	}
	return e, err
}

// MustCompile is like Compile for an expression that is known to be one; it panics for others.
func MustCompile(text string) *Expression {
	e, err := Compile(text)
	if err != nil {
		panic(err) // as regexp.MustCompile does
	}
	return e
}

// String returns the expression's text.
func (e *Expression) String() string { return e.text }

// MatchString says whether something in text matches.
func (e *Expression) MatchString(text string) bool {
	if e.program != nil {
		m := e.program.machine(text)
		if at, ok := m.search(0, len(text)); ok {
			return at >= 0
		}
	}
	return e.whole().MatchString(text)
}

// FindAllStringSubmatchIndex returns the places of the matches and of their groups, at most n matches, all for n below zero.
func (e *Expression) FindAllStringSubmatchIndex(text string, n int) [][]int {
	return e.FindAllUpTo(text, len(text), n)
}

// FindAllUpTo is like FindAllStringSubmatchIndex where it is known that no match begins behind text[last].
func (e *Expression) FindAllUpTo(text string, last, n int) [][]int {
	if e.program != nil {
		if matches, ok := e.program.all(text, last, n); ok {
			return matches
		}
	}
	return e.whole().FindAllStringSubmatchIndex(text, n)
}

func (p *program) all(text string, last, n int) (matches [][]int, ok bool) {
	for from := 0; len(matches) != n; from = matches[len(matches)-1][1] {
		m := p.machine(text)
		at, ok := m.search(from, last)
		if !ok {
			return nil, false
		}
		if at < 0 {
			break
		}
		matches = append(matches, m.match())
	}
	return matches, true
}

// FindStringIndex returns the place of the first match, nil for none.
func (e *Expression) FindStringIndex(text string) []int {
	if m := e.FindAllStringSubmatchIndex(text, 1); m != nil {
		return m[0][:2]
	}
	return nil
}

// Search looks for matches at given places of one text. It is for one goroutine.
type Search struct {
	machine
}

// Search begins a search in text. It is not ok where only regexp can tell.
func (e *Expression) Search(text string) (s Search, ok bool) {
	if e.program == nil {
		return s, false
	}
	return Search{e.program.machine(text)}, true
}

// At returns the places of the match that begins at text[at] and of its groups, nil for none; what stands before it counts where
// the expression asks about it. It is not ok where only regexp can tell, and then for the rest of the search.
func (s *Search) At(at int) (match []int, ok bool) {
	m := &s.machine
	if !m.program.start.starts(m.text, at) {
		return nil, true
	}
	found, ok := m.at(at)
	if !found || !ok {
		return nil, ok
	}
	match = m.match()
	m.clear()
	return match, true
}

// Bounds on programs. An expression beyond them is left to regexp.
const (
	maxCaps  = 16
	maxNodes = 10_000
)

// unlimited is the bound of a loop without one.
const unlimited = math.MaxInt

// programOf returns nil for a tree that may match the empty text, repeats without bound what may be empty, or is very large.
func programOf(tree *syntax.Regexp) *program {
	caps := 2 * (tree.MaxCap() + 1)
	if caps > maxCaps || mayBeEmpty(tree) {
		return nil
	}
	c := compiler{classes: map[string]*class{}}
	start := c.compile(tree, c.add(node{op: opMatch}))
	if c.failed {
		return nil
	}
	begins := tree.Op == syntax.OpConcat && tree.Sub[0].Op == syntax.OpBeginText
	return &program{start, caps, begins, start.behind(true), start.behind(false)}
}
