package remote

import "github.com/millrace/millrace/shared/extract/value"

// Types of fields whose values have one normal form.
const (
	typeDate     = "date"
	typeAmount   = "amount"
	typeCurrency = "currency"
	typeNumber   = "number"
)

// normalise returns a value in the form that fields of its type have; false, and the value as it is, where it is none.
func normalise(kind, text, language string) (string, bool) {
	normal, err := value.Normal(kind, text, value.Locale{Language: language})
	if err != nil {
		return text, false
	}
	return normal, true
}
