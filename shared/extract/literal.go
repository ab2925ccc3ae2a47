package extract

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// literals are strings that are looked for together in one pass over a text. It is immutable.
//
// The hash of the words' first bytes, and the two bytes behind these, say at nearly every place of a text that no word begins
// there, and else which ones may (the table of Wu and Manber, "A fast algorithm for multi-pattern searching", 1994, without its
// jumps: the words are short).
type literals struct {
	words []string // sorted, none empty
	size  int      // bytes that are hashed, 1 to 3
	mask  uint32
	known [1 << knownBits]uint8   // 1 for the hashes of the words' first bytes
	after [1 << hashBits]uint64   // by the hash of the first bytes, shortened, what may stand behind them, see [behind]
	first [1<<hashBits + 1]uint16 // order[first[h]:first[h+1]] are the words whose first bytes have the hash h
	order []uint16
}

const (
	knownBits    = 12
	hashBits     = 9
	maxHashBytes = 3
)

// newLiterals returns the set of the words; nil where there are none or one is empty.
func newLiterals(words []string) *literals {
	l := &literals{words: slices.Clone(words), size: maxHashBytes}
	slices.Sort(l.words)
	l.words = slices.Compact(l.words)
	if len(l.words) == 0 || l.words[0] == "" {
		return nil
	}
	for _, w := range l.words {
		l.size = min(l.size, len(w))
	}
	l.mask = 1<<(8*l.size) - 1
	hashes := make([]uint32, len(l.words))
	for i, w := range l.words {
		x := uint32(firstBytes(w))
		l.known[l.hash(x)] = 1
		h := l.hash(x) >> (knownBits - hashBits)
		hashes[i] = h
		l.after[h] |= behind(w[l.size:])
		l.first[h+1]++
		l.order = append(l.order, uint16(i))
	}
	for h := range 1 << hashBits {
		l.first[h+1] += l.first[h]
	}
	slices.SortStableFunc(l.order, func(a, b uint16) int { return cmp.Compare(hashes[a], hashes[b]) })
	return l
}

// behind returns a bit for each byte that may come next, by its lowest five bits, and above these for each that may follow it:
// all where rest ends before.
func behind(rest string) uint64 {
	const all = 1<<32 - 1
	switch len(rest) {
	case 0:
		return all<<32 | all
	case 1:
		return all<<32 | 1<<(rest[0]&31)
	}
	return 1<<32<<(rest[1]&31) | 1<<(rest[0]&31)
}

// firstBytes returns the first bytes of a text as a number, the first one lowest; bytes that are missing are zero.
func firstBytes(text string) (x uint64) {
	if len(text) >= 8 {
		return eight(text)
	}
	for k := range len(text) {
		x |= uint64(text[k]) << (8 * k)
	}
	return x
}

// hash returns the hash of a text whose first bytes are those of x.
func (l *literals) hash(x uint32) uint32 { return (x & l.mask) * 0x9e3779b1 >> (32 - knownBits) }

// begins says that a text whose first bytes are those of x begins with a word.
func (l *literals) begins(x uint64, text string) bool {
	full := l.hash(uint32(x))
	h := full >> (knownBits - hashBits)
	after, next := l.after[h], x>>(8*l.size&63)
	if uint64(l.known[full])&(after>>(next&31))&(after>>32>>(next>>8&31)) == 0 {
		return false
	}
	for _, w := range l.order[l.first[h]:l.first[h+1]] {
		if strings.HasPrefix(text, l.words[w]) {
			return true
		}
	}
	return false
}

// places returns a bit for each of the four places from text[at] on where a word may begin. Nearly always there is none.
func (l *literals) places(x uint64) uint8 {
	return l.known[l.hash(uint32(x))] | l.known[l.hash(uint32(x>>8))]<<1 | l.known[l.hash(uint32(x>>16))]<<2 | l.known[l.hash(uint32(x>>24))]<<3
}

// next returns the first place at or behind from where a word begins that ends at or before to; -1 for none.
func (l *literals) next(text string, from, to int) int {
	text = text[:to]
	at := from
	for ; at+8 <= to; at += 4 {
		x := eight(text[at:])
		for places := l.places(x); places != 0; places &= places - 1 {
			k := bits.TrailingZeros8(places)
			if l.begins(x>>(8*k&63), text[at+k:]) {
				return at + k
			}
		}
	}
	for ; at+l.size <= to; at++ {
		if l.begins(firstBytes(text[at:]), text[at:]) {
			return at
		}
	}
	return -1
}

// last returns the last place at or behind from where a word begins that ends at or before to; from-1 for none.
func (l *literals) last(text string, from, to int) int {
	text = text[:to]
	at := to
	for ; at > from && at+4 > to; at-- {
		if to-at+1 >= l.size && l.begins(firstBytes(text[at-1:]), text[at-1:]) {
			return at - 1
		}
	}
	for ; at-4 >= from; at -= 4 {
		x := eight(text[at-4:])
		for places := l.places(x); places != 0; {
			k := bits.Len8(places) - 1
			if l.begins(x>>(8*k&63), text[at-4+k:]) {
				return at - 4 + k
			}
			places &^= 1 << k
		}
	}
	for ; at > from; at-- {
		if l.begins(firstBytes(text[at-1:]), text[at-1:]) {
			return at - 1
		}
	}
	return from - 1
}

// scan calls visit for each word in text[from:to] with its index and its place, in order of the places.
func (l *literals) scan(text string, from, to int, visit func(word, at int)) {
	for at := l.next(text, from, to); at >= 0; at = l.next(text, at+1, to) {
		h := l.hash(uint32(firstBytes(text[at:]))) >> (knownBits - hashBits)
		for _, w := range l.order[l.first[h]:l.first[h+1]] {
			if strings.HasPrefix(text[at:to], l.words[w]) {
				visit(int(w), at)
			}
		}
	}
}

// index returns the index of a word, -1 where it is not in the set.
func (l *literals) index(word string) int {
	if i, ok := slices.BinarySearch(l.words, word); ok {
		return i
	}
	return -1
}

// shortest returns the length of the shortest word.
func shortest(words []string) int {
	return len(slices.MinFunc(words, func(a, b string) int { return cmp.Compare(len(a), len(b)) }))
}

// folded is a text with its ASCII letters in lower case as well; offsets are the same in both.
type folded struct {
	text  string
	lower string
	// plain says that no character outside ASCII is the same as an ASCII letter but for its case. The long s and the
	// Kelvin sign are, so an expression without case could find them where no literal is.
	plain bool
}

func newFolded(text string) folded { return folded{text, lower(text), plain(text)} }

// plain says that a text has neither a long s nor a Kelvin sign.
func plain(text string) bool {
	return !strings.Contains(text, "\u017f") && !strings.Contains(text, "\u212a")
}

// lower puts ASCII letters in lower case and leaves all else, so that offsets stay.
func lower(s string) string {
	first := 0
	for first < len(s) && (s[first] < 'A' || s[first] > 'Z') {
		first++
	}
	if first == len(s) {
		return s
	}
	var sb strings.Builder
	sb.Grow(len(s))
	sb.WriteString(s[:first])
	var block [64]byte
	for rest := s[first:]; rest != ""; {
		n := copy(block[:], rest)
		lowerBytes(block[:n])
		sb.Write(block[:n])
		rest = rest[n:]
	}
	return sb.String()
}

// lowerBytes is like lower, eight bytes at a time: the highest bit of each byte becomes a comparison's result.
func lowerBytes(b []byte) {
	const ones = 0x0101010101010101
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		low := x &^ (0x80 * ones)
		capital := (low + (0x80-'A')*ones) &^ (low + (0x80-'Z'-1)*ones) &^ x & (0x80 * ones)
		binary.LittleEndian.PutUint64(b, x|capital>>2)
		b = b[8:]
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
}
