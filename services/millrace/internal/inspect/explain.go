package inspect

import (
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layout"
)

// Explanation says why a document's fields have their values.
type Explanation struct {
	Template  string  `json:"template"`
	Lost      []Field `json:"lost"` // values that were seen and not taken, field by field, best first
	Templates []Match `json:"templates"`
}

// Match is how well a template fits: the one that read the document first, then the others from best to worst.
type Match struct {
	Template string   `json:"template"`
	Used     bool     `json:"used"`
	Found    int      `json:"found"`
	Wanted   int      `json:"wanted"`
	Lacks    []string `json:"lacks"` // fields, or keywords in quotation marks
}

// explain reads a document once more and tells what lost and which templates nearly fitted.
func explain(e *extract.Extractor, doc *layout.Document, class string) *Explanation {
	read := e.Explain(doc, class)
	out := &Explanation{Template: read.Template, Lost: []Field{}}
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
