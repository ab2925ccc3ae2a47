package backtrack

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// op says what a node does with the text before it hands over to the next one.
type op uint8

const (
	opMatch  op = iota // the match ends here
	opText             // takes a text
	opChars            // takes one character of each of its classes
	opRun              // takes as many characters of its class as there are, or fewer
	opLazy             // takes as few characters of its class as will do
	opAlt              // goes on with the first of its ways that leads to a match
	opSave             // notes the place
	opAssert           // asks what stands here
)

// node is a step of a program. What is asked for first stands first, in one line of the processor's cache.
type node struct {
	op       op
	cap      uint8 // of opSave: the place
	always   bool  // of opSave: every match notes it, so that what is noted on a way that fails does no harm
	greatest bool  // of opRun: nothing that may follow begins as the class does, so that only the longest run counts
	assert   syntax.EmptyOp
	first    first // how what is matched from here on may begin
	next     *node
	state    int // the number by which failures are remembered
	min, max int // of opRun and opLazy: characters
	text     string
	classes  []*class
	ways     []*node // of opAlt
	by       *byByte // of opAlt with many ways; nil for few
}

// byByte are the ways that may begin with a byte.
type byByte struct {
	of   [256]uint8
	ways [][]*node
}

// starts says whether something that is matched from n on may begin at text[at].
func (n *node) starts(text string, at int) bool {
	if at < len(text) {
		return n.first.has(text[at])
	}
	return n.first.end
}

// first is the set of bytes with which something may begin; end says that it may be empty at the end of the text.
type first struct {
	bytes [4]uint64
	end   bool
}

func (f *first) has(c byte) bool { return f.bytes[c>>6]&(1<<(c&63)) != 0 }

func (f *first) add(c byte) { f.bytes[c>>6] |= 1 << (c & 63) }

// join adds what is in o.
func (f *first) join(o *first) {
	for i := range f.bytes {
		f.bytes[i] |= o.bytes[i]
	}
	f.end = f.end || o.end
}

// meets says that a byte is in both.
func (f *first) meets(o *first) bool {
	for i := range f.bytes {
		if f.bytes[i]&o.bytes[i] != 0 {
			return true
		}
	}
	return false
}

// class is a set of characters.
type class struct {
	low    [classLow / 64]uint64
	ranges []rune // first and last of the others
}

// classLow is how many characters a class knows by one bit each: those of one or two bytes.
const classLow = 0x800

// newClass returns the class of the ranges' characters, which are given by first and last.
func newClass(ranges []rune) *class {
	c := &class{}
	for i := 0; i < len(ranges); i += 2 {
		from, to := ranges[i], ranges[i+1]
		for ; from <= to && from < classLow; from++ {
			c.low[from>>6] |= 1 << (from & 63)
		}
		if from <= to {
			c.ranges = append(c.ranges, from, to)
		}
	}
	return c
}

// holds says whether a byte below utf8.RuneSelf is in the class.
func (c *class) holds(b byte) bool { return c.low[b>>6&1]&(1<<(b&63)) != 0 }

// size returns how many bytes the character at text[at] has, 0 where it is not in the class or the text ends.
func (c *class) size(text string, at int) int {
	if at >= len(text) {
		return 0
	}
	if b := text[at]; b < utf8.RuneSelf {
		if c.holds(b) {
			return 1
		}
		return 0
	}
	r, n := utf8.DecodeRuneInString(text[at:])
	if r < classLow {
		if c.low[r>>6]&(1<<(r&63)) != 0 {
			return n
		}
		return 0
	}
	lo, hi := 0, len(c.ranges)/2
	for lo < hi {
		if mid := (lo + hi) / 2; r > c.ranges[2*mid+1] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(c.ranges)/2 && r >= c.ranges[2*lo] {
		return n
	}
	return 0
}

// addTo adds the bytes with which the class's characters begin, those that are not UTF-8 among them.
func (c *class) addTo(f *first) {
	for b := range byte(utf8.RuneSelf) {
		if c.holds(b) {
			f.add(b)
		}
	}
	for r := rune(utf8.RuneSelf); r < classLow; r++ {
		if c.low[r>>6]&(1<<(r&63)) != 0 {
			f.add(0xC0 | byte(r>>6))
		}
	}
	for i := 0; i < len(c.ranges); i += 2 {
		var lead [utf8.UTFMax]byte
		utf8.EncodeRune(lead[:], c.ranges[i])
		from := lead[0]
		utf8.EncodeRune(lead[:], c.ranges[i+1])
		for b := int(from); b <= int(lead[0]); b++ {
			f.add(byte(b))
		}
		if c.ranges[i] <= utf8.RuneError && utf8.RuneError <= c.ranges[i+1] {
			for b := utf8.RuneSelf; b < 256; b++ {
				f.add(byte(b)) // a damaged character counts as this one
			}
		}
	}
}

// orbit returns the ranges of the characters that are c but for their case.
func orbit(c rune) []rune {
	out := []rune{c, c}
	for o := unicode.SimpleFold(c); o != c; o = unicode.SimpleFold(o) {
		out = append(out, o, o)
	}
	slices.Sort(out)
	return out
}

// firstOf returns how what is matched from n on may begin.
func firstOf(n *node) (f first) {
	switch n.op {
	case opMatch:
		return first{[4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}, true}
	case opText:
		f.add(n.text[0])
	case opChars:
		n.classes[0].addTo(&f)
	case opRun, opLazy:
		n.classes[0].addTo(&f)
		if n.min == 0 {
			f.join(&n.next.first)
		}
	case opAlt:
		for _, w := range n.ways {
			f.join(&w.first)
		}
	case opSave:
		return n.next.first
	case opAssert:
		switch n.assert {
		case syntax.EmptyEndText:
			f.end = n.next.first.end
		case syntax.EmptyEndLine:
			if f.end = n.next.first.end; n.next.first.has('\n') {
				f.add('\n')
			}
		default:
			return n.next.first
		}
	}
	return f
}

// behind returns with which bytes what is matched from n on may begin behind a byte of a word, or behind none.
func (n *node) behind(word bool) (f first) {
	switch n.op {
	case opAssert:
		f = n.next.behind(word)
		if n.assert == syntax.EmptyWordBoundary || n.assert == syntax.EmptyNoWordBoundary {
			f.only(word == (n.assert == syntax.EmptyNoWordBoundary))
		}
	case opSave:
		f = n.next.behind(word)
	case opAlt:
		for _, w := range n.ways {
			way := w.behind(word)
			f.join(&way)
		}
	default:
		f = n.first
	}
	return f
}

// only keeps the bytes of words, or the others.
func (f *first) only(word bool) {
	for i := range f.bytes {
		if word {
			f.bytes[i] &= words.bytes[i]
		} else {
			f.bytes[i] &^= words.bytes[i]
		}
	}
}
