package classify

import (
	"encoding/binary"
	"math/bits"
)

// index finds what a model knows of a feature by its hash. A feature's hash and weights stand together, so that all that is to be
// known of it comes with one access to memory, or two.
type index struct {
	places  *[groups]uint64 // a bit for each 64th of a group of hashes that has a feature
	before  *[groups]uint32 // how many features are before all of a group
	records []byte          // ascending by hash: the hash and a quantised weight for each label; an empty one behind all
	size    int             // of a record, in bytes
	known   int             // how many features there are
}

// Most features of a document are not a model's, and the places tell nearly all of them in one access: a 12th of those of a usual model
// have features. The places take 128 KiB, the numbers of the groups 64.
const (
	placeBits = 12
	groupBits = placeBits + 6
	groups    = 1 << (32 - groupBits)
	hashBytes = 4
)

// newIndex returns an index of features, whose hashes ascend, with all weights 0.
func newIndex(hashes []uint32, labels int) index {
	x := index{places: new([groups]uint64), before: new([groups]uint32), size: hashBytes + labels, known: len(hashes)}
	x.records = make([]byte, (len(hashes)+1)*x.size+8) // behind the last label's weight, eight bytes can be read
	for row, h := range hashes {
		binary.LittleEndian.PutUint32(x.records[row*x.size:], h)
		x.places[h>>groupBits] |= 1 << (h >> placeBits % 64)
		if next := h>>groupBits + 1; next < groups {
			x.before[next]++
		}
	}
	for i := 1; i < groups; i++ {
		x.before[i] += x.before[i-1]
	}
	return x
}

// hash returns the hash of the feature in a row; rows are numbered from 0.
func (x *index) hash(row int) uint32 { return binary.LittleEndian.Uint32(x.records[row*x.size:]) }

// quantum returns a feature's weight for a label as it is in the file.
func (x *index) quantum(row, label int) byte { return x.records[row*x.size+hashBytes+label] }

// setWeights sets the weights of all features, given a plane of them for each label.
func (x *index) setWeights(planes []byte) {
	for row := range x.known {
		record := x.records[row*x.size+hashBytes : (row+1)*x.size]
		for label := range record {
			record[label] = planes[label*x.known+row]
		}
	}
}

// may returns 1 where the model may have the feature, and 0 where it has not.
func (x *index) may(hash uint32) uint {
	return uint(x.places[hash>>groupBits] >> (hash >> placeBits % 64) & 1)
}

// least returns the least row that a feature of a place with features can be in.
func (x *index) least(hash uint32) int {
	g := hash >> groupBits
	return int(x.before[g]) + bits.OnesCount64(x.places[g]&(1<<(hash>>placeBits%64)-1))
}

// find returns where the record of a feature is, given where the least that it can be in is, and the hash there. It returns the record
// of a higher hash, or the one behind all, where the model has not the feature.
func (x *index) find(hash uint32, at int, there uint32) (int, uint32) {
	for there < hash && at < x.known*x.size {
		at += x.size
		there = binary.LittleEndian.Uint32(x.records[at:])
	}
	return at, there
}
