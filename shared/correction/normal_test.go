package correction_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/correction"
)

func TestNormalTakesWhatPeopleType(t *testing.T) {
	tests := []struct {
		kind, format, language, text string
		want                         string // part of the error, where it begins with !
	}{
		{"date", "", "", "31.12.2024", "2024-12-31"},
		{"date", "", "", " 2024-12-31 ", "2024-12-31"},
		{"date", "", "en", "December 31st, 2024", "2024-12-31"},
		{"date", "", "de", "31. Dezember 2024", "2024-12-31"},
		{"date", "", "", "03/04/2024", "!write the date as YYYY-MM-DD"},
		{"date", "", "", "2024-13-01", "!not a date"},
		{"date", "", "", "tomorrow", "!not a date"},
		{"amount", "", "de", "1.234,50", "1234.50"},
		{"amount", "", "", "1.234,50 €", "1234.50"},
		{"amount", "", "en", "$1,234.5", "1234.50"},
		{"amount", "", "", "-7", "-7.00"},
		{"amount", "", "", "1234.567", "1234.567"},
		{"amount", "", "de", "1.234", "!two ways"},
		{"amount", "", "", "1,234", "!two ways"},
		{"amount", "", "", "1.2340", "1.2340"},
		{"amount", "", "", "a lot", "!not a number"},
		{"number", "", "de", "3,50", "3.5"},
		{"number", "", "", "42", "42"},
		{"number", "", "", "many", "!not a number"},
		{"currency", "", "", "€", "EUR"},
		{"currency", "", "", "eur", "EUR"},
		{"currency", "", "", "shells", "!not a currency"},
		{"identifier", "iban", "", "de89 3704 0044 0532 0130 00", "DE89370400440532013000"},
		{"identifier", "iban", "", "DE89 3704 0044 0532 0130 01", "!checksum is wrong"},
		{"identifier", "iban", "", "4711", "!not the whole of one iban"},
		{"identifier", "email", "", "anna@example.com", "anna@example.com"},
		{"identifier", "email", "", "write to anna@example.com", "!not the whole"},
		{"identifier", "", "", "RE-2019/507", "RE-2019/507"},
		{"party", "", "", " Müller & Söhne GmbH ", "Müller & Söhne GmbH"},
		{"text", "", "", "  ", "!a value is missing"},
	}
	for _, tt := range tests {
		got, err := correction.Normal(correction.Field{Name: "field", Type: tt.kind, Format: tt.format}, tt.text, tt.language)
		if part, wrong := strings.CutPrefix(tt.want, "!"); wrong {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s %q: %q, error %v, want %q", tt.kind, tt.text, got, err, part)
			}
		} else if err != nil || got != tt.want {
			t.Errorf("%s %q: %q, want %q (%v)", tt.kind, tt.text, got, tt.want, err)
		}
	}
}
