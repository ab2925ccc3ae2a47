package extract

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/extract/backtrack"
)

// expression is a regular expression with what can be told from its syntax about every match, so that most texts are
// refused without running it. Its find finds what the expression alone would find. It is safe for concurrent use.
type expression struct {
	*backtrack.Expression
	names []string    // of its groups; the first is the whole match
	needs []*literals // every match holds a word of each, in lower case
	heads *literals   // every match begins with one of these, in lower case; nil where that is not known
	first *edge       // every match begins with one of these bytes; nil where it may be empty
	last  *edge       // and ends with one of these
	// Every match stands at the beginning of the text, and at its end.
	begins, ends bool
}

// newExpression compiles an expression in RE2 syntax.
func newExpression(text string) (*expression, error) {
	compiled, err := backtrack.Compile(text)
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	e := &expression{Expression: compiled, names: tree.CapNames(), heads: newLiterals(headsOf(tree))}
	exact, must := literalsOf(tree)
	if exact != nil {
		must = append(must, exact)
	}
	if hasDigit(tree) {
		e.needs = append(e.needs, newLiterals(strings.Split("0123456789", "")))
	}
	for _, words := range strongest(must) {
		if shortest(words) < minHeadBytes {
			break // a blank or a letter is nearly everywhere
		}
		if e.heads == nil || !allHave(e.heads.words, words) {
			e.needs = append(e.needs, newLiterals(words))
		}
	}
	e.edges(tree)
	return e, nil
}

// edges finds out how matches begin and end.
func (e *expression) edges(tree *syntax.Regexp) {
	var first, last edge
	if edgeOf(tree, false, &first) || edgeOf(tree, true, &last) {
		return
	}
	e.first, e.last = &first, &last
	e.begins, e.ends = anchoredAt(tree, false), anchoredAt(tree, true)
}

// refuses says from the first and the last byte of a text that nothing in it matches.
func (e *expression) refuses(text string) bool {
	if e.first == nil {
		return false
	}
	return text == "" || e.begins && !e.first[text[0]] || e.ends && !e.last[text[len(text)-1]]
}

// find returns the submatches in text[from:to] as FindAllStringSubmatchIndex does, at most limit, with offsets in text.
// The rest of the text counts as absent.
func (e *expression) find(f *folded, from, to, limit int) [][]int {
	if e.refuses(f.text[from:to]) {
		return nil
	}
	found, ok, last := [][]int(nil), false, to
	switch {
	case !f.plain:
	case e.heads != nil:
		found, ok = e.findHeads(f, from, to, limit)
	default:
		if last = e.lastStart(f, from, to); last < from {
			return nil
		}
	}
	if !ok {
		found = e.FindAllUpTo(f.text[from:to], last-from, limit)
	}
	for _, m := range found {
		shift(m, from)
	}
	return found
}

// lastStart returns a place in text[from:to] behind which no match begins, because a text that it needs is not there; one before
// from for no match at all.
func (e *expression) lastStart(f *folded, from, to int) int {
	last := to
	for _, l := range e.needs {
		if last = min(last, l.last(f.lower, from, to)); last < from {
			break
		}
	}
	return last
}

// findHeads is like find, with offsets in text[from:to], and tries the expression only where one of its heads stands. It is not
// ok where only regexp can tell.
func (e *expression) findHeads(f *folded, from, to, limit int) (found [][]int, ok bool) {
	at := e.heads.next(f.lower, from, to)
	if at < 0 {
		return nil, true
	}
	last := e.lastStart(f, at, to)
	search, ok := e.Search(f.text[from:to])
	for ; ok && at >= 0 && at <= last && len(found) < limit; at = e.heads.next(f.lower, at, to) {
		m, fine := search.At(at - from)
		if !fine {
			return nil, false
		}
		if m == nil {
			at++
			continue
		}
		found = append(found, m)
		at = from + m[1]
	}
	return found, ok
}

func shift(m []int, by int) {
	for i := range m {
		if m[i] >= 0 {
			m[i] += by
		}
	}
}

// Bounds on the literals that are taken from an expression. Beyond them less is known, which costs time, not matches.
const (
	maxLiterals  = 96
	maxClass     = 16 // characters of a class that are told apart
	maxNeeds     = 3
	minHeadBytes = 2 // of the shortest text of a set that is looked for
)

// literalsOf returns the only texts that re matches, nil for unknown or too many, and sets of texts of each of which every
// match holds one. ASCII letters are in lower case.
func literalsOf(re *syntax.Regexp) (exact []string, must [][]string) {
	switch re.Op {
	case syntax.OpLiteral:
		exact = []string{""}
		for _, c := range re.Rune {
			exact = cross(exact, runeForms(c, re.Flags&syntax.FoldCase != 0))
		}
		return exact, nil
	case syntax.OpCharClass:
		return classForms(re.Rune), nil
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, nil
	case syntax.OpCapture:
		return literalsOf(re.Sub[0])
	case syntax.OpQuest:
		if exact, _ = literalsOf(re.Sub[0]); exact != nil {
			return append(exact, ""), nil
		}
		return nil, nil
	case syntax.OpPlus, syntax.OpRepeat:
		if re.Op == syntax.OpRepeat && re.Min == 0 {
			return nil, nil
		}
		exact, must = literalsOf(re.Sub[0])
		if exact != nil {
			must = append(must, exact)
		}
		return nil, must
	case syntax.OpConcat:
		return literalsOfConcat(re.Sub)
	case syntax.OpAlternate:
		return literalsOfAlternate(re.Sub)
	}
	return nil, nil
}

func literalsOfConcat(subs []*syntax.Regexp) (exact []string, must [][]string) {
	run, whole := []string{""}, true // the texts of the last neighbours that are known
	for _, sub := range subs {
		texts, more := literalsOf(sub)
		must = append(must, more...)
		joined := cross(run, texts)
		if joined == nil {
			whole = false
			must = append(must, run)
			if joined = texts; joined == nil {
				joined = []string{""}
			}
		}
		run = joined
	}
	if whole {
		return run, must
	}
	return nil, append(must, run)
}

func literalsOfAlternate(subs []*syntax.Regexp) (exact []string, must [][]string) {
	known := true
	var either []string
	for _, sub := range subs {
		texts, sets := literalsOf(sub)
		known = known && texts != nil && len(exact)+len(texts) <= maxLiterals
		if known {
			exact = append(exact, texts...)
		}
		if texts != nil {
			sets = append(sets, texts)
		}
		if best := strongest(sets); len(best) > 0 && (either != nil || sub == subs[0]) {
			either = append(either, best[0]...)
		} else {
			either = nil
		}
	}
	if known {
		return exact, nil
	}
	if either == nil {
		return nil, nil
	}
	return nil, [][]string{either}
}

// strongest returns the few sets that refuse most: those whose shortest text is longest.
func strongest(sets [][]string) [][]string {
	var out [][]string
	for _, s := range sets {
		if len(s) <= maxLiterals && !slices.Contains(s, "") {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b []string) int {
		return cmp.Or(cmp.Compare(shortest(b), shortest(a)), cmp.Compare(len(a), len(b)))
	})
	return out[:min(len(out), maxNeeds)]
}

// allHave says that each of the texts holds one of the words.
func allHave(texts, words []string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	})
}

// hasDigit says that every match of re has an ASCII digit.
func hasDigit(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return slices.ContainsFunc(re.Rune, func(c rune) bool { return c >= '0' && c <= '9' })
	case syntax.OpCharClass:
		return len(re.Rune) > 0 && re.Rune[0] >= '0' && re.Rune[len(re.Rune)-1] <= '9'
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !hasDigit(sub) })
	case syntax.OpConcat, syntax.OpCapture, syntax.OpPlus:
		return slices.ContainsFunc(re.Sub, hasDigit)
	case syntax.OpRepeat:
		return re.Min > 0 && hasDigit(re.Sub[0])
	}
	return false
}

// cross returns every text of a followed by every one of b; nil where one of them is not known or there are too many.
func cross(a, b []string) []string {
	if a == nil || b == nil || len(a)*len(b) > maxLiterals {
		return nil
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

// runeForms returns the forms of a character; [folded] takes care of the few that lead from ASCII to elsewhere.
func runeForms(c rune, anyCase bool) []string {
	if c < utf8.RuneSelf {
		return []string{lower(string(c))}
	}
	out := []string{string(c)}
	if anyCase {
		for o := unicode.SimpleFold(c); o != c; o = unicode.SimpleFold(o) {
			out = append(out, lower(string(o)))
		}
	}
	return out
}

func classForms(ranges []rune) []string {
	var out []string
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] > 2*maxClass {
			return nil
		}
		for c := ranges[i]; c <= ranges[i+1]; c++ {
			if s := lower(string(c)); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	if len(out) == 0 || len(out) > maxClass {
		return nil
	}
	return out
}

// headsOf returns texts with one of which every match begins; nil where they are not known or are too short to be worth it.
func headsOf(tree *syntax.Regexp) []string {
	words, _ := prefixesOf(tree)
	if words == nil || shortest(words) < minHeadBytes {
		return nil
	}
	return words
}

// prefixesOf returns texts with one of which every match of re begins, nil for unknown, and whether they are all of it.
func prefixesOf(re *syntax.Regexp) (words []string, whole bool) {
	switch re.Op {
	case syntax.OpCapture:
		return prefixesOf(re.Sub[0])
	case syntax.OpConcat:
		words, whole = []string{""}, true
		for _, sub := range re.Sub {
			next, all := prefixesOf(sub)
			longer := cross(words, next)
			if longer == nil {
				return words, false
			}
			words = longer
			if !all {
				return words, false
			}
		}
		return words, whole
	case syntax.OpAlternate:
		whole = true
		for _, sub := range re.Sub {
			next, all := prefixesOf(sub)
			if next == nil || len(words)+len(next) > maxLiterals {
				return nil, false
			}
			words, whole = append(words, next...), whole && all
		}
		return words, whole
	case syntax.OpPlus, syntax.OpRepeat:
		if re.Op == syntax.OpRepeat && re.Min == 0 {
			return nil, false
		}
		words, _ = prefixesOf(re.Sub[0])
		return words, false
	}
	words, _ = literalsOf(re)
	return words, words != nil
}
