package classify

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/millrace/millrace/shared/layout"
)

// Example is a document whose type is known.
type Example struct {
	// Label is the type; Unknown for background texts of no known type.
	Label string
	// Group holds what is alike, such as a template: examples of one group are never on both sides of a split.
	Group string
	// Document is what was read.
	Document *layout.Document
	// Name tells the example from others in [Held.Answers]; the answers to examples without one are not kept.
	Name string
	// Weight is how often each pass over the examples comes to this one; 0 stands for 1. It lets a few documents be heard
	// beside thousands. Repeating works where a larger step would not: AdaGrad divides steps by their own size.
	Weight int
}

// Split is one way of holding examples back: a model of Train is measured on Test.
type Split struct{ Train, Test []Example }

// TrainConfig says how to train. Zero values stand for the defaults in brackets.
type TrainConfig struct {
	Name       string  // model name ["doctype"]
	Version    string  // model version ["1"]
	Seed       uint64  // order of the examples and which features are dropped [1]
	Epochs     int     // passes over the examples [8]
	Rate       float64 // AdaGrad learning rate [0.15]
	Decay      float64 // L2 penalty on the weights of each example's features [1e-3]
	Drop       float64 // share of features hidden in each pass, so that no few words carry a type alone [0.4]
	Smooth     float64 // label smoothing [0.02]
	MinCount   int     // features of fewer documents are left out [2]
	MaxFeature int     // how many features the model file keeps [90000]
	Unseen     float64 // weight of unknown features in a text's length, 0 to 1 [0.1]
	Threshold  float64 // probability below which the answer is Unknown; 0 chooses it on held-back examples

	// Names are what documents of each type call themselves [none]. A document that is called by none of its type's names is
	// Unknown, whatever its scores; a type without names makes no such demand.
	Names map[string]Names

	naming *naming // of Names
}

func (c TrainConfig) withDefaults() (TrainConfig, error) {
	c.Name, c.Version = cmp.Or(c.Name, "doctype"), cmp.Or(c.Version, "1")
	c.Seed, c.Epochs, c.Rate, c.Decay = cmp.Or(c.Seed, 1), cmp.Or(c.Epochs, 8), cmp.Or(c.Rate, 0.15), cmp.Or(c.Decay, 1e-3)
	c.Drop, c.Smooth = cmp.Or(c.Drop, 0.4), cmp.Or(c.Smooth, 0.02)
	c.MinCount, c.MaxFeature, c.Unseen = cmp.Or(c.MinCount, 2), cmp.Or(c.MaxFeature, 90000), cmp.Or(c.Unseen, 0.1)
	switch {
	case c.Epochs < 1 || c.Rate <= 0 || c.Decay < 0 || c.MinCount < 1 || c.MaxFeature < 1:
		return c, fmt.Errorf("train: epochs, rate, minimum count and features must be above 0: %+v", c)
	case c.Drop < 0 || c.Drop >= 1 || c.Smooth < 0 || c.Smooth >= 1 || c.Unseen < 0 || c.Unseen > 1 || c.Threshold < 0 || c.Threshold >= 1:
		return c, fmt.Errorf("train: drop, smooth, unseen and threshold are shares between 0 and 1: %+v", c)
	}
	var err error
	if c.naming, err = compileNames(c.Names); err != nil {
		return c, fmt.Errorf("train: %w", err)
	}
	return c, nil
}

// Train fits a model to the examples. Each split is trained and measured too: the temperature and the threshold come from
// the pooled answers to held-back examples, and the threshold also from models that were never shown one of the types.
// Where splits is empty the examples are split into four by group. The same input always gives the same model, bit for
// bit on one kind of processor. Train takes minutes on thousands of documents.
func Train(examples []Example, splits []Split, cfg TrainConfig) (*Model, Held, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, Held{}, err
	}
	labels := labelsOf(examples)
	if len(labels) < 2 || (len(labels) == 2 && labels[1] == Unknown) {
		return nil, Held{}, fmt.Errorf("train: at least two types are needed, got %v", labels)
	}
	data := featurise(examples, cfg.naming)
	if len(splits) == 0 {
		splits = splitByGroup(examples, 4)
	}
	held := holdBack(data, splits, labels, cfg)
	m, err := pack(fit(data, labels, cfg), labels, cfg, held, len(data))
	return m, held, err
}

func labelsOf(examples []Example) []string {
	var out []string
	for _, e := range examples {
		out = append(out, e.Label)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sample is an example as features.
type sample struct {
	name, label string
	weight      int
	items       []feature
	called      []bool // which types it is called, see [naming]
}

func featurise(examples []Example, n *naming) []sample {
	out := make([]sample, len(examples))
	b := newBag(n)
	for i, e := range examples {
		b.read(e.Document)
		out[i] = sample{name: e.Name, label: e.Label, weight: max(e.Weight, 1), items: b.features(), called: slices.Clone(b.called)}
	}
	return out
}

// fitted is a trained model with full-precision weights.
type fitted struct {
	index   map[uint32]int32
	weights []float64 // rows of one weight a label
	bias    []float64
	unseen  float64
}

// vector is a sample over the features of one fit, scaled.
type vector struct {
	label int
	rows  []int32
	x     []float64
}

// dictionary numbers the features that enough samples have, in the order in which they first appear, and returns the
// inverse document frequency of each.
func dictionary(data []sample, minCount int) (map[uint32]int32, []float64) {
	seen := map[uint32]int32{}
	for _, s := range data {
		for _, f := range s.items {
			seen[f.hash]++
		}
	}
	index, idf := map[uint32]int32{}, []float64{}
	for _, s := range data {
		for _, f := range s.items {
			n := seen[f.hash]
			if _, ok := index[f.hash]; ok || int(n) < minCount {
				continue
			}
			index[f.hash] = int32(len(idf))
			weight := 1.0
			if f.family != familyLayout {
				weight = math.Log(float64(1+len(data))/float64(1+n)) / 4
			}
			idf = append(idf, weight)
		}
	}
	return index, idf
}

// vectorise scales a sample; rows without a weight are left out but count in its length.
func vectorise(s sample, index map[uint32]int32, unseen float64) vector {
	var known, all [families]float64
	var v vector
	rows := make([]int32, len(s.items))
	for i, f := range s.items {
		row, ok := index[f.hash]
		if !ok {
			row = -1
		}
		rows[i] = row
		x := dampen(f.count)
		all[f.family] += float64(x * x)
		if ok {
			known[f.family] += float64(x * x)
		}
	}
	norm := norms(known, all, unseen)
	for i, f := range s.items {
		if rows[i] >= 0 {
			v.rows = append(v.rows, rows[i])
			v.x = append(v.x, float64(dampen(f.count)*norm[f.family]))
		}
	}
	return v
}

// fit runs AdaGrad (Duchi, Hazan, Singer 2011) on the cross-entropy. Each pass hides features at random, and every label
// has the same weight however many examples it has. The inverse document frequency is folded into the weights.
func fit(data []sample, labels []string, cfg TrainConfig) *fitted {
	index, idf := dictionary(data, cfg.MinCount)
	k := len(labels)
	vectors := make([]vector, len(data))
	count := make([]float64, k)
	var order []int
	for i, s := range data {
		vectors[i] = vectorise(s, index, cfg.Unseen)
		vectors[i].label = slices.Index(labels, s.label)
		count[vectors[i].label] += float64(s.weight)
		order = append(order, slices.Repeat([]int{i}, s.weight)...)
		for j, r := range vectors[i].rows {
			vectors[i].x[j] = float64(vectors[i].x[j] * idf[r])
		}
	}
	t := trainer{k: k, cfg: cfg, w: make([]float64, len(idf)*k), g: make([]float64, len(idf)*k), bias: make([]float64, k), gb: make([]float64, k)}
	rng := rand.New(rand.NewPCG(cfg.Seed, 0x6d696c6c)) //nolint:gosec // reproducible by design
	for range cfg.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			v := vectors[i]
			t.step(v, math.Min(5, float64(len(order))/float64(float64(k)*count[v.label])), rng)
		}
	}
	for r := range idf {
		for c := range k {
			t.w[r*k+c] = float64(t.w[r*k+c] * idf[r])
		}
	}
	return &fitted{index: index, weights: t.w, bias: t.bias, unseen: cfg.Unseen}
}

type trainer struct {
	k        int
	cfg      TrainConfig
	w, g     []float64 // weights and sums of squared gradients
	bias, gb []float64
	kept     []int32
	keptX    []float64
}

func (t *trainer) step(v vector, importance float64, rng *rand.Rand) {
	t.kept, t.keptX = t.kept[:0], t.keptX[:0]
	share := 1 - t.cfg.Drop
	for i, r := range v.rows {
		if rng.Float64() < share {
			t.kept, t.keptX = append(t.kept, r), append(t.keptX, v.x[i]/share)
		}
	}
	z := slices.Clone(t.bias)
	for i, r := range t.kept {
		row := t.w[int(r)*t.k : (int(r)+1)*t.k]
		for c := range row {
			z[c] += float64(t.keptX[i] * row[c])
		}
	}
	d := softmax(z, 1)
	for c := range d {
		target := t.cfg.Smooth / float64(t.k)
		if c == v.label {
			target += 1 - t.cfg.Smooth
		}
		d[c] = float64((d[c] - target) * importance)
		t.gb[c] += float64(d[c] * d[c])
		t.bias[c] -= float64(t.cfg.Rate*0.1*d[c]) / math.Sqrt(t.gb[c]+1e-8)
	}
	for i, r := range t.kept {
		x := t.keptX[i]
		row, sum := t.w[int(r)*t.k:(int(r)+1)*t.k], t.g[int(r)*t.k:(int(r)+1)*t.k]
		for c := range row {
			grad := float64(d[c]*x) + float64(t.cfg.Decay*row[c])
			sum[c] += float64(grad * grad)
			row[c] -= float64(t.cfg.Rate*grad) / math.Sqrt(sum[c]+1e-8)
		}
	}
}

// logits scores a sample with the full-precision weights.
func (f *fitted) logits(s sample) []float64 {
	v := vectorise(s, f.index, f.unseen)
	out := slices.Clone(f.bias)
	k := len(out)
	for i, r := range v.rows {
		for c := range k {
			out[c] += float64(v.x[i] * f.weights[int(r)*k+c])
		}
	}
	return out
}
