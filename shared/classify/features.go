package classify

import "math"

// A feature belongs to a family; each family's vector is scaled to a length of its own before the families are added up,
// so that the many character n-grams do not drown the few words.
const (
	familyWord   = iota // single words
	familyPair          // neighbours on one line
	familyChars         // character n-grams inside a word
	familyTop           // words and pairs at the top of the first page
	familyLine          // short lines as a whole
	familyLayout        // shape of the pages
	families
)

// maxWords bounds the work on one document: types show at the beginning.
const maxWords = 4000

// topLines is how many lines count as the top of the first page.
const topLines = 12

// familyWeight returns the length that each family's vector is scaled to; chosen on held-back wordings.
func familyWeight() [families]float64 { return [families]float64{1, 0.9, 0.8, 0.8, 0.7, 0.5} }

// dampen is the sublinear term frequency 1+ln(n).
func dampen(count int32) float64 {
	if count == 1 {
		return 1
	}
	return 1 + math.Log(float64(count))
}

// norms returns what each family's values are multiplied with. Features that the model does not know count by the share
// unseen: at 1 a text of unknown words scores near nothing, at 0 the few known words speak as loud as a whole text.
func norms(known, all [families]float64, unseen float64) [families]float64 {
	out := familyWeight()
	for f := range out {
		sum := known[f] + float64(unseen*(all[f]-known[f]))
		if sum > 0 {
			out[f] /= math.Sqrt(sum)
		}
	}
	return out
}

type feature struct {
	hash   uint32
	count  int32
	family uint8
}

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/.
const (
	offset = 2166136261
	prime  = 16777619
)

func hashText[T string | []byte](s T) uint32 {
	h := uint32(offset)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * prime
	}
	return h
}

// mix joins two hashes; the order matters. The constants are those of MurmurHash3's finaliser.
func mix(a, b uint32) uint32 {
	h := a*0x9e3779b1 ^ b
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
