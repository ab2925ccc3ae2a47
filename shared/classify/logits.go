package classify

import (
	"encoding/binary"
	"slices"
)

// hit is a feature of a document that the model knows.
type hit struct {
	item uint64
	x    float64 // its value
	at   int     // where its record is
	hash uint32  // of that record
}

// lanes is how many labels are scored at a time: seven, because as many sums and products fill the registers.
const lanes = 7

// logits returns the score of every label for the features in b.
func (m *Model) logits(b *bag) []float64 {
	m.lookUp(b)
	out := slices.Clone(m.bias)
	for len(out)%lanes != 0 {
		out = append(out, 0)
	}
	for first := 0; first < len(out); first += lanes {
		m.score((*[lanes]float64)(out[first:]), b, first)
	}
	return out[:len(m.bias)]
}

// score adds to the scores of the labels from the first on what the hits in b say. The sums are kept in registers, and the weights are
// fetched before, so that nothing waits for them.
func (m *Model) score(out *[lanes]float64, b *bag, first int) {
	hits := b.hits
	weights := slices.Grow(b.weights[:0], len(hits))[:len(hits)]
	records := m.index.records[hashBytes+first:]
	for i := range hits {
		at := hits[i].at
		weights[i] = binary.LittleEndian.Uint64(records[at : at+8])
	}
	b.weights = weights
	s0, s1, s2, s3, s4, s5, s6 := out[0], out[1], out[2], out[3], out[4], out[5], out[6]
	scale := &m.scale
	for i, w := range weights {
		x := hits[i].x
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

// lookUp finds the features in b that the model knows, with their records and their values. Each step goes over all features, so that the
// accesses to memory need not wait for each other, nor for what is made of them.
func (m *Model) lookUp(b *bag) {
	all := m.sift(b)
	m.fetch(b)
	m.confirm(b)
	known := m.values(b)
	norm := norms(known, all, m.head.Unseen)
	for i := range b.hits {
		h := &b.hits[i]
		h.x = float64(h.x * norm[familyOf(h.item)])
	}
}

// sift collects those features in b that the model may know, at least all that it knows. It returns the sums of the squares of all
// features' values.
func (m *Model) sift(b *bag) (all [families]float64) {
	items := b.items[1:]
	maybe := slices.Grow(b.maybe[:0], len(items)+1)
	maybe = maybe[:cap(maybe)]
	n, most, chars := uint(0), uint32(0), 0.0 // most of the features are n-grams: their sum has a register to itself
	for _, item := range items {
		maybe[n] = item
		n += m.index.may(hashOf(item)) // no branch: whether a feature is known is as good as random
		count := countOf(item)
		most |= count
		x := m.damped[count%uint32(len(m.damped))]
		if f := familyOf(item); f == familyChars {
			chars += float64(x * x)
		} else {
			all[f] += float64(x * x)
		}
	}
	b.maybe = maybe[:n]
	all[familyChars] = chars
	if most < uint32(len(m.damped)) {
		return all
	}
	all = [families]float64{} // a count was too high for the table
	for _, item := range items {
		x := m.value(item)
		all[familyOf(item)] += float64(x * x)
	}
	return all
}

// fetch gets the first record that each of the features may have.
func (m *Model) fetch(b *bag) {
	n := len(b.maybe)
	hits := slices.Grow(b.hits[:0], n)[:n]
	for i, item := range b.maybe {
		hits[i].item, hits[i].at = item, m.index.least(hashOf(item))*m.index.size
	}
	records := m.index.records
	for i := range hits {
		at := hits[i].at
		hits[i].hash = binary.LittleEndian.Uint32(records[at : at+hashBytes])
	}
	b.hits = hits
}

// confirm keeps those of the hits that the model knows.
func (m *Model) confirm(b *bag) {
	hits, n := b.hits, 0
	for i := range hits {
		item, at, there := hits[i].item, hits[i].at, hits[i].hash
		hash := hashOf(item)
		if there < hash {
			at, there = m.index.find(hash, at, there)
		}
		hits[n].item, hits[n].at = item, at
		known := 0
		if there == hash {
			known = 1
		}
		n += known
	}
	b.hits = hits[:n]
}

// values sets the hits' values before scaling and returns the sums of their squares.
func (m *Model) values(b *bag) (known [families]float64) {
	hits, chars := b.hits, 0.0
	for i := range hits {
		h := &hits[i]
		x := m.value(h.item)
		h.x = x
		if f := familyOf(h.item); f == familyChars {
			chars += float64(x * x)
		} else {
			known[f] += float64(x * x)
		}
	}
	known[familyChars] = chars
	return known
}

// value returns a feature's value before scaling.
func (m *Model) value(item uint64) float64 {
	if count := countOf(item); count < uint32(len(m.damped)) {
		return m.damped[count]
	}
	return dampen(int32(countOf(item)))
}
