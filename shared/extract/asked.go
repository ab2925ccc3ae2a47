package extract

// Asked is a field that a template asks for, for who reads it by other means than the template's rules.
type Asked struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Format   string `json:"format,omitempty"`
	Repeated bool   `json:"repeated,omitempty"` // may have several values
}

// Asks returns the name and version of the template that reads documents of a class, and its fields in its order.
func (e *Extractor) Asks(class string) (template string, fields []Asked) {
	p := e.plan(class)
	for i := range p.rules {
		r := &p.rules[i]
		fields = append(fields, Asked{Name: r.Name, Type: r.Type, Format: r.Format, Repeated: r.Max > 1})
	}
	return p.source, fields
}
