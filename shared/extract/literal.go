package extract

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// literals are strings that are looked for together in one pass over a text. It is immutable.
//
// The hash of the words' first bytes says at nearly every place of a text that no word begins there, and else which ones may
// (the table of Wu and Manber, "A fast algorithm for multi-pattern searching", 1994, without its jumps: the words are short).
type literals struct {
	words []string // sorted, none empty
	size  int      // bytes that are hashed, 1 to 4
	mask  uint32
	first [1<<hashBits + 1]uint16 // order[first[h]:first[h+1]] are the words whose first bytes have the hash h
	order []uint16
}

const (
	hashBits     = 11
	maxHashBytes = 4
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
	l.mask = uint32(1)<<(8*l.size-1)*2 - 1
	hashes := make([]uint32, len(l.words))
	for i, w := range l.words {
		x := uint32(0)
		for k := range l.size {
			x = x<<8 | uint32(w[k])
		}
		hashes[i] = hash(x)
		l.first[hashes[i]+1]++
		l.order = append(l.order, uint16(i))
	}
	for h := range 1 << hashBits {
		l.first[h+1] += l.first[h]
	}
	slices.SortStableFunc(l.order, func(a, b uint16) int { return cmp.Compare(hashes[a], hashes[b]) })
	return l
}

func hash(x uint32) uint32 { return x * 0x9e3779b1 >> (32 - hashBits) }

// next returns the first place at or behind from where a word begins that ends at or before to; -1 for none.
func (l *literals) next(text string, from, to int) int {
	at := -1
	l.scan(text, from, to, func(_, i int) bool {
		at = i
		return false
	})
	return at
}

// scan calls visit for each word in text[from:to] with its index and its place, in order of the places, until visit
// returns false.
func (l *literals) scan(text string, from, to int, visit func(word, at int) bool) {
	x := uint32(0)
	for i := from; i < min(to, from+l.size-1); i++ {
		x = x<<8 | uint32(text[i])
	}
	for i := from + l.size - 1; i < to; i++ {
		x = (x<<8 | uint32(text[i])) & l.mask
		h := hash(x)
		k, end := l.first[h], l.first[h+1]
		if k == end {
			continue
		}
		at := i - l.size + 1
		for ; k < end; k++ {
			w := int(l.order[k])
			if strings.HasPrefix(text[at:to], l.words[w]) && !visit(w, at) {
				return
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
