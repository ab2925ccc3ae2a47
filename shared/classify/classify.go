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
	rows    []uint64 // a row of quantised weights for each feature, lanes to a number, the first in the lowest byte
	bias    []float64
	scale   [256]float64 // the value of each quantised weight
	damped  [64]float64  // the dampened counts
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

// hit is a feature of a document that the model knows.
type hit struct {
	x      float64 // its value
	hash   uint32
	row    int32
	family uint8
}

// lanes is how many weights are in one number of the model's rows: seven, because as many sums and products fill the registers.
const lanes = 7

// width returns how many numbers a row takes.
func (m *Model) width() int { return (len(m.head.Labels) + lanes - 1) / lanes }

// quantum returns a feature's weight for a label as it is in the file.
func (m *Model) quantum(row, label int) byte {
	return byte(m.rows[row*m.width()+label/lanes] >> (8 * (label % lanes)))
}

// logits returns the score of every label for the features in b.
func (m *Model) logits(b *bag) []float64 {
	norm := m.lookUp(b)
	for i := range b.hits {
		h := &b.hits[i]
		h.x = float64(h.x * norm[h.family])
	}
	width := m.width()
	out := slices.Clone(m.bias)
	out = append(out, make([]float64, lanes*width-len(out))...)
	for at := range width {
		m.score((*[lanes]float64)(out[at*lanes:]), b, at, width)
	}
	return out[:len(m.bias)]
}

// score adds to the scores of some labels what the hits in b say: their weights are number at of each hit's width numbers. The sums are
// kept in registers.
func (m *Model) score(out *[lanes]float64, b *bag, at, width int) {
	s0, s1, s2, s3, s4, s5, s6 := out[0], out[1], out[2], out[3], out[4], out[5], out[6]
	scale, rows := &m.scale, b.rows
	for i := range b.hits {
		x, w := b.hits[i].x, rows[i*width+at]
		s0 += float64(x * scale[uint8(w)])
		s1 += float64(x * scale[uint8(w>>8)])
		s2 += float64(x * scale[uint8(w>>16)])
		s3 += float64(x * scale[uint8(w>>24)])
		s4 += float64(x * scale[uint8(w>>32)])
		s5 += float64(x * scale[uint8(w>>40)])
		s6 += float64(x * scale[uint8(w>>48)])
	}
	*out = [lanes]float64{s0, s1, s2, s3, s4, s5, s6}
}

// lookUp finds the features in b that the model knows, with their rows and their values before scaling, and returns what each family's
// values are multiplied with. It looks up all before it confirms any, so that the accesses to memory need not wait for each other.
func (m *Model) lookUp(b *bag) [families]float64 {
	var known, all [families]float64
	hits := slices.Grow(b.hits[:0], len(b.items)+1)[:len(b.items)+1]
	n := int32(0)
	for _, item := range b.items {
		s := b.slots[uint32(item)]
		hash, family := uint32(s>>32), uint8(item>>32)
		row, maybe := m.index.guess(hash)
		var x float64
		if count := uint32(s); count < uint32(len(m.damped)) {
			x = m.damped[count]
		} else {
			x = dampen(int32(count))
		}
		hits[n] = hit{x: x, hash: hash, row: row, family: family}
		n += maybe
		all[family] += float64(x * x)
	}
	width := m.width()
	b.hits, b.rows = hits[:0], slices.Grow(b.rows[:0], int(n)*width)
	for _, h := range hits[:n] {
		if h.row = m.index.confirm(h.hash, h.row); h.row < 0 {
			continue
		}
		b.hits = append(b.hits, h)
		known[h.family] += float64(h.x * h.x)
		b.rows = append(b.rows, m.rows[int(h.row)*width:int(h.row+1)*width]...)
	}
	return norms(known, all, m.head.Unseen)
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
