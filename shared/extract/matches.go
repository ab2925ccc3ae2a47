package extract

import (
	"cmp"
	"maps"
	"slices"

	"github.com/millrace/millrace/shared/extract/invoice2data"
	"github.com/millrace/millrace/shared/layout"
)

// Match is how well a template fits a document.
type Match struct {
	// Template is its name and version, or invoice2data/ and the name of its file.
	Template string
	// Used says that it is the one that reads the document.
	Used bool
	// Found of Wanted things are there: fields with a value, or keywords and required fields of a borrowed template.
	Found, Wanted int
	// Lacks names what is not there: fields, or keywords in quotation marks.
	Lacks []string
}

// share is the part of what a template wants that is there.
func (m Match) share() float64 { return float64(m.Found) / float64(max(m.Wanted, 1)) }

// Matches says how well every template fits a document of the given class: the one that reads it first, then the others
// from best to worst. It reads the document once by each, so it is for explaining and not for every document.
func (e *Extractor) Matches(doc *layout.Document, class string) []Match {
	used := e.Extract(doc, class).Template
	s := newSheet(doc)
	var out []Match
	for _, p := range e.candidatePlans() {
		out = append(out, e.matchOwn(p, s, doc))
	}
	text := ""
	if len(e.borrowed) > 0 {
		text = lay(s).text
	}
	for _, t := range e.borrowed {
		out = append(out, matchBorrowed(t, text))
	}
	for i := range out {
		out[i].Used = out[i].Template == used
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		if a.Used != b.Used {
			return map[bool]int{true: -1, false: 1}[a.Used]
		}
		return cmp.Or(cmp.Compare(b.share(), a.share()), cmp.Compare(a.Template, b.Template))
	})
	return out
}

// candidatePlans returns our templates, or the only one where there is one.
func (e *Extractor) candidatePlans() []*plan {
	if e.only != nil {
		return []*plan{e.only}
	}
	if e.foreignOnly {
		return nil
	}
	var out []*plan
	for _, class := range slices.Sorted(maps.Keys(e.plans)) {
		out = append(out, e.plans[class])
	}
	return out
}

func (e *Extractor) matchOwn(p *plan, s *sheet, doc *layout.Document) Match {
	m := Match{Template: p.source, Wanted: len(p.rules)}
	_, chosen := readBy(p, e.tables, s, doc)
	for i, values := range chosen {
		if len(values) > 0 {
			m.Found++
		} else {
			m.Lacks = append(m.Lacks, p.rules[i].Name)
		}
	}
	return m
}

func matchBorrowed(t *invoice2data.Template, text string) Match {
	m := Match{Template: foreignName(t), Wanted: t.Keywords()}
	prepared := t.Prepare(text)
	lack := t.Match(prepared)
	for _, k := range lack.Keywords {
		m.Lacks = append(m.Lacks, `"`+k+`"`)
	}
	m.Found = m.Wanted - len(lack.Keywords)
	for _, k := range lack.Excluded {
		m.Lacks = append(m.Lacks, `no "`+k+`"`)
	}
	if len(m.Lacks) > 0 {
		return m
	}
	_, lack = t.Read(prepared)
	m.Wanted += len(lack.Fields)
	m.Lacks = lack.Fields
	return m
}
