package correction

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/millrace/millrace/shared/extract/value"
)

// Field says what kind of values a field has.
type Field struct {
	Name   string
	Type   string // as event.CorrectedField
	Format string // as in a template: iban, vat, bic or email are checked; empty for others
}

// groupOrPoint is a number whose one mark may part thousands or decimals.
var groupOrPoint = regexp.MustCompile(`^[+-]?\d{1,3}[.,]\d{3}$`)

// Normal returns what a person typed for a field in the form that the field's values have (see [value.Normal]). Language is that
// of the document, ISO 639-1 or empty. What cannot be such a value, what may be two, and an identifier whose checksum is wrong are
// errors that say what to type.
func Normal(f Field, text, language string) (string, error) {
	text = strings.TrimSpace(text)
	loc := value.Locale{Language: language}
	if text == "" {
		return "", fmt.Errorf("%s: a value is missing", f.Name)
	}
	switch f.Type {
	case "date":
		if found := value.FindDates(text, loc); len(found) == 1 && found[0].Ambiguous {
			return "", fmt.Errorf("%s: %q may be read in two ways: write the date as YYYY-MM-DD", f.Name, text)
		}
		return explained(f, text, "a date such as 2024-12-31 or 31.12.2024", loc)
	case "amount", "number":
		if groupOrPoint.MatchString(text) {
			return "", fmt.Errorf("%s: %q may be read in two ways: write thousands as 1234 and parts of one as 1.2340", f.Name, text)
		}
		if a, err := value.ParseAmount(text, loc); err == nil && f.Type == "number" {
			text = a.Decimal
		}
		return explained(f, text, "a number such as 1234.50 or 1.234,50", loc)
	case "currency":
		return explained(f, text, "a currency such as EUR", loc)
	case "identifier":
		return identifier(f, text)
	}
	return text, nil
}

func explained(f Field, text, want string, loc value.Locale) (string, error) {
	normal, err := value.Normal(f.Type, text, loc)
	if err != nil {
		return "", fmt.Errorf("%s: %q is not %s", f.Name, text, want)
	}
	return normal, nil
}

// identifier checks those identifiers that can be checked.
func identifier(f Field, text string) (string, error) {
	var found []value.Identifier
	switch f.Format {
	case "iban":
		found = value.FindIBANs(strings.ToUpper(text))
	case "bic":
		found = value.FindBICs(strings.ToUpper(text))
	case "vat":
		found = value.FindVATs(strings.ToUpper(text))
	case "email":
		found = value.FindEmails(text)
	default:
		return text, nil
	}
	switch {
	case len(found) != 1 || found[0].Start != 0 || found[0].End != len(text):
		return "", fmt.Errorf("%s: %q is not the whole of one %s", f.Name, text, f.Format)
	case !found[0].Valid:
		return "", fmt.Errorf("%s: %q is no %s: its length or its checksum is wrong", f.Name, text, f.Format)
	}
	return found[0].Text, nil
}
