package extract

import (
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

// tail is the end of an expression that takes as many characters of one class as there are, up to a number: what regexp
// makes of that is a program for each of them.
type tail struct {
	class    []rune // first and last characters of ranges
	min, max int
	whole    *regexp.Regexp // the expression with its tail, at the start of a text
}

// minTail is how many characters a tail must take at most to be worth it.
const minTail = 64

// tailOf splits an expression before its tail; nil where it has none.
func tailOf(tree *syntax.Regexp) (head string, t *tail) {
	if tree.Op != syntax.OpConcat {
		return "", nil
	}
	n := len(tree.Sub) - 1
	last := tree.Sub[n]
	if last.Op != syntax.OpRepeat || last.Flags&syntax.NonGreedy != 0 || last.Sub[0].Op != syntax.OpCharClass || last.Max < minTail {
		return "", nil
	}
	rest := *tree
	rest.Sub = tree.Sub[:n]
	return rest.String(), &tail{class: last.Sub[0].Rune, min: last.Min, max: last.Max}
}

// extend makes a match of the whole expression of one of its head; nil stays nil, and a nil tail changes nothing.
func (t *tail) extend(m []int, text string) []int {
	if t == nil || m == nil {
		return m
	}
	n := 0
	for ; n < t.max && m[1] < len(text); n++ {
		c, size := utf8.DecodeRuneInString(text[m[1]:])
		if !t.holds(c) {
			break
		}
		m[1] += size
	}
	if n < t.min {
		return t.whole.FindStringSubmatchIndex(text) // perhaps with a shorter head
	}
	return m
}

func (t *tail) holds(c rune) bool {
	for i := 0; i < len(t.class); i += 2 {
		if c >= t.class[i] && c <= t.class[i+1] {
			return true
		}
	}
	return false
}
