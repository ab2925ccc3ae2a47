package inspect

import (
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layout"
)

// Explanation says why a document has its class and its fields their values.
type Explanation struct {
	Class     classify.Why `json:"class"`
	Template  string       `json:"template"`
	Lost      []Field      `json:"lost"` // values that were seen and not taken, field by field, best first
	Templates []Match      `json:"templates"`
}

// Match is how well a template fits: the one that read the document first, then the others from best to worst.
type Match struct {
	Template string   `json:"template"`
	Used     bool     `json:"used"`
	Found    int      `json:"found"`
	Wanted   int      `json:"wanted"`
	Lacks    []string `json:"lacks"` // fields, or keywords in quotation marks
}

// Explain reads a document by the template of a class and tells what spoke for its type, which values lost and which
// templates nearly fitted.
func Explain(m *classify.Model, e *extract.Extractor, doc *layout.Document, class string) *Explanation {
	read := e.Explain(doc, class)
	out := &Explanation{Class: m.Explain(doc), Template: read.Template, Lost: []Field{}}
	for _, rule := range read.Rules {
		for _, f := range rule.Lost {
			out.Lost = append(out.Lost, field(f))
		}
	}
	for _, m := range e.Matches(doc, class) {
		out.Templates = append(out.Templates, Match{m.Template, m.Used, m.Found, m.Wanted, append([]string{}, m.Lacks...)})
	}
	return out
}
