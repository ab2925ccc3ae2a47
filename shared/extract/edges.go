package extract

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// edge is a set of bytes.
type edge [256]bool

// addAbove adds the bytes of all characters outside ASCII, damaged ones among them.
func (e *edge) addAbove() {
	for c := utf8.RuneSelf; c < len(e); c++ {
		e[c] = true
	}
}

func (e *edge) addRune(c rune) {
	if c < utf8.RuneSelf {
		e[c] = true
		return
	}
	e.addAbove()
}

// edgeOf adds to e the bytes with which a match of re may begin, or may end where last is set. It returns whether a match
// may be empty.
func edgeOf(re *syntax.Regexp, last bool, e *edge) (empty bool) {
	switch re.Op {
	case syntax.OpLiteral:
		c := re.Rune[0]
		if last {
			c = re.Rune[len(re.Rune)-1]
		}
		e.addRune(c)
		if re.Flags&syntax.FoldCase != 0 {
			for o := unicode.SimpleFold(c); o != c; o = unicode.SimpleFold(o) {
				e.addRune(o)
			}
		}
		return false
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for c := re.Rune[i]; c <= re.Rune[i+1] && c < utf8.RuneSelf; c++ {
				e[c] = true
			}
			if re.Rune[i+1] >= utf8.RuneSelf {
				e.addAbove()
			}
		}
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return edgeOf(re.Sub[0], last, e)
	case syntax.OpStar, syntax.OpQuest:
		edgeOf(re.Sub[0], last, e)
		return true
	case syntax.OpRepeat:
		return edgeOf(re.Sub[0], last, e) || re.Min == 0
	case syntax.OpConcat:
		for i := range re.Sub {
			sub := re.Sub[i]
			if last {
				sub = re.Sub[len(re.Sub)-1-i]
			}
			if !edgeOf(sub, last, e) {
				return false
			}
		}
		return true
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			empty = edgeOf(sub, last, e) || empty
		}
		return empty
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	case syntax.OpNoMatch:
		return false
	}
	for c := range e { // any character
		e[c] = true
	}
	return false
}

// anchoredAt says that every match of re stands at the beginning of the text, or at its end where last is set.
func anchoredAt(re *syntax.Regexp, last bool) bool {
	switch re.Op {
	case syntax.OpBeginText:
		return !last
	case syntax.OpEndText:
		return last
	case syntax.OpCapture:
		return anchoredAt(re.Sub[0], last)
	case syntax.OpConcat:
		if last {
			return anchoredAt(re.Sub[len(re.Sub)-1], last)
		}
		return anchoredAt(re.Sub[0], last)
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !anchoredAt(sub, last) {
				return false
			}
		}
		return true
	}
	return false
}
