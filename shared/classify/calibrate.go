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
	Score       Evaluation // answers with that temperature and threshold; background texts are right when Unknown
	ECE         float64    // expected calibration error of the best type's probability, see [CalibrationError]
	// Unseen is, for each type, the share of its documents that a model which was never shown the type calls Unknown.
	Unseen map[string]float64
}

// answer is the score of one held-back sample.
type answer struct {
	label  string
	logits []float64
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
		pool = append(pool, trial(featurise(s.Train), featurise(s.Test), labels, cfg)...)
	}
	if len(pool) == 0 {
		return Held{Temperature: 1, Threshold: cmp.Or(cfg.Threshold, 0.5)}
	}
	held := Held{Temperature: temperature(pool, labels), Threshold: cfg.Threshold}
	strangers := map[string][]answer{}
	for _, l := range labels {
		if l != Unknown {
			strangers[l] = withoutType(data, l, labels, cfg)
		}
	}
	if held.Threshold == 0 {
		held.Threshold = threshold(pool, strangers, labels, held.Temperature)
	}
	held.Score, held.ECE = judge(pool, labels, held)
	held.Unseen = map[string]float64{}
	for l, answers := range strangers {
		held.Unseen[l] = rejected(answers, labels, held.Temperature, held.Threshold)
	}
	return held
}

func trial(train, test []sample, labels []string, cfg TrainConfig) []answer {
	f := fit(train, labels, cfg)
	out := make([]answer, len(test))
	for i, s := range test {
		out[i] = answer{label: s.label, logits: f.logits(s)}
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

// threshold weighs the share of known types answered rightly against the share of never-seen types called Unknown, and
// returns the probability with the best sum; never-seen types below 80 % cost extra.
func threshold(pool []answer, strangers map[string][]answer, labels []string, t float64) float64 {
	best, bestScore := 0.5, math.Inf(-1)
	for x := 0.30; x < 0.96; x += 0.01 {
		score, _ := judge(pool, labels, Held{Temperature: t, Threshold: x})
		unseen, n := 0.0, 0.0
		for _, l := range labels {
			if a := strangers[l]; len(a) > 0 {
				unseen += rejected(a, labels, t, x)
				n++
			}
		}
		unseen /= math.Max(n, 1)
		total := score.Accuracy + unseen - float64(2*math.Max(0, 0.8-unseen))
		if total > bestScore+1e-9 {
			best, bestScore = x, total
		}
	}
	return math.Round(best*100) / 100
}

func rejected(answers []answer, labels []string, t, threshold float64) float64 {
	n := 0
	for _, a := range answers {
		if label, _ := decide(softmax(a.logits, t), labels, threshold); label == Unknown {
			n++
		}
	}
	return float64(n) / float64(max(len(answers), 1))
}

// decide returns the best type with its probability, or Unknown with the best type's probability. It is Unknown where the
// best type is below the threshold or less likely than the background; a threshold of 0 always gives a type.
func decide(p []float64, labels []string, threshold float64) (string, float64) {
	best, background := -1, 0.0
	for i, l := range labels {
		if l == Unknown {
			background = p[i]
		} else if best < 0 || p[i] > p[best] {
			best = i
		}
	}
	if threshold > 0 && (p[best] < threshold || p[best] < background) {
		return Unknown, p[best]
	}
	return labels[best], p[best]
}

func judge(pool []answer, labels []string, h Held) (Evaluation, float64) {
	ev := NewTally()
	var confidence []float64
	var right []bool
	for _, a := range pool {
		p := softmax(a.logits, h.Temperature)
		got, _ := decide(p, labels, h.Threshold)
		ev.Add(a.label, got)
		best, c := decide(p, labels, 0)
		confidence, right = append(confidence, c), append(right, best == a.label)
	}
	return ev.Evaluate(), CalibrationError(confidence, right)
}
