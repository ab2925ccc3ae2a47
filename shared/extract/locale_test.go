package extract

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract/value"
)

func TestEveryCommonWordCounts(t *testing.T) {
	for _, words := range languages {
		for w := range strings.FieldsSeq(words[2:]) {
			if got := languageOf(strings.Repeat(w+" ", 3)); got == "" {
				t.Errorf("%q, three times, is of no language", w)
			}
		}
	}
}

func TestALanguageIsThatOfTheBeginningWhereThatLeavesNoDoubt(t *testing.T) {
	german, english := strings.Repeat("die und der ", 200), strings.Repeat("the and of ", 1000)
	for text, want := range map[string]string{german + english: "de", english: "en", german[:30] + english: "en"} {
		if got := languageOf(text); got != want {
			t.Errorf("%.40s…: %q, want %q", text, got, want)
		}
	}
}

func TestALocaleFollowsTheText(t *testing.T) {
	for _, tt := range []struct {
		text string
		want value.Locale
	}{
		{"", value.Locale{}},
		{"the invoice is for the amount of 7", value.Locale{Language: "en"}},
		{"Die Rechnung für den Betrag und die Menge", value.Locale{Language: "de"}},
		{"the total of the invoice, Springfield IL 62701", value.Locale{Language: "en", MonthFirst: true}},
		{"IL 62701", value.Locale{MonthFirst: true}},
		{"IL 627011", value.Locale{}},
		{"MAIL 62701", value.Locale{}},
		{"call (215) 567-7950", value.Locale{MonthFirst: true}},
		{"call 215.567.7950", value.Locale{MonthFirst: true}},
		{"call 5567-7950", value.Locale{}},
		{"call (215) 567-795", value.Locale{}},
		{"call (215) 567-7950 for 7 €", value.Locale{}},
		{"$ 7", value.Locale{MonthFirst: true}},
		{"31/12/2024 (215) 567-7950", value.Locale{OrderKnown: true}},
		{"12/31/2024", value.Locale{MonthFirst: true, OrderKnown: true}},
		{"12/31/2024 and 31/12/2024", value.Locale{}},
	} {
		if got := localeOf(tt.text, lower(tt.text)); got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.text, got, tt.want)
		}
	}
}
