package classify

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// bag counts the features of one document. It is reused between documents and is not safe for concurrent use.
type bag struct {
	slots []uint64 // open addressing by the lower bits of the hash: 0 is empty, else hash<<32 | count
	spare []uint64 // what the slots were before they had to be more
	items []uint64 // the features in the order in which they first occur: family<<32 | slot
	found []uint64 // what is to be counted, see [occurs]
	hits  []hit    // the items that a model knows
	rows  []uint64 // their rows
	words int
	line  tokens
	shape shapeCounts
	texts map[uint32]Reason // what the items are, by hash; nil where nobody asks

	naming *naming
	called []bool // which of the naming's types the document is called

	spelled []spelled // the document's words, each once
	settled int       // so many of them; the others may have occurred before
}

// spelled is a word whose n-grams are to be counted as often as the word itself.
type spelled struct {
	item     int   // of the word; its place in what was found until that is counted
	from, to int32 // in the text of the tokens, with its ends marked
}

const (
	leastSlots   = 1 << 12
	slotsPerWord = 8 // a document of 1,400 words has 3,800 features, one of 500 has 1,400; half of the slots should stay empty
)

func newBag(n *naming) *bag {
	return &bag{naming: n, called: make([]bool, len(n.types))}
}

// read replaces the bag's content by the features of doc.
func (b *bag) read(doc *layout.Document) {
	b.items, b.found, b.spelled = b.items[:0], b.found[:0], b.spelled[:0]
	b.words, b.settled, b.shape = 0, 0, shapeCounts{}
	b.resize(slotsPerWord * min(doc.Words(), maxWords))
	b.line.reset()
	clear(b.called)
	b.addLines(doc)
	b.addChars()
	if b.words > 0 {
		b.addLayout(doc)
	}
}

// features returns what was counted, in the order in which it first occurs.
func (b *bag) features() []feature {
	out := make([]feature, len(b.items))
	for i, item := range b.items {
		s := b.slots[uint32(item)]
		out[i] = feature{hash: uint32(s >> 32), count: int32(uint32(s)), family: uint8(item >> 32)}
	}
	return out
}

func (b *bag) addLines(doc *layout.Document) {
	lines := 0
	for p := range doc.Pages {
		for i := range doc.Pages[p].Blocks {
			for j := range doc.Pages[p].Blocks[i].Lines {
				if b.words >= maxWords {
					break
				}
				b.addLine(doc.Pages[p].Blocks[i].Lines[j].Words, p == 0, lines)
				lines++
				if len(b.found) >= batch {
					b.count()
				}
			}
		}
	}
	b.count()
}

const (
	familyBits = 3
	countBits  = 32 - familyBits // no document that fits into memory has so many words
	mostCount  = 1<<countBits - 1
)

// occurs returns that a feature occurs n times, for [bag.count]: its hash, its family and n.
func occurs(family uint8, hash, n uint32) uint64 {
	return uint64(mix(hash, uint32(family)+1))<<32 | uint64(family)<<countBits | uint64(n)
}

// batch is how many features are found before they are counted: many, because each turn ends with a wrong guess of the processor, but
// so few that they stay in its nearest cache.
const batch = 512

// count counts what was found. Whether a feature is new is as good as random, and a processor that has guessed wrong finds it out only
// when the slot is there: so nothing branches on it.
func (b *bag) count() {
	b.reserve(len(b.found))
	slots, items, found := b.slots, b.items[:cap(b.items)], b.found
	used, last := len(b.items), uint32(len(slots)-1)
	for k, f := range found {
		hash := uint32(f >> 32)
		at := hash & last
		s := slots[at]
		for min(uint32(s), uint32(s>>32)^hash) != 0 { // not empty, and of another feature
			at = (at + 1) & last
			s = slots[at]
		}
		slots[at] = uint64(hash)<<32 | uint64(uint32(s)+uint32(f)&mostCount)
		items[used] = uint64(uint32(f)>>countBits)<<32 | uint64(at)
		first := (uint64(uint32(s)) - 1) >> 63 // 1 where the slot was empty, else 0
		found[k] = uint64(used)<<1 | first
		used += int(first)
	}
	b.items = items[:used]
	b.settle()
	b.found = b.found[:0]
}

// settle keeps those of the words just counted that had not occurred before.
func (b *bag) settle() {
	kept := b.spelled[:b.settled]
	for _, w := range b.spelled[b.settled:] {
		if f := b.found[w.item]; f&1 == 1 {
			w.item = int(f >> 1)
			kept = append(kept, w)
		}
	}
	b.spelled, b.settled = kept, len(kept)
}

// reserve makes room for n more items, with as many slots left empty.
func (b *bag) reserve(n int) {
	b.items = slices.Grow(b.items, n+1)
	if need := 2 * (len(b.items) + n); need > len(b.slots) {
		b.rehash(2 * need)
	}
}

// rehash moves all features to n slots or more.
func (b *bag) rehash(n int) {
	old := b.slots
	b.slots, b.spare = b.spare, old
	b.resize(n)
	last := uint32(len(b.slots) - 1)
	for i, item := range b.items {
		s := old[uint32(item)]
		at := uint32(s>>32) & last
		for b.slots[at] != 0 {
			at = (at + 1) & last
		}
		b.slots[at] = s
		b.items[i] = item>>32<<32 | uint64(at)
	}
}

// resize makes at least n slots, all empty.
func (b *bag) resize(n int) {
	n = 1 << bits.Len(uint(max(n, leastSlots)-1))
	if n > cap(b.slots) {
		b.slots = make([]uint64, n)
		return
	}
	b.slots = b.slots[:n]
	clear(b.slots)
}

// addLine adds a line of the first page or of another, of which at tells how many lines the document has before it.
func (b *bag) addLine(words []layout.Word, firstPage bool, at int) {
	top := firstPage && at < topLines
	words = words[:min(len(words), maxWords-b.words)]
	if len(words) == 0 {
		return
	}
	b.line.list = b.line.list[:0]
	b.words += len(words)
	for i := range words {
		b.line.add(words[i].Text)
	}
	b.shape.line(len(words), len(b.line.list), strings.HasSuffix(words[len(words)-1].Text, ":"))
	found, heading := b.found, len(b.line.list) <= headingWords
	whole, previous := uint32(offset), uint32(0)
	for i, t := range b.line.list {
		b.shape.values[t.mask]++
		if firstPage || heading && i == 0 {
			b.naming.look(&b.line, i, firstPage, at, b.called)
		}
		if t.spelled() {
			b.spelled = append(b.spelled, spelled{len(found), t.from - 1, t.to + 1})
		}
		found = append(found, occurs(familyWord, t.hash, 1))
		if top {
			found = append(found, occurs(familyTop, t.hash, 1))
		}
		if i > 0 {
			pair := mix(previous, t.hash)
			found = append(found, occurs(familyPair, pair, 1))
			if top {
				found = append(found, occurs(familyTop, pair, 1))
			}
		}
		previous, whole = t.hash, mix(whole, t.hash)
	}
	if n := len(b.line.list); n > 0 && n <= 5 {
		found = append(found, occurs(familyLine, whole, 1))
	}
	b.found = found
	if b.texts != nil {
		b.tell(top)
	}
}

// spelled tells whether the n-grams of the token count.
func (t token) spelled() bool { return t.to-t.from >= 4 && t.to-t.from <= 40 }

// addChars adds the n-grams of the document's words.
func (b *bag) addChars() {
	for _, w := range b.spelled {
		n := min(uint32(b.slots[uint32(b.items[w.item])]), mostCount)
		b.found = appendChars(b.found, b.line.text[w.from:w.to], n)
		b.count() // at once, because an n-gram may have the hash of a word to come, and then counts as that word
	}
}

// appendChars appends the n-grams of 4 and 5 bytes of a folded word with its ends marked, which occurs n times. Folded words are nearly
// always ASCII; where they are not, an n-gram may cut a character, which does no harm to a hash.
func appendChars(found []uint64, word []byte, n uint32) []uint64 {
	at := len(found)
	found = slices.Grow(found, 2*len(word))[:at+2*len(word)-7]
	for ; len(word) > 4; word = word[1:] {
		h := hash4(word)
		two := found[at : at+2 : at+2]
		two[0] = occurs(familyChars, h, n)
		two[1] = occurs(familyChars, (h^uint32(word[4]))*prime, n)
		at += 2
	}
	found[at] = occurs(familyChars, hash4(word), n)
	return found
}

// hash4 is the FNV-1a hash of the first four bytes.
func hash4(s []byte) uint32 {
	_ = s[3]
	h := (offset ^ uint32(s[0])) * prime
	h = (h ^ uint32(s[1])) * prime
	h = (h ^ uint32(s[2])) * prime
	return (h ^ uint32(s[3])) * prime
}
