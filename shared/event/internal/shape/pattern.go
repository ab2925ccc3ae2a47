package shape

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// pattern is a compiled pattern. That of a digest, which nearly every event carries several times, is looked at without an
// expression: a fixed beginning and a number of hexadecimal digits.
type pattern struct {
	expression *regexp.Regexp // nil for a digest
	head       []byte
	digits     int
}

func compilePattern(source string) (*pattern, error) {
	var digits int
	head, rest, _ := strings.Cut(strings.TrimPrefix(source, "^"), "[")
	if _, err := fmt.Sscanf(rest, "0-9a-f]{%d}$", &digits); err == nil &&
		regexp.QuoteMeta(head) == head && source == fmt.Sprintf("^%s[0-9a-f]{%d}$", head, digits) {
		return &pattern{head: []byte(head), digits: digits}, nil
	}
	expression, err := regexp.Compile(source)
	return &pattern{expression: expression}, err
}

func (p *pattern) match(text []byte) bool {
	if p.expression != nil {
		return p.expression.Match(text)
	}
	digits, found := bytes.CutPrefix(text, p.head)
	if !found || len(digits) != p.digits {
		return false
	}
	for _, c := range digits {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
