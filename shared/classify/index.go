package classify

import "math/bits"

// index finds a feature among those of a model by its hash.
type index struct {
	keys   []uint32 // ascending
	groups []group
}

// group are the keys between two multiples of 1<<groupBits.
type group struct {
	places uint32 // a bit for each 32nd of the group that has a key
	before int32  // how many keys are less than all of the group
}

// Most features of a document are not a model's, and its groups tell nearly all of them in one access: a 12th of the places of a usual
// model have keys. The groups take 256 KiB.
const (
	placeBits = 12
	groupBits = placeBits + 5
)

func newIndex(keys []uint32) index {
	x := index{keys: keys, groups: make([]group, 1<<(32-groupBits))}
	for _, k := range keys {
		x.groups[k>>groupBits].places |= 1 << (k >> placeBits & 31)
		if next := k>>groupBits + 1; int(next) < len(x.groups) {
			x.groups[next].before++
		}
	}
	for i := 1; i < len(x.groups); i++ {
		x.groups[i].before += x.groups[i-1].before
	}
	return x
}

// guess returns 1 where the model may have the feature, with the least row that it can be in, and 0 where it has not. It does not
// branch: whether a feature is known is as good as random.
func (x *index) guess(hash uint32) (row, maybe int32) {
	g := x.groups[hash>>groupBits]
	place := uint32(1) << (hash >> placeBits & 31)
	return g.before + int32(bits.OnesCount32(g.places&(place-1))), int32(min(g.places&place, 1))
}

// confirm returns the row of a feature that guess took for possible, or -1 where the model has it not.
func (x *index) confirm(hash uint32, row int32) int32 {
	for ; int(row) < len(x.keys); row++ {
		if k := x.keys[row]; k == hash {
			return row
		} else if k > hash {
			break
		}
	}
	return -1
}
