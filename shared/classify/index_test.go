package classify

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTheIndexFindsWhatASearchFinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	keys := []uint32{0, 1, 1<<placeBits - 1, 1 << placeBits, 1<<groupBits - 1, 1 << groupBits, 1<<32 - 2}
	for range 30_000 {
		key := rng.Uint32()
		keys = append(keys, key)
		for range rng.IntN(3) { // neighbours share places and groups
			keys = append(keys, key+rng.Uint32N(1<<placeBits))
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	const labels = 3
	m := &Model{index: newIndex(keys, labels)}
	b := newBag(&naming{})
	for range 200_000 {
		hash := rng.Uint32()
		if rng.IntN(2) == 0 {
			hash = keys[rng.IntN(len(keys))] + rng.Uint32N(2)
		}
		want, known := slices.BinarySearch(keys, hash)
		b.items = []uint64{0, uint64(hash)<<32 | 1}
		m.lookUp(b)
		switch {
		case known && len(b.hits) == 0:
			t.Fatalf("%#x is not found", hash)
		case !known && len(b.hits) > 0:
			t.Fatalf("%#x is found, but not among the keys", hash)
		case known && b.hits[0].at != want*(hashBytes+labels):
			t.Fatalf("%#x is found at %d, want row %d", hash, b.hits[0].at, want)
		}
	}
}
