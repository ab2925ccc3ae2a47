package classify

import (
	"math"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

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

// bag counts the features of one document. It is reused between documents and is not safe for concurrent use.
type bag struct {
	items []feature
	slots []int32 // open addressing into items; 0 is empty, else index+1
	words int
	line  tokens
	rows  []int32 // of the items in a model
	shape shapeCounts
	texts map[uint32]Reason // what the items are, by hash; nil where nobody asks

	naming *naming
	called []bool // which of the naming's types the document is called

	spelled  []spelled // the document's words, each once
	spelling []byte
}

// spelled is a word whose n-grams are to be counted as often as the word itself.
type spelled struct {
	item     int // of the word
	from, to int // in the bag's spelling
}

func newBag(n *naming) *bag {
	return &bag{slots: make([]int32, 1<<14), naming: n, called: make([]bool, len(n.types))}
}

// read replaces the bag's content by the features of doc.
func (b *bag) read(doc *layout.Document) {
	b.items, b.words, b.shape = b.items[:0], 0, shapeCounts{}
	clear(b.slots)
	clear(b.called)
	b.spelled, b.spelling = b.spelled[:0], b.spelling[:0]
	b.addLines(doc)
	for _, w := range b.spelled {
		b.addChars(b.spelling[w.from:w.to], b.items[w.item].count)
	}
	if b.words > 0 {
		b.addLayout(doc)
	}
}

func (b *bag) addLines(doc *layout.Document) {
	lines := 0
	for p := range doc.Pages {
		for i := range doc.Pages[p].Blocks {
			for j := range doc.Pages[p].Blocks[i].Lines {
				if b.words >= maxWords {
					return
				}
				b.addLine(doc.Pages[p].Blocks[i].Lines[j].Words, p == 0, lines)
				lines++
			}
		}
	}
}

// add counts a feature n times more. It returns the feature's item, and whether it is the document's first of it.
func (b *bag) add(family uint8, hash uint32, n int32) (item int, first bool) {
	hash = mix(hash, uint32(family)+1)
	mask := uint32(len(b.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := b.slots[i]
		if s == 0 {
			b.items = append(b.items, feature{hash: hash, count: n, family: family})
			b.slots[i] = int32(len(b.items))
			break
		}
		if b.items[s-1].hash == hash {
			b.items[s-1].count += n
			return int(s - 1), false
		}
	}
	if len(b.items)*2 > len(b.slots) {
		b.grow()
	}
	return len(b.items) - 1, true
}

func (b *bag) grow() {
	b.slots = make([]int32, 2*len(b.slots))
	mask := uint32(len(b.slots) - 1)
	for n, f := range b.items {
		i := f.hash & mask
		for b.slots[i] != 0 {
			i = (i + 1) & mask
		}
		b.slots[i] = int32(n + 1)
	}
}

// addLine adds a line of the first page or of another, of which at tells how many lines the document has before it.
func (b *bag) addLine(words []layout.Word, firstPage bool, at int) {
	top := firstPage && at < topLines
	words = words[:min(len(words), maxWords-b.words)]
	if len(words) == 0 {
		return
	}
	b.line.reset()
	b.words += len(words)
	for i := range words {
		b.line.add(words[i].Text)
	}
	b.shape.line(len(words), b.line.list, strings.HasSuffix(words[len(words)-1].Text, ":"))
	b.naming.look(b.line.list, firstPage, at, b.called)
	whole, previous := uint32(offset), uint32(0)
	for i := range b.line.list {
		t := &b.line.list[i]
		if item, first := b.add(familyWord, t.hash, 1); first && t.letters {
			from := len(b.spelling)
			b.spelling = append(b.spelling, t.text...)
			b.spelled = append(b.spelled, spelled{item, from, len(b.spelling)})
		}
		if top {
			b.add(familyTop, t.hash, 1)
		}
		if i > 0 {
			pair := mix(previous, t.hash)
			b.add(familyPair, pair, 1)
			if top {
				b.add(familyTop, pair, 1)
			}
		}
		previous, whole = t.hash, mix(whole, t.hash)
	}
	if n := len(b.line.list); n > 0 && n <= 5 {
		b.add(familyLine, whole, 1)
	}
	if b.texts != nil {
		b.tell(top)
	}
}

// addChars adds the n-grams of 4 and 5 bytes of a folded word that occurs n times, with its ends marked. Folded words are nearly always
// ASCII; where they are not, an n-gram may cut a character, which does no harm to a hash.
func (b *bag) addChars(word []byte, n int32) {
	if len(word) < 4 || len(word) > 40 {
		return
	}
	for i := -1; i+4 <= len(word)+1; i++ {
		h := uint32(offset)
		for j := i; j < i+5 && j <= len(word); j++ {
			c := byte('^')
			if j >= 0 && j < len(word) {
				c = word[j]
			}
			h = (h ^ uint32(c)) * prime
			if j >= i+3 {
				b.add(familyChars, h, n)
			}
		}
	}
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
