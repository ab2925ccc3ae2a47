package classify

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// bag counts the features of one document. It is reused between documents and is not safe for concurrent use.
type bag struct {
	items   []uint64 // the features in the order in which they first occur, see [occurs]; the first is none, it stands for empty slots
	slots   []uint32 // where an item is, open addressing by the lower bits of its hash; 0 is empty
	found   []uint64 // what is to be counted, see [occurs]
	maybe   []uint64 // the items that a model may know
	hits    []hit    // the items that a model knows
	weights []uint64 // some of theirs
	words   int
	line    tokens
	shape   shapeCounts
	texts   map[uint32]Reason // what the items are, by hash; nil where nobody asks

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
	slotsPerWord = 16 // a document of 1,400 words has 3,800 features, one of 500 has 1,400; most slots should stay empty
)

func newBag(n *naming) *bag {
	return &bag{naming: n, called: make([]bool, len(n.types))}
}

// read replaces the bag's content by the features of doc.
func (b *bag) read(doc *layout.Document) {
	if !b.readIn(doc, batch) {
		b.readIn(doc, 1)
	}
}

// readIn reads doc, counting the n-grams of so many at a time, and returns false where that must be done word by word.
func (b *bag) readIn(doc *layout.Document, together int) bool {
	b.items, b.found, b.spelled = append(b.items[:0], 0), b.found[:0], b.spelled[:0]
	b.words, b.settled, b.shape = 0, 0, shapeCounts{}
	b.resize(slotsPerWord * min(doc.Words(), maxWords))
	b.line.reset()
	clear(b.called)
	b.addLines(doc)
	if !b.addChars(together) && together > 1 {
		return false
	}
	if b.words > 0 {
		b.addLayout(doc)
	}
	return true
}

// features returns what was counted, in the order in which it first occurs.
func (b *bag) features() []feature {
	out := make([]feature, len(b.items)-1)
	for i, item := range b.items[1:] {
		out[i] = feature{hash: hashOf(item), count: int32(countOf(item)), family: uint8(familyOf(item))}
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

func hashOf(item uint64) uint32   { return uint32(item >> 32) }
func familyOf(item uint64) uint32 { return uint32(item) >> countBits }
func countOf(item uint64) uint32  { return uint32(item) & mostCount }

// batch is how many features are found before they are counted: many, because each turn ends with a wrong guess of the processor, but
// so few that they stay in its nearest cache.
const batch = 512

// count counts what was found. Whether a feature is new is as good as random, and a processor that has guessed wrong finds it out only
// when the slot is there: so nothing branches on it. It returns of each the item, times two, plus one where that is new; the next
// features to be found take their place.
func (b *bag) count() []uint64 {
	b.reserve(len(b.found))
	slots, items, found := b.slots, b.items[:cap(b.items)], b.found
	used, last := uint32(len(b.items)), uint32(len(slots)-1)
	for k, f := range found {
		hash := hashOf(f)
		at := hash & last
		i := slots[at]
		item := items[i]
		for min(uint32(item), hashOf(item)^hash) != 0 { // not empty, and of another feature
			at = (at + 1) & last
			i = slots[at]
			item = items[i]
		}
		first := (i - 1) >> 31 // 1 where the slot was empty, else 0
		i |= used & -first
		slots[at] = i
		items[i] = (item | f&^mostCount&-uint64(first)) + f&mostCount
		found[k] = uint64(i)<<1 | uint64(first)
		used += first
	}
	b.items = items[:used]
	b.settle()
	b.found = b.found[:0]
	return found
}

// settle keeps those of the words just counted that had not occurred before.
func (b *bag) settle() {
	kept := b.settled
	for _, w := range b.spelled[kept:] {
		f := b.found[w.item]
		w.item = int(f >> 1)
		b.spelled[kept] = w
		kept += int(f & 1)
	}
	b.spelled, b.settled = b.spelled[:kept], kept
}

// reserve makes room for n more items, with as many slots left empty.
func (b *bag) reserve(n int) {
	b.items = slices.Grow(b.items, n+1)
	if need := 2 * (len(b.items) + n); need > len(b.slots) {
		b.rehash(2 * need)
	}
}

// rehash spreads the items over n slots or more.
func (b *bag) rehash(n int) {
	b.resize(n)
	last := uint32(len(b.slots) - 1)
	for i, item := range b.items[1:] {
		at := hashOf(item) & last
		for b.slots[at] != 0 {
			at = (at + 1) & last
		}
		b.slots[at] = uint32(i + 1)
	}
}

// resize makes at least n slots, all empty.
func (b *bag) resize(n int) {
	n = 1 << bits.Len(uint(max(n, leastSlots)-1))
	if n > cap(b.slots) {
		b.slots = make([]uint32, n)
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
	b.words += len(words)
	b.line.read(words)
	b.shape.line(len(words), len(b.line.list), strings.HasSuffix(words[len(words)-1].Text, ":"))
	b.look(firstPage, at)
	b.find(top)
	if b.texts != nil {
		b.tell(top)
	}
}

// look finds out what the line calls the document.
func (b *bag) look(firstPage bool, at int) {
	n := len(b.line.list)
	if !firstPage {
		if n > headingWords {
			return
		}
		n = min(n, 1)
	}
	for i := range n {
		b.naming.look(&b.line, i, firstPage, at, b.called)
	}
}

// find finds the features of the line in hand, which may be at the top of the first page.
func (b *bag) find(top bool) {
	list := b.line.list
	at, words := len(b.found), len(b.spelled)
	found, each := slices.Grow(b.found, 4*len(list)+1), slices.Grow(b.spelled, len(list)+1)
	found, each = found[:cap(found)], each[:cap(each)]
	previous := uint32(0)
	for i := range list {
		t := &list[i]
		b.shape.values[t.mask]++
		each[words] = spelled{at, t.from - 1, t.to + 1}
		words += t.spelled()
		found[at] = occurs(familyWord, t.hash, 1)
		at++
		if top {
			found[at] = occurs(familyTop, t.hash, 1)
			at++
		}
		if i > 0 {
			pair := mix(previous, t.hash)
			found[at] = occurs(familyPair, pair, 1)
			at++
			if top {
				found[at] = occurs(familyTop, pair, 1)
				at++
			}
		}
		previous = t.hash
	}
	if n := len(list); n > 0 && n <= 5 {
		whole := uint32(offset)
		for _, t := range list {
			whole = mix(whole, t.hash)
		}
		found[at] = occurs(familyLine, whole, 1)
		at++
	}
	b.found, b.spelled = found[:at], each[:words]
}

// spelled returns 1 where the n-grams of the token count, else 0: its folded word has 4 to 40 bytes.
func (t *token) spelled() int { return int((uint64(uint32(t.to-t.from-4)) - 37) >> 63) }

// addChars adds the n-grams of the document's words, so many at a time or more. An n-gram may have the hash of a word to come, and then
// counts as that word: addChars returns false where one has the hash of anything that came from lines.
func (b *bag) addChars(together int) bool {
	lines := uint64(len(b.items))
	least := lines
	for i, w := range b.spelled {
		b.found = appendChars(b.found, b.line.text[w.from:w.to], countOf(b.items[w.item]))
		if len(b.found) < together && i < len(b.spelled)-1 {
			continue
		}
		for _, f := range b.count() {
			least = min(least, f>>1)
		}
	}
	return least == lines
}

// appendChars appends the n-grams of 4 and 5 bytes of a folded word with its ends marked, which occurs n times. Folded words are nearly
// always ASCII; where they are not, an n-gram may cut a character, which does no harm to a hash.
func appendChars(found []uint64, word []byte, n uint32) []uint64 {
	at := len(found)
	found = slices.Grow(found, 2*len(word))[:at+2*len(word)-7]
	// The hashes of the last four bytes, three, two and one.
	h1 := (offset ^ uint32(word[3])) * prime
	h2 := ((offset^uint32(word[2]))*prime ^ uint32(word[3])) * prime
	h3 := (((offset^uint32(word[1]))*prime^uint32(word[2]))*prime ^ uint32(word[3])) * prime
	h4 := ((((offset^uint32(word[0]))*prime^uint32(word[1]))*prime^uint32(word[2]))*prime ^ uint32(word[3])) * prime
	found[at] = occurs(familyChars, h4, n)
	rest := found[at+1:]
	for i, b := range word[4:] {
		c := uint32(b)
		h5 := (h4 ^ c) * prime
		h4, h3, h2, h1 = (h3^c)*prime, (h2^c)*prime, (h1^c)*prime, (offset^c)*prime
		two := rest[2*i : 2*i+2]
		two[0] = occurs(familyChars, h5, n)
		two[1] = occurs(familyChars, h4, n)
	}
	return found
}
