package classify

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
)

// Held is what the answers to held-back examples say about a model.
type Held struct {
	Temperature float64    // what the scores are divided by before they become probabilities
	Threshold   float64    // probability below which the answer is Unknown
	Floor       float64    // score of the likeliest type below which the answer is Unknown, however unlikely the others are
	Score       Evaluation // answers with that temperature and threshold; background texts are right when Unknown
	ECE         float64    // expected calibration error of the best type's probability, see [CalibrationError]
	// Unseen is, for each type, the share of its documents that a model which was never shown the type calls Unknown.
	Unseen map[string]float64
	// Answers to the held-back examples that have names, each by a model that was not shown the example's group.
	Answers []HeldAnswer
}

// HeldAnswer is the answer to one held-back example.
type HeldAnswer struct {
	Name       string  // of the example
	Label      string  // the truth
	Answer     string  // with the chosen temperature and limits; may be Unknown
	Best       string  // the likeliest type, whatever the limits say
	Confidence float64 // its probability
}

// answer is the score of one held-back sample.
type answer struct {
	name     string
	label    string
	logits   []float64
	uncalled []bool // of each label: it has names, and none was found in the document
}

// splitByGroup deals the groups into n parts by their hash.
func splitByGroup(examples []Example, n int) []Split {
	splits := make([]Split, n)
	for _, e := range examples {
		h := fnv.New32a()
		_, _ = h.Write([]byte(e.Label + "\x00" + e.Group))
		part := int(mix(h.Sum32(), 1)) % n
		for i := range splits {
			if i == part {
				splits[i].Test = append(splits[i].Test, e)
			} else {
				splits[i].Train = append(splits[i].Train, e)
			}
		}
	}
	return splits
}

// holdBack trains on every split and without every type, and chooses temperature and threshold.
func holdBack(data []sample, splits []Split, labels []string, cfg TrainConfig) Held {
	var pool []answer
	for _, s := range splits {
		if len(s.Train) == 0 || len(s.Test) == 0 {
			continue
		}
		pool = append(pool, trial(featurise(s.Train, cfg.naming), featurise(s.Test, cfg.naming), labels, cfg)...)
	}
	if len(pool) == 0 {
		return Held{Temperature: 1, Threshold: cmp.Or(cfg.Threshold, 0.5), Floor: noFloor}
	}
	held := Held{Temperature: temperature(pool, labels), Threshold: cfg.Threshold, Floor: noFloor}
	strangers := map[string][]answer{}
	for _, l := range leftOut(data, labels) {
		strangers[l] = withoutType(data, l, labels, cfg)
	}
	if held.Threshold == 0 {
		held.Threshold, held.Floor = limits(pool, strangers, labels, held.Temperature)
	}
	held.Score, held.ECE = judge(pool, labels, held)
	held.Answers = named(pool, labels, held)
	held.Unseen = map[string]float64{}
	for l, answers := range strangers {
		held.Unseen[l] = rejected(verdicts(answers, labels, held.Temperature), held.Threshold, held.Floor)
	}
	return held
}

// leastLeftOut is how many samples a type needs for its turn at being left out, where others have as many: what becomes of a
// handful, often of one template, must not decide about all types.
const leastLeftOut = 20

// leftOut returns the types that are left out of training in turn.
func leftOut(data []sample, labels []string) []string {
	count := map[string]int{}
	for _, s := range data {
		count[s.label]++
	}
	delete(count, Unknown)
	most := 0
	for _, n := range count {
		most = max(most, n)
	}
	return slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return count[l] < min(leastLeftOut, most) })
}

func trial(train, test []sample, labels []string, cfg TrainConfig) []answer {
	f := fit(train, labels, cfg)
	out := make([]answer, len(test))
	for i, s := range test {
		out[i] = answer{name: s.name, label: s.label, logits: f.logits(s), uncalled: cfg.naming.uncalled(s.called, labels)}
	}
	return out
}

// withoutType scores the samples of a type by a model that never saw one. A third of the other samples is enough.
func withoutType(data []sample, label string, labels []string, cfg TrainConfig) []answer {
	var train, test []sample
	for i, s := range data {
		if s.label == label {
			test = append(test, s)
		} else if i%3 == 0 {
			train = append(train, s)
		}
	}
	if len(train) == 0 {
		return nil
	}
	others := slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return l == label })
	test = test[:min(len(test), 200)]
	answers := trial(train, test, others, cfg)
	// Put the missing label back with no chance, so that all answers have one shape.
	at := slices.Index(labels, label)
	for i := range answers {
		answers[i].logits = slices.Insert(answers[i].logits, at, math.Inf(-1))
		answers[i].uncalled = slices.Insert(answers[i].uncalled, at, false)
	}
	return answers
}

// temperature minimises the cross-entropy of the pooled answers (Guo et al. 2017) by golden-section search on its
// logarithm. Each label weighs the same.
func temperature(pool []answer, labels []string) float64 {
	count := map[string]float64{}
	for _, a := range pool {
		count[a.label]++
	}
	loss := func(logT float64) float64 {
		sum := 0.0
		for _, a := range pool {
			if i := slices.Index(labels, a.label); i >= 0 {
				sum -= math.Log(math.Max(softmax(a.logits, math.Exp(logT))[i], 1e-12)) / count[a.label]
			}
		}
		return sum
	}
	lo, hi := math.Log(0.05), math.Log(20.0)
	const phi = 0.6180339887498949
	for range 40 {
		a, b := hi-float64(phi*(hi-lo)), lo+float64(phi*(hi-lo))
		if loss(a) < loss(b) {
			hi = b
		} else {
			lo = a
		}
	}
	return math.Exp((lo + hi) / 2)
}

// noFloor is a floor that every score is above.
const noFloor = -1000

// wantUnseen is the share of never-seen types that should be called Unknown. Fewer cost extra when the limits are chosen.
// It is above what is promised, because real documents lie nearer to each other than made ones.
const wantUnseen = 0.9

// limits weighs the share of known types answered rightly against the share of never-seen types called Unknown, and
// returns the threshold and the floor with the best sum. A never-seen type that is much like a known one gets a high
// probability, because all the others are unlikelier still; its score, which nothing is compared with, stays low.
func limits(pool []answer, strangers map[string][]answer, labels []string, t float64) (threshold, floor float64) {
	threshold, floor = 0.5, noFloor
	known, best := verdicts(pool, labels, t), math.Inf(-1)
	var unseen [][]verdict
	for _, l := range labels {
		if a := strangers[l]; len(a) > 0 {
			unseen = append(unseen, verdicts(a, labels, t))
		}
	}
	for x := 30; x <= 95; x++ {
		for y := -5; y <= 15; y++ {
			th, fl := float64(x)/100, float64(y)/10
			if y == -5 {
				fl = noFloor
			}
			right, strange := 0.0, 0.0
			for _, v := range known {
				if v.label == v.answer(th, fl) {
					right++
				}
			}
			for _, list := range unseen {
				strange += rejected(list, th, fl) / float64(len(unseen))
			}
			total := right/float64(len(known)) + strange - float64(2*math.Max(0, wantUnseen-strange))
			if total > best+1e-9 {
				threshold, floor, best = th, fl, total
			}
		}
	}
	return threshold, floor
}

func rejected(list []verdict, threshold, floor float64) float64 {
	n := 0
	for _, v := range list {
		if v.answer(threshold, floor) == Unknown {
			n++
		}
	}
	return float64(n) / float64(max(len(list), 1))
}

// verdict is what the scores of one document come to.
type verdict struct {
	label         string // the truth, where it is known
	best          string
	p, background float64 // probability of the best type, and of being none
	score         float64 // of the best type
	uncalled      bool    // the best type has names, and none was found
}

// weigh returns the verdict on a document's scores.
func weigh(a answer, labels []string, t float64) verdict {
	p := softmax(a.logits, t)
	best, v := -1, verdict{label: a.label}
	for i, l := range labels {
		if l == Unknown {
			v.background = p[i]
		} else if best < 0 || p[i] > p[best] {
			best = i
		}
	}
	v.best, v.p, v.score = labels[best], p[best], a.logits[best]
	v.uncalled = a.uncalled != nil && a.uncalled[best]
	return v
}

func verdicts(answers []answer, labels []string, t float64) []verdict {
	out := make([]verdict, len(answers))
	for i, a := range answers {
		out[i] = weigh(a, labels, t)
	}
	return out
}

// answer returns the best type, or Unknown where it is below the threshold or the floor, or less likely than the
// background.
func (v verdict) answer(threshold, floor float64) string {
	if v.p < threshold || v.p < v.background || v.score < floor || v.uncalled {
		return Unknown
	}
	return v.best
}

func judge(pool []answer, labels []string, h Held) (Evaluation, float64) {
	ev := NewTally()
	var confidence []float64
	var right []bool
	for _, v := range verdicts(pool, labels, h.Temperature) {
		ev.Add(v.label, v.answer(h.Threshold, h.Floor))
		confidence, right = append(confidence, v.p), append(right, v.best == v.label)
	}
	return ev.Evaluate(), CalibrationError(confidence, right)
}

// named returns the answers to the examples that have names.
func named(pool []answer, labels []string, h Held) []HeldAnswer {
	var out []HeldAnswer
	for i, v := range verdicts(pool, labels, h.Temperature) {
		if pool[i].name != "" {
			out = append(out, HeldAnswer{pool[i].name, v.label, v.answer(h.Threshold, h.Floor), v.best, v.p})
		}
	}
	return out
}
