// Package classify says what type a document is, from its words, its characters and a little of its layout.
//
// The model is a multinomial logistic regression over hashed n-grams. It is trained by [Train] on documents made in this
// repository, its confidences are calibrated on held-back wordings, and it answers "unknown" where no type is likely
// enough. The package knows nothing of events' transport, of storage or of how documents are read.
package classify

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layout"
)

// Unknown is the label of a document whose type no class explains well enough.
const Unknown = "unknown"

const (
	maxAlternatives = 3
	minAlternative  = 0.01 // types less likely than this are not worth showing
	minWords        = 8    // fewer words prove no type, however typical they are
)

// Result is a model's answer about one document.
type Result struct {
	// Class is the most likely type with its calibrated probability, or Unknown with the probability that the most
	// likely type is wrong.
	Class event.Class
	// Alternatives are the next likely types, most likely first: at most three, none below 0.01, Unknown not among them.
	Alternatives []event.Class
	// Model is the name and version of the model that answered.
	Model string
}

// Model is a trained classifier. It does not change and is safe for concurrent use.
type Model struct {
	head    header
	id      string // checksum of the content, shortened
	index   index
	bias    []float64
	scale   [256]float64  // the value of each quantised weight
	damped  [4096]float64 // the dampened counts
	name    string
	naming  *naming
	scratch sync.Pool
}

// Name returns the model's name and version, such as "doctype/1+0a1b2c3d"; the last part is taken from the checksum, so
// that two models of one name are the same model.
func (m *Model) Name() string { return m.name }

// Labels returns the types that the model can answer, sorted, without Unknown.
func (m *Model) Labels() []string {
	out := slices.Clone(m.head.Labels)
	return slices.DeleteFunc(out, func(l string) bool { return l == Unknown })
}

// Threshold returns the probability below which the answer is Unknown.
func (m *Model) Threshold() float64 { return m.head.Threshold }

// strange is the confidence of Unknown for a document that is likelier of one type than of any other, but unlike those of
// that type: what the probabilities say of it says nothing.
const strange = 0.5

// Unseen returns, for each type, which share of its documents a model that was trained like this one, but never shown the
// type, called Unknown. It is empty for a model that was trained without held-back examples.
func (m *Model) Unseen() map[string]float64 { return maps.Clone(m.head.HeldUnseen) }

// Classify returns the type of the document. Only the first 4,000 words are looked at, so time and memory are bounded. A
// document of fewer than 8 words is Unknown, one without words with confidence 1.
func (m *Model) Classify(doc *layout.Document) Result {
	b, _ := m.scratch.Get().(*bag)
	if b == nil {
		b = newBag(m.naming)
	}
	defer m.scratch.Put(b)
	b.read(doc)
	if b.words == 0 {
		return Result{Class: event.Class{Label: Unknown, Confidence: 1}, Model: m.Name()}
	}
	threshold := m.head.Threshold
	if b.words < minWords {
		threshold = math.Inf(1)
	}
	return m.answer(m.logits(b), m.naming.uncalled(b.called, m.head.Labels), threshold)
}

func (m *Model) answer(logits []float64, uncalled []bool, threshold float64) Result {
	p := softmax(logits, m.head.Temperature)
	ranked := make([]event.Class, 0, len(p))
	for i, label := range m.head.Labels {
		if label != Unknown {
			ranked = append(ranked, event.Class{Label: label, Confidence: p[i]})
		}
	}
	slices.SortStableFunc(ranked, func(a, b event.Class) int { return cmp.Compare(b.Confidence, a.Confidence) })
	res := Result{Model: m.Name()}
	v := weigh(answer{logits: logits, uncalled: uncalled}, m.head.Labels, m.head.Temperature)
	if v.answer(threshold, m.head.Floor) == Unknown {
		res.Class = event.Class{Label: Unknown, Confidence: 1 - v.p}
		if v.p >= threshold && v.p >= v.background {
			res.Class.Confidence = strange
		}
	} else {
		res.Class, ranked = ranked[0], ranked[1:]
	}
	for _, c := range ranked[:min(maxAlternatives, len(ranked))] {
		if c.Confidence >= minAlternative {
			res.Alternatives = append(res.Alternatives, c)
		}
	}
	return res
}

// softmax returns the probabilities of the logits divided by the temperature.
func softmax(logits []float64, temperature float64) []float64 {
	top := slices.Max(logits)
	p, sum := make([]float64, len(logits)), 0.0
	for i, z := range logits {
		p[i] = math.Exp((z - top) / temperature)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}
