package classify

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTheIndexFindsWhatASearchFinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	keys := []uint32{0, 1, 1<<placeBits - 1, 1 << placeBits, 1<<groupBits - 1, 1 << groupBits, 1<<32 - 1}
	for range 30_000 {
		key := rng.Uint32()
		keys = append(keys, key)
		for range rng.IntN(3) { // neighbours share places and groups
			keys = append(keys, key+rng.Uint32N(1<<placeBits))
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	x := newIndex(keys)
	for range 200_000 {
		hash := rng.Uint32()
		if rng.IntN(2) == 0 {
			hash = keys[rng.IntN(len(keys))] + rng.Uint32N(2)
		}
		want, known := slices.BinarySearch(keys, hash)
		row, maybe := x.guess(hash)
		switch {
		case maybe == 0 && known:
			t.Fatalf("%#x is not found", hash)
		case maybe == 1 && !known && x.confirm(hash, row) != -1:
			t.Fatalf("%#x is found, but not among the keys", hash)
		case known && x.confirm(hash, row) != int32(want):
			t.Fatalf("%#x is found in row %d, want %d", hash, x.confirm(hash, row), want)
		}
	}
}
