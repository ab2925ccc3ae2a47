package synthetic

// Truth is what a document says: the ground truth that goes beside it as a JSON sidecar. Every field's value is printed in
// the document; nothing else is listed.
type Truth struct {
	Class    string  `json:"class"`
	Language string  `json:"language"` // ISO 639-1
	Layout   string  `json:"layout"`
	Seed     int64   `json:"seed"`
	Index    int64   `json:"index"`
	Fields   []Field `json:"fields"` // in the order in which they were printed; a name may occur more than once
}

// Field is one printed value.
type Field struct {
	Name string `json:"name"`
	// Value is normalised: dates as YYYY-MM-DD, amounts as decimals with a point and two digits, currencies as ISO 4217.
	Value string `json:"value"`
	// Type is one of text, date, amount, currency, number, identifier, party.
	Type string `json:"type"`
	// Page counts from 1.
	Page int `json:"page"`
	// Raw is the value as it is printed; a value printed on several lines has its lines joined by one space.
	Raw string `json:"raw"`
}

// Value returns the first value of the named field and whether there is one.
func (t *Truth) Value(name string) (string, bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// Values returns all values of the named field, in the order in which they were printed.
func (t *Truth) Values(name string) []string {
	var out []string
	for _, f := range t.Fields {
		if f.Name == name {
			out = append(out, f.Value)
		}
	}
	return out
}

// Field types, as in the event contract.
const (
	typeText       = "text"
	typeDate       = "date"
	typeAmount     = "amount"
	typeCurrency   = "currency"
	typeNumber     = "number"
	typeIdentifier = "identifier"
	typeParty      = "party"
)
