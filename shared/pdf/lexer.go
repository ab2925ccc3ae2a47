package pdf

import "math"

// kind is the type of an operand in a content stream or a character map.
type kind uint8

const (
	kindNull kind = iota
	kindNumber
	kindString
	kindName
	kindArray
	kindDict
	kindKeyword
	kindEnd // of the stream
)

// operand is one operand or operator. Which of the fields counts is said by kind.
type operand struct {
	kind  kind
	num   float64
	str   []byte    // of a string, name or keyword; may alias the stream
	items []operand // of an array, or a dictionary's keys and values in turn
}

// maxNesting bounds arrays and dictionaries inside a content stream.
const maxNesting = 32

// lexer splits a decoded content stream into operands and operators. It never fails: what it cannot read it skips, because
// a page with one broken operator is still worth reading.
type lexer struct {
	src   []byte
	pos   int
	open  []operand // items of the arrays and dictionaries that are being read, the inner ones last
	items []operand // space for those that were read
}

// again says that nothing that was read so far is needed any more: its space is used again.
func (l *lexer) again() { l.items = l.items[:0] }

// operands appends what comes before the next operator to args, up to a limit, and returns that operator, or the end.
func (l *lexer) operands(args []operand, limit int) ([]operand, operand) {
	for {
		used := len(l.items)
		o := l.next()
		switch {
		case o.kind == kindEnd || o.kind == kindKeyword:
			return args, o
		case len(args) < limit:
			args = append(args, o)
		default:
			l.items = l.items[:min(used, len(l.items))] // nobody will ask for it
		}
	}
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelim(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

// next returns the next operand or operator.
func (l *lexer) next() operand { return l.read(0) }

func (l *lexer) read(depth int) operand {
	for {
		l.skipSpace()
		if l.pos >= len(l.src) {
			return operand{kind: kindEnd}
		}
		c := l.src[l.pos]
		switch {
		case c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+':
			return l.number()
		case c == '(':
			l.pos++
			return operand{kind: kindString, str: l.literal()}
		case c == '/':
			l.pos++
			return operand{kind: kindName, str: l.name()}
		case c == '<':
			if l.pos+1 < len(l.src) && l.src[l.pos+1] == '<' {
				l.pos += 2
				return operand{kind: kindDict, items: l.until(">>", depth)}
			}
			l.pos++
			return operand{kind: kindString, str: l.hex()}
		case c == '[':
			l.pos++
			return operand{kind: kindArray, items: l.until("]", depth)}
		case c == ']' || c == '}' || c == '{' || c == ')':
			l.pos++
			return operand{kind: kindKeyword, str: l.src[l.pos-1 : l.pos]}
		case c == '>':
			n := 1
			if l.pos+1 < len(l.src) && l.src[l.pos+1] == '>' {
				n = 2
			}
			l.pos += n
			return operand{kind: kindKeyword, str: l.src[l.pos-n : l.pos]}
		default:
			return l.keyword()
		}
	}
}

func (l *lexer) skipSpace() {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		if c == '%' {
			for l.pos < len(l.src) && l.src[l.pos] != '\n' && l.src[l.pos] != '\r' {
				l.pos++
			}
			continue
		}
		if !isSpace(c) {
			return
		}
		l.pos++
	}
}

// until reads the items of an array or dictionary up to its closing mark.
func (l *lexer) until(mark string, depth int) []operand {
	first := len(l.open)
	for {
		o := l.read(depth + 1)
		if o.kind == kindEnd || o.kind == kindKeyword && string(o.str) == mark {
			return l.close(first)
		}
		if o.kind == kindKeyword {
			continue // an operator in an array is an error that is skipped
		}
		if depth < maxNesting {
			l.open = append(l.open, o)
		}
	}
}

// close moves the open items from the given one on to where they stay.
func (l *lexer) close(first int) []operand {
	n := len(l.open) - first
	if n == 0 {
		return nil
	}
	if cap(l.items)-len(l.items) < n {
		l.items = make([]operand, 0, max(2*cap(l.items), 2*n, 64)) // what the old space holds stays there
	}
	start := len(l.items)
	l.items = append(l.items, l.open[first:]...)
	l.open = l.open[:first]
	return l.items[start:len(l.items):len(l.items)]
}

func (l *lexer) number() operand {
	start := l.pos
	neg, frac := false, 0.0
	n, digits := 0.0, false
	for ; l.pos < len(l.src); l.pos++ {
		switch c := l.src[l.pos]; {
		case c >= '0' && c <= '9':
			digits = true
			if frac > 0 {
				n += float64(c-'0') * frac
				frac /= 10
			} else {
				n = n*10 + float64(c-'0')
			}
			continue
		case c == '.' && frac == 0:
			frac = 0.1
			continue
		case c == '-':
			if !digits {
				neg = true
			}
			continue // "12-34" is read as 1234 by nobody alike; the sign in the middle is dropped
		case c == '+':
			continue
		case !isSpace(c) && !isDelim(c) && !digits && frac == 0:
			l.pos = start
			return l.keyword()
		}
		break
	}
	if neg {
		n = -n
	}
	if math.IsInf(n, 0) || math.IsNaN(n) {
		n = 0
	}
	return operand{kind: kindNumber, num: n}
}

func (l *lexer) keyword() operand {
	start := l.pos
	for l.pos < len(l.src) && !isSpace(l.src[l.pos]) && !isDelim(l.src[l.pos]) {
		l.pos++
	}
	if l.pos == start {
		l.pos++
	}
	word := l.src[start:l.pos]
	switch string(word) {
	case "null":
		return operand{}
	case "true":
		return operand{kind: kindNumber, num: 1}
	case "false":
		return operand{kind: kindNumber}
	}
	return operand{kind: kindKeyword, str: word}
}

func (l *lexer) name() []byte {
	start := l.pos
	escaped := false
	for l.pos < len(l.src) && !isSpace(l.src[l.pos]) && !isDelim(l.src[l.pos]) {
		escaped = escaped || l.src[l.pos] == '#'
		l.pos++
	}
	raw := l.src[start:l.pos]
	if !escaped {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) && unhex(raw[i+1]) >= 0 && unhex(raw[i+2]) >= 0 {
			out = append(out, byte(unhex(raw[i+1])<<4|unhex(raw[i+2])))
			i += 2
			continue
		}
		out = append(out, raw[i])
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *lexer) hex() []byte {
	var out []byte
	half, have := 0, false
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		l.pos++
		if c == '>' {
			break
		}
		d := unhex(c)
		if d < 0 {
			continue
		}
		if have {
			out = append(out, byte(half<<4|d))
		}
		half, have = d, !have
	}
	if have {
		out = append(out, byte(half<<4))
	}
	return out
}

// literal reads a string up to its closing parenthesis. A string without escapes aliases the stream.
func (l *lexer) literal() []byte {
	start := l.pos
	depth := 1
	for i := l.pos; i < len(l.src); i++ {
		switch l.src[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.pos = i + 1
				return l.src[start:i]
			}
		case '\\', '\r':
			return l.escaped(start, i, depth)
		}
	}
	l.pos = len(l.src)
	return l.src[start:]
}

// escaped goes on with a literal string at the first backslash or carriage return.
func (l *lexer) escaped(start, at, depth int) []byte {
	out := append([]byte(nil), l.src[start:at]...)
	for l.pos = at; l.pos < len(l.src); {
		c := l.src[l.pos]
		l.pos++
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return out
			}
		case '\r':
			if l.pos < len(l.src) && l.src[l.pos] == '\n' {
				l.pos++
			}
			c = '\n'
		case '\\':
			out = l.escape(out)
			continue
		}
		out = append(out, c)
	}
	return out
}

func (l *lexer) escape(out []byte) []byte {
	if l.pos >= len(l.src) {
		return out
	}
	c := l.src[l.pos]
	l.pos++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\r':
		if l.pos < len(l.src) && l.src[l.pos] == '\n' {
			l.pos++
		}
		return out
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	n := int(c - '0')
	for i := 0; i < 2 && l.pos < len(l.src) && l.src[l.pos] >= '0' && l.src[l.pos] <= '7'; i++ {
		n = n<<3 | int(l.src[l.pos]-'0')
		l.pos++
	}
	return append(out, byte(n))
}
