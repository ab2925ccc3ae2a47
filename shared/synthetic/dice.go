package synthetic

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// dice is the only source of chance. PCG's sequence is fixed by the language's compatibility promise, so documents stay
// the same over releases of Go.
type dice struct{ *rand.Rand }

// newDice returns dice that depend on the seed, the index and what they are for.
func newDice(seed, index int64, purpose string) *dice {
	h := fnv.New64a()
	h.Write([]byte(purpose)) // never fails, as documented
	mixed := h.Sum64() ^ uint64(index)*0x9E3779B97F4A7C15
	return &dice{rand.New(rand.NewPCG(uint64(seed), mixed))} //nolint:gosec // documents are to be reproducible, not secret
}

// between returns a number from lo to hi, both included.
func (d *dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// chance is true with probability p.
func (d *dice) chance(p float64) bool { return d.Float64() < p }

// digits returns n digits of which the first is not 0.
func (d *dice) digits(n int) string {
	var sb strings.Builder
	for i := range n {
		lo := 0
		if i == 0 {
			lo = 1
		}
		sb.WriteByte(byte('0' + d.between(lo, 9)))
	}
	return sb.String()
}

// letters returns n capital letters that cannot be taken for digits.
func (d *dice) letters(n int) string {
	const alphabet = "ABCDEFGHJKLMNPRSTUVWXYZ"
	var sb strings.Builder
	for range n {
		sb.WriteByte(alphabet[d.IntN(len(alphabet))])
	}
	return sb.String()
}

// pattern replaces # by a digit and @ by a capital letter.
func (d *dice) pattern(p string) string {
	var sb strings.Builder
	for _, r := range p {
		switch r {
		case '#':
			sb.WriteByte(byte('0' + d.IntN(10)))
		case '@':
			sb.WriteString(d.letters(1))
		default:
			sb.WriteRune(r)
		}
	}
	return sb.String()
}

// pick returns one of xs.
func pick[T any](d *dice, xs []T) T { return xs[d.IntN(len(xs))] }

// one returns one of its arguments.
func one[T any](d *dice, xs ...T) T { return xs[d.IntN(len(xs))] }

// sample returns n different elements of xs, or all of them when there are fewer, in random order.
func sample[T any](d *dice, xs []T, n int) []T {
	n = min(n, len(xs))
	out := make([]T, 0, n)
	for _, i := range d.Perm(len(xs))[:n] {
		out = append(out, xs[i])
	}
	return out
}
