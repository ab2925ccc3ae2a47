package postgres

import (
	"strings"
	"unicode/utf8"
)

// Text returns s as Postgres can store it: NUL characters are left out, because no text value can hold one, and each run of
// bytes that is not UTF-8 becomes one U+FFFD. Everything else, line and page breaks too, stays as it is. A string that is
// already fine is returned without a copy.
func Text(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}
