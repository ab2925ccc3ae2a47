package backtrack

import (
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// Bounds on a search, which is given up beyond them.
const (
	maxDepth     = 5_000
	minSteps     = 100_000 // whatever the text
	stepsPerByte = 500
)

// freeSteps is how many steps from one place are made before failures are remembered, which costs as much as some steps.
const freeSteps = 400

// longRun is from how many bytes on the ends of a run are remembered from the first step on: to try them all is the dearest there is,
// and a search from the next word comes to the same run.
const longRun = 16

// machine is one search for a match.
type machine struct {
	program *program
	text    string
	caps    [maxCaps]int
	steps   int // since the search began
	free    int // the step from which on failures are remembered
	most    int // the step at which the search is given up
	depth   int
	failed  failures
	gaveUp  bool
}

func (p *program) machine(text string) machine {
	m := machine{program: p, text: text, most: minSteps + stepsPerByte*len(text)}
	m.clear()
	return m
}

// clear forgets the match that was found.
func (m *machine) clear() {
	for i := range m.program.caps {
		m.caps[i] = -1
	}
}

// search returns where the leftmost match in text[from:] begins, -1 for none that begins at or before last.
func (m *machine) search(from, last int) (at int, ok bool) {
	if m.program.begins && from > 0 {
		return -1, true
	}
	inner := from > 0 && wordByte(m.text[from-1])
	for at := from; at <= last && at < len(m.text); {
		c := m.text[at]
		if inner && m.program.inner.has(c) || !inner && m.program.outer.has(c) {
			if found, ok := m.at(at); found || !ok {
				return at, ok
			}
		}
		if m.program.begins {
			break
		}
		inner = wordByte(c)
		if at++; c >= utf8.RuneSelf {
			_, n := utf8.DecodeRuneInString(m.text[at-1:])
			at += n - 1
		}
	}
	return -1, true
}

// at says whether a match begins at text[at].
func (m *machine) at(at int) (found, ok bool) {
	m.caps[0] = at
	m.free = m.steps + freeSteps
	found = m.try(m.program.start, at)
	return found && !m.gaveUp, !m.gaveUp
}

// match returns the places of what was found.
func (m *machine) match() []int { return append([]int(nil), m.caps[:m.program.caps]...) }

// try says whether the text matches from n on. When the search is given up it says so at once.
func (m *machine) try(n *node, at int) bool {
	if m.depth++; m.depth > maxDepth || m.steps > m.most {
		m.gaveUp = true
	}
	found := m.gaveUp || m.walk(n, at)
	m.depth--
	return found
}

func (m *machine) walk(n *node, at int) bool {
	for {
		m.steps++
		switch n.op {
		case opMatch:
			m.caps[1] = at
			return true
		case opText:
			if !strings.HasPrefix(m.text[at:], n.text) {
				return false
			}
			at += len(n.text)
		case opChars:
			for _, c := range n.classes {
				size := c.size(m.text, at)
				if size == 0 {
					return false
				}
				at += size
			}
		case opAssert:
			if !m.stands(n.assert, at) {
				return false
			}
		case opSave:
			if n.always {
				m.caps[n.cap] = at
				break
			}
			old := m.caps[n.cap]
			m.caps[n.cap] = at
			if m.try(n.next, at) {
				return true
			}
			m.caps[n.cap] = old
			return false
		case opAlt:
			last, found := m.either(n, at)
			if last == nil {
				return found
			}
			n = last
			continue
		case opLazy:
			return m.lengthen(n, at)
		case opRun:
			low, high := m.stretch(n, at)
			if low < 0 {
				return false
			}
			if low < high && !n.greatest {
				return m.shorten(n, at, low, high)
			}
			at = high
		}
		if n = n.next; !n.starts(m.text, at) {
			return false
		}
	}
}

// either goes on with the first way of an alternative that leads to a match, but leaves the last one that may to the caller.
func (m *machine) either(n *node, at int) (last *node, found bool) {
	if m.knows(n, at) {
		return nil, false
	}
	if n.by != nil && at < len(m.text) {
		for _, w := range n.by.ways[n.by.of[m.text[at]]] {
			if last != nil && m.try(last, at) {
				return nil, true
			}
			last = w
		}
		return last, false
	}
	for _, w := range n.ways {
		if !w.starts(m.text, at) {
			continue
		}
		if last != nil && m.try(last, at) {
			return nil, true
		}
		last = w
	}
	return last, false
}

// stretch returns the ends of the shortest and of the longest run of a class at text[at]; -1 for none that is long enough.
func (m *machine) stretch(n *node, at int) (low, high int) {
	c, text, from, count := n.classes[0], m.text, at, 0
	low = -1
	for {
		start, before := at, count
		for stop := min(len(text)-at, n.max-count) + at; at < stop && text[at] < utf8.RuneSelf && c.holds(text[at]); {
			at++
		}
		if count += at - start; low < 0 && count >= n.min {
			low = start + n.min - before
		}
		if count == n.max {
			break
		}
		size := c.size(text, at)
		if size == 0 {
			break
		}
		at += size
		count++
	}
	m.steps += (at - from) / 8 // which is about what it takes
	return low, at
}

// shorten goes on behind the longest run of a class that leads to a match.
func (m *machine) shorten(n *node, at, low, high int) bool {
	if high-low >= longRun {
		m.free = min(m.free, m.steps-1)
	}
	if m.knows(n, at) {
		return false
	}
	next := n.next
	for {
		if next.starts(m.text, high) && m.try(next, high) {
			return true
		}
		if high <= low {
			return false
		}
		m.steps++
		if high--; m.text[high] >= utf8.RuneSelf {
			_, size := utf8.DecodeLastRuneInString(m.text[low : high+1])
			high -= size - 1
		}
	}
}

// lengthen goes on behind the shortest run of a class that leads to a match.
func (m *machine) lengthen(n *node, at int) bool {
	if m.knows(n, at) {
		return false
	}
	c, next := n.classes[0], n.next
	for count := 0; ; count++ {
		if count >= n.min && next.starts(m.text, at) && m.try(next, at) {
			return true
		}
		if count == n.max {
			return false
		}
		size := c.size(m.text, at)
		if size == 0 {
			return false
		}
		m.steps++
		at += size
	}
}

// knows says that the text does not match from n on, because it was tried before; if it was not, it will have been.
func (m *machine) knows(n *node, at int) bool {
	return m.steps > m.free && !m.failed.add(uint64(n.state)*uint64(len(m.text)+1)+uint64(at))
}

// stands says whether a place is what an expression asks for.
func (m *machine) stands(what syntax.EmptyOp, at int) bool {
	switch what {
	case syntax.EmptyBeginText:
		return at == 0
	case syntax.EmptyEndText:
		return at == len(m.text)
	case syntax.EmptyBeginLine:
		return at == 0 || m.text[at-1] == '\n'
	case syntax.EmptyEndLine:
		return at == len(m.text) || m.text[at] == '\n'
	}
	before := at > 0 && wordByte(m.text[at-1])
	after := at < len(m.text) && wordByte(m.text[at])
	return (before != after) == (what == syntax.EmptyWordBoundary)
}

// wordByte says what \b takes for part of a word.
func wordByte(c byte) bool { return words.has(c) }

// words are the bytes of words.
var words = first{bytes: [4]uint64{0x03ff << '0', 0x07fffffe87fffffe}} //nolint:gochecknoglobals // constant
