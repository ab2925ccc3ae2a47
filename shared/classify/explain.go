package classify

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// maxReasons bounds the reasons on either side.
const maxReasons = 8

// Kinds of [Reason].
const (
	ReasonWord  = "word"  // a word, anywhere, with the parts of it that no word before it has
	ReasonWords = "words" // two words beside each other
	ReasonTop   = "top"   // a word or two at the top of the first page
	ReasonLine  = "line"  // a short line as a whole
)

// Why says what spoke for a model's likeliest type.
type Why struct {
	Model string `json:"model"`
	// Label is the likeliest type, whether or not it was likely enough to be the answer, and Over what it was weighed
	// against: the next likely type, or Unknown for texts of no known type.
	Label string `json:"label"`
	Over  string `json:"over"`
	// Probability of Label, and the least that an answer needs; Score before calibration, and the least that it needs.
	Probability float64 `json:"probability"`
	Threshold   float64 `json:"threshold"`
	Score       float64 `json:"score"`
	Floor       float64 `json:"floor"`
	// Unnamed is true where documents of the type carry its name and this one does not, so that the answer is Unknown.
	Unnamed bool `json:"unnamed"`
	// For are the features that speak most for Label rather than Over, Against those that speak most for Over.
	For     []Reason `json:"for"`
	Against []Reason `json:"against"`
	// Rest is what all other features add: the shape of the pages and lesser words. The weights of all features and Bias sum
	// up to the difference of the two scores.
	Rest float64 `json:"rest"`
	Bias float64 `json:"bias"`
}

// Reason is one feature of a document and its weight: the natural logarithm of the odds that it adds, before calibration.
// Values stand there as what they are, such as <amount>.
type Reason struct {
	Kind   string  `json:"kind"`
	Text   string  `json:"text"`
	Weight float64 `json:"weight"`
}

// Explain says why [Model.Classify] answers as it does; a document without words has no reasons.
func (m *Model) Explain(doc *layout.Document) Why {
	out := Why{Model: m.Name(), Label: Unknown, Over: Unknown, Threshold: m.head.Threshold, Floor: m.head.Floor, For: []Reason{}, Against: []Reason{}}
	b := newBag(m.naming)
	b.texts = map[uint32]Reason{}
	b.read(doc)
	if b.words == 0 {
		return out
	}
	logits := m.logits(b)
	best, over := topTwo(logits, m.head.Labels)
	out.Label, out.Over = m.head.Labels[best], m.head.Labels[over]
	out.Probability, out.Score = softmax(logits, m.head.Temperature)[best], logits[best]
	out.Unnamed = m.naming.uncalled(b.called, m.head.Labels)[best]
	out.Bias = m.bias[best] - m.bias[over]
	out.Rest = logits[best] - logits[over] - out.Bias
	out.take(m.reasons(b, best, over))
	return out
}

// topTwo returns the places of the likeliest type and of what is likeliest beside it.
func topTwo(logits []float64, labels []string) (best, over int) {
	best, over = -1, -1
	for i, z := range logits {
		switch {
		case labels[i] != Unknown && (best < 0 || z > logits[best]):
			if best >= 0 && (over < 0 || logits[best] > logits[over]) {
				over = best
			}
			best = i
		case over < 0 || z > logits[over]:
			over = i
		}
	}
	return best, over
}

// reasons returns the features that can be named, with what each adds to the difference of two labels' scores, the weightiest
// first.
func (m *Model) reasons(b *bag, best, over int) []Reason {
	var out []Reason
	at := map[Reason]int{} // places in out, by reasons without weight
	for _, h := range b.hits {
		r, named := b.texts[hashOf(h.item)]
		if !named {
			continue
		}
		if _, seen := at[r]; !seen {
			at[r] = len(out)
			out = append(out, r)
		}
		out[at[r]].Weight += h.x * (m.scale[m.index.quantum(h.at/m.index.size, best)] - m.scale[m.index.quantum(h.at/m.index.size, over)])
	}
	slices.SortStableFunc(out, func(a, b Reason) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
	return out
}

// take sorts reasons into those for and against.
func (w *Why) take(reasons []Reason) {
	for _, r := range reasons {
		switch {
		case r.Weight > 0 && len(w.For) < maxReasons:
			w.For = append(w.For, r)
		case r.Weight < 0 && len(w.Against) < maxReasons:
			w.Against = append(w.Against, r)
		default:
			continue
		}
		w.Rest -= r.Weight
	}
}

// tell notes what the features of the line in hand are. Hashes are those of [bag.addLine].
func (b *bag) tell(top bool) {
	note := func(family uint8, hash uint32, kind, text string) {
		b.texts[mix(hash, uint32(family)+1)] = Reason{Kind: kind, Text: text}
	}
	texts := make([]string, len(b.line.list))
	whole := uint32(offset)
	for i, t := range b.line.list {
		texts[i] = cmp.Or(maskText[t.mask], string(b.line.of(t)))
		note(familyWord, t.hash, ReasonWord, texts[i])
		if t.spelled() == 1 {
			for _, part := range appendChars(nil, b.line.text[t.from-1:t.to+1], 1) {
				hash := hashOf(part)
				if _, known := b.texts[hash]; !known {
					b.texts[hash] = Reason{Kind: ReasonWord, Text: texts[i]}
				}
			}
		}
		if top {
			note(familyTop, t.hash, ReasonTop, texts[i])
		}
		if i > 0 {
			pair, text := mix(b.line.list[i-1].hash, t.hash), texts[i-1]+" "+texts[i]
			note(familyPair, pair, ReasonWords, text)
			if top {
				note(familyTop, pair, ReasonTop, text)
			}
		}
		whole = mix(whole, t.hash)
	}
	note(familyLine, whole, ReasonLine, strings.Join(texts, " "))
}
