package extract

import "github.com/millrace/millrace/shared/event"

// likelyEnough is how likely the likeliest type of a document of unknown type must be for its template to read it.
const likelyEnough = 0.4

// ReadAs returns the class by which [Extractor.Extract] is to read a document: its own; for one without a template, such as
// unknown, the likeliest of the alternatives, where it is likely enough. The document's class stays what it is: what a
// template's labels find says more than nothing, and the source names the template.
func (e *Extractor) ReadAs(class event.Class, alternatives []event.Class) string {
	if e.plans[class.Label] != nil || len(alternatives) == 0 || alternatives[0].Confidence < likelyEnough || e.plans[alternatives[0].Label] == nil {
		return class.Label
	}
	return alternatives[0].Label
}
