package extract

import (
	"regexp"
	"testing"
)

// What the edges refuse must be what the expression itself does not match.
func TestEdgesRefuseOnlyWhatCannotMatch(t *testing.T) {
	texts := []string{
		"", " ", "12.03.2024", " 12.03.2024 ", "Lease AGREEMENT", "lease agreement.", "Miete", "ſeptember", "Åre", "été", "x1", "7", "\n7",
	}
	for _, pattern := range []string{
		`^\s*(\d{2}\.\d{2}\.\d{4})\s*$`, `^(?:[A-Z]\w*\s){0,3}(?:AGREEMENT|Contract)$`, `(?i)^s.*r$`, `^[^a-z]+$`, `^(?:é|\p{Lu}).*[0-9é]$`,
		`\d`, `^$`, `x?`, `^(?:a|)$`, `(?i)K$`, `^Å`, `^.$`, `(?m)^7$`, `\b7\b`, `^(?:Miete|7|x\d)$`,
	} {
		e, err := newExpression(pattern)
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile(pattern)
		for _, text := range texts {
			if e.refuses(text) && re.MatchString(text) {
				t.Errorf("%s: %q is refused, but matches", pattern, text)
			}
		}
	}
	e, err := newExpression(`^\s*(\d{2}\.\d{2}\.\d{4})\s*$`)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "as of 12.03.2024", "12.03.2024, Berlin"} {
		if !e.refuses(text) {
			t.Errorf("%q is not refused by its edges", text)
		}
	}
}
