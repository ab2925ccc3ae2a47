package extract

import (
	"slices"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract/einvoice"
	"github.com/millrace/millrace/shared/layout"
)

const (
	// embeddedVersion is part of the source of values from embedded invoices; raise it with every change of what is read.
	embeddedVersion = "/1"
	scoreEmbedded   = 0.99
	// flagPage marks a value of which the page shows another one, with good confidence.
	flagPage      = "!page"
	scorePageSays = 0.70
)

// embeddedInvoice returns the first invoice among the document's attachments.
func embeddedInvoice(doc *layout.Document) (einvoice.Invoice, bool) {
	for i := range doc.Attachments {
		if inv, err := einvoice.Parse(doc.Attachments[i].Content); err == nil {
			return inv, true
		}
	}
	return einvoice.Invoice{}, false
}

// withEmbedded puts what an embedded invoice says in front of what was read from the page. A value that the page shows too
// keeps its place there; one that the page contradicts is flagged. Values that the invoice does not have stay.
func (r *reading) withEmbedded(inv einvoice.Invoice, fromPage []event.Field) []event.Field {
	out := make([]event.Field, 0, len(inv.Fields)+len(fromPage))
	said := map[string]bool{}
	for _, f := range inv.Fields {
		said[f.Name] = true
		field := event.Field{
			Name: f.Name, Value: clip(f.Value), Type: embeddedType(f.Type), Raw: clip(f.Raw), Confidence: scoreEmbedded,
			Source: inv.Syntax + embeddedVersion + "#" + f.Name,
		}
		if c, ok := r.onPage(f); ok {
			field.Page, field.BBox = c.page, roundBox(c.box)
		} else if contradicted(field, fromPage) {
			field.Source += flagPage
		}
		out = append(out, field)
	}
	for _, f := range fromPage {
		if !said[f.Name] {
			out = append(out, f)
		}
	}
	return out[:min(len(out), maxFields)]
}

// embeddedType returns the type of a field, of which einvoice has finer ones.
func embeddedType(typ string) string {
	switch typ {
	case "iban", "bic", "vat":
		return typeIdentifier
	}
	return typ
}

// onPage returns the best candidate with the same value.
func (r *reading) onPage(f einvoice.Field) (best candidate, ok bool) {
	i := slices.IndexFunc(r.plan.rules, func(rule compiledRule) bool { return rule.Name == f.Name })
	if i < 0 {
		return best, false
	}
	want := fold(f.Value)
	for _, c := range r.candidates[i] {
		if c.score > best.score && fold(c.value) == want {
			best, ok = c, true
		}
	}
	return best, ok
}

// contradicted says that the page shows another value with good confidence. Names are written in many ways, so they
// contradict nothing.
func contradicted(f event.Field, fromPage []event.Field) bool {
	if f.Type == typeParty || f.Type == typeText {
		return false
	}
	return slices.ContainsFunc(fromPage, func(p event.Field) bool {
		return p.Name == f.Name && p.Confidence >= scorePageSays
	})
}
