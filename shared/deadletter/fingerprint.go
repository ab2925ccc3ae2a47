package deadletter

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxPattern is the greatest length of a pattern in bytes; an error that quotes half a document is one group all the same.
const maxPattern = 400

// marks replaces what differs between errors of one kind. The order matters: what is found first is not looked at again.
var compiledMarks = []struct {
	find *regexp.Regexp
	mark string
}{
	{regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|“[^”]*”|«[^»]*»"), `"…"`},
	// An apostrophe inside a word quotes nothing.
	{regexp.MustCompile(`(^|[^\pL\pN])'[^']*'`), `$1"…"`},
	{regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^\s"]*[^\s":,.;)]`), "<url>"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`), "<time>"},
	{regexp.MustCompile(`(^|[\s(=:,])(?:~|\.{1,2})?/[^\s:,;)"]+`), "$1<path>"},
	{regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`), "<id>"},
	{regexp.MustCompile(`(?i)\b(?:sha256:|0x)[0-9a-f]+\b`), "<id>"},
	{regexp.MustCompile(`(?i)\b[0-9a-f]*[0-9][0-9a-f]*[a-f][0-9a-f]*\b`), "<hex>"}, // looked at again below: short ones are words
	{regexp.MustCompile(`\b(?:\d+(?:\.\d+)?(?:ns|µs|us|ms|s|m|h))+\b`), "<n>"},
	{regexp.MustCompile(`\b\d+(?:[.,:]\d+)*(?:KiB|MiB|GiB|kB|MB|GB|B)?\b`), "<n>"},
	{regexp.MustCompile(`(^|[\s(=])-<n>`), "$1<n>"},
	{regexp.MustCompile(`<n>(?:\s*[-–+x×/]\s*<n>)+`), "<n>"},
}

// Pattern returns the text of an error with all that differs from one document to the next replaced by marks: quoted text,
// addresses, paths, times, ids and numbers. It is on one line.
func Pattern(message string) string {
	s := strings.Join(strings.Fields(message), " ")
	if len(s) > 4*maxPattern {
		s = cut(s, 4*maxPattern) // expressions over a whole stack or page are not worth it
	}
	for _, m := range compiledMarks {
		if m.mark == "<hex>" {
			s = m.find.ReplaceAllStringFunc(s, hexadecimal)
			continue
		}
		s = m.find.ReplaceAllString(s, m.mark)
	}
	return cut(s, maxPattern)
}

// hexadecimal replaces a long run of hexadecimal digits; a short one may be a name such as "v1a" or "2d".
func hexadecimal(s string) string {
	if len(s) < 8 {
		return s
	}
	return "<id>"
}

// Fingerprint returns what is the same for deaths of one kind, and their pattern. Class and kind are those of the fault.
func Fingerprint(stage, class, kind, message string) (fingerprint, pattern string) {
	pattern = Pattern(message)
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", stage, class, kind, pattern))
	return hex.EncodeToString(sum[:8]), pattern
}

// cut returns at most limit bytes of s, whole characters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}
