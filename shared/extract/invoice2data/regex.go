package invoice2data

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

// Limits on backtracking.
const (
	matchTime   = 500 * time.Millisecond // of one search
	readingTime = 3 * time.Second        // of all searches with one template on one text
	maxFound    = 1_000                  // matches of one expression
)

// expression is a Python expression made ready.
type expression struct {
	re     *regexp2.Regexp
	groups int
}

var (
	namedGroup = regexp.MustCompile(`\(\?P<(\w+)>`)
	namedRef   = regexp.MustCompile(`\(\?P=(\w+)\)`)
	openRepeat = regexp.MustCompile(`\{,(\d+)\}`)
	replaceRef = regexp.MustCompile(`\\g<(\w+)>|\\(\d)`)
)

// compile translates what Python writes otherwise than the engine: (?P<name>…), (?P=name), {,n} and \Z.
func compile(python string) (*expression, error) {
	s := namedGroup.ReplaceAllString(python, `(?<$1>`)
	s = namedRef.ReplaceAllString(s, `\k<$1>`)
	s = openRepeat.ReplaceAllString(s, `{0,$1}`)
	s = endOfText(s)
	re, err := regexp2.Compile(s, regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("is not a regular expression (Python syntax): %w", err)
	}
	re.MatchTimeout = matchTime
	return &expression{re, len(re.GetGroupNumbers()) - 1}, nil
}

// endOfText writes Python's \Z, the very end, as the engine's \z.
func endOfText(s string) string {
	if !strings.Contains(s, `\Z`) {
		return s
	}
	b := []byte(s)
	for i := 0; i+1 < len(b); i++ {
		if b[i] == '\\' {
			if b[i+1] == 'Z' {
				b[i+1] = 'z'
			}
			i++
		}
	}
	return string(b)
}

// replacement translates Python's \g<name> and \1.
func replacement(python string) string {
	s := strings.ReplaceAll(python, "$", "$$")
	return replaceRef.ReplaceAllStringFunc(s, func(ref string) string {
		return "${" + strings.Trim(ref, `\g<>`) + "}"
	})
}

// clock bounds the time of one reading. Its zero value is used up.
type clock struct{ until time.Time }

func newClock() clock { return clock{time.Now().Add(readingTime)} }

func (c clock) left() bool { return time.Now().Before(c.until) }

// search returns the first match, nil for none; a search that takes too long finds nothing.
func (c clock) search(e *expression, text string) *match {
	if !c.left() {
		return nil
	}
	m, err := e.re.FindStringMatch(text)
	if err != nil || m == nil {
		return nil
	}
	return newMatch(m, text)
}

// findAll returns what Python's findall does for an expression of at most one group: the group's text, or the whole match.
func (c clock) findAll(e *expression, text string) []found {
	var out []found
	if !c.left() {
		return nil
	}
	m, err := e.re.FindStringMatch(text)
	at := offsets{text: text}
	for ; err == nil && m != nil && len(out) < maxFound && c.left(); m, err = e.re.FindNextMatch(m) {
		g := &m.Groups()[min(e.groups, 1)]
		out = append(out, found{g.String(), at.byte(g.Index)})
	}
	return out
}

// found is a text and the byte at which it was found.
type found struct {
	text string
	at   int
}

// match is a match with byte offsets.
type match struct {
	from, to int
	names    []string // of the named groups, in their order in the expression
	groups   []found
}

func newMatch(m *regexp2.Match, text string) *match {
	at := offsets{text: text}
	out := &match{from: at.byte(m.Index)}
	out.to = out.from + len(m.String())
	for _, g := range m.Groups() {
		if g.Name != "" && strings.Trim(g.Name, "0123456789") != "" {
			out.names = append(out.names, g.Name)
			place := offsets{text: text}
			out.groups = append(out.groups, found{g.String(), place.byte(g.Index)})
		}
	}
	return out
}

// offsets turns ascending places in runes, which the engine counts in, into bytes.
type offsets struct {
	text        string
	runes, here int
}

func (o *offsets) byte(n int) int {
	if n < o.runes {
		o.runes, o.here = 0, 0
	}
	for o.runes < n && o.here < len(o.text) {
		_, size := utf8.DecodeRuneInString(o.text[o.here:])
		o.here += size
		o.runes++
	}
	return o.here
}
