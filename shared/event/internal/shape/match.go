package shape

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// Matches reports whether the body is JSON that keeps the schema. No means: perhaps; see the package's comment. A nil Shape is sure of
// nothing.
func (s *Shape) Matches(body []byte) bool { return json.Valid(body) && s.MatchesJSON(body) }

// MatchesJSON is [Shape.Matches] for what is known to be JSON: what encoding/json has made, or read without an error.
func (s *Shape) MatchesJSON(body []byte) bool {
	m := matcher{text: body}
	return s != nil && m.value(s)
}

// matcher walks through text that is known to be JSON, so it never has to look for mistakes in it.
type matcher struct {
	text []byte
	at   int
}

// peek returns the next byte that is not white space.
func (m *matcher) peek() byte {
	for {
		switch c := m.text[m.at]; c {
		case ' ', '\t', '\n', '\r':
			m.at++
		default:
			return c
		}
	}
}

// more passes the separator or the end of a list and reports whether a value follows.
func (m *matcher) more() bool {
	c := m.peek()
	m.at++
	return c == ','
}

func (m *matcher) value(s *Shape) bool {
	switch c := m.peek(); c {
	case '{':
		return s.is('o') && m.object(s)
	case '[':
		return s.is('a') && m.array(s)
	case '"':
		return s.is('s') && m.characters(s)
	case 't', 'f':
		m.literal()
		return s.is('b')
	case 'n':
		m.literal()
		return s.kind == 0
	default:
		return (s.is('n') || s.kind == 'i') && m.number(s)
	}
}

func (s *Shape) is(kind byte) bool { return s.kind == 0 || s.kind == kind }

func (m *matcher) object(s *Shape) bool {
	m.at++
	var seen uint64
	if m.peek() == '}' {
		m.at++
		return s.required == 0
	}
	for more := true; more; more = m.more() {
		m.peek()
		key, plain := m.quoted()
		if !plain {
			return false // it may be a property's name in other letters
		}
		m.peek()
		m.at++ // the colon
		p, known := s.properties[string(key)]
		if !known {
			m.skip()
			continue
		}
		seen |= p.bit
		if !m.value(p.shape) {
			return false
		}
	}
	return seen&s.required == s.required
}

func (m *matcher) array(s *Shape) bool {
	m.at++
	if m.peek() == ']' {
		m.at++
		return s.least <= 0
	}
	n := 0
	for more := true; more; more = m.more() {
		n++
		if s.items == nil {
			m.skip()
		} else if !m.value(s.items) {
			return false
		}
	}
	return n >= s.least && (s.most < 0 || n <= s.most)
}

func (m *matcher) characters(s *Shape) bool {
	raw, plain := m.quoted()
	switch {
	case plain:
	case s.pattern != nil || s.enum != nil || s.least > 1:
		return false // what it says has to be spelled out first
	default:
		return len(raw) >= s.least
	}
	if s.least > 0 && len(raw) < s.least {
		return false
	}
	if s.enum != nil && !s.enum[string(raw)] {
		return false
	}
	return s.pattern == nil || s.pattern.match(raw)
}

// quoted passes a string and returns what is between its quotes; plain says that this is also what it means, a byte for each
// character.
func (m *matcher) quoted() (raw []byte, plain bool) {
	m.at++
	start := m.at
	plain = true
	for {
		switch c := m.text[m.at]; c {
		case '"':
			raw = m.text[start:m.at]
			m.at++
			return raw, plain
		case '\\':
			plain = false
			m.at += 2
		default:
			if c >= utf8.RuneSelf {
				plain = false
			}
			m.at++
		}
	}
}

// exactDigits is how long a number may be for a float64 to tell it from every other of that length.
const exactDigits = 15

func (m *matcher) number(s *Shape) bool {
	start := m.at
	whole, exponent := true, false
	for ; m.at < len(m.text); m.at++ {
		c := m.text[m.at]
		if c == '-' || c == '+' || c >= '0' && c <= '9' {
			continue
		}
		if c != '.' && c != 'e' && c != 'E' {
			break
		}
		whole = false
		exponent = exponent || c != '.'
	}
	if s.kind == 'i' && !whole {
		return false // 1.0 is a whole number too, if anybody should write it
	}
	if s.minimum == nil && s.maximum == nil {
		return true
	}
	v, err := strconv.ParseFloat(string(m.text[start:m.at]), 64)
	if err != nil {
		return false
	}
	// Rounding never carries a number over a bound, but may put it on one.
	exact := m.at-start <= exactDigits && !exponent
	above := s.minimum == nil || v > *s.minimum || v == *s.minimum && exact
	below := s.maximum == nil || v < *s.maximum || v == *s.maximum && exact
	return above && below
}

func (m *matcher) literal() {
	for m.at < len(m.text) && m.text[m.at] >= 'a' && m.text[m.at] <= 'z' {
		m.at++
	}
}

// skip passes a value of any kind.
func (m *matcher) skip() {
	depth := 0
	for {
		switch c := m.peek(); c {
		case '"':
			m.quoted()
		case '{', '[':
			depth++
			m.at++
		case '}', ']':
			depth--
			m.at++
		case ',', ':':
			m.at++
			continue // a value follows
		default:
			end := bytes.IndexAny(m.text[m.at:], " \t\r\n,:]}")
			if end < 0 {
				end = len(m.text) - m.at
			}
			m.at += end
		}
		if depth == 0 {
			return
		}
	}
}
