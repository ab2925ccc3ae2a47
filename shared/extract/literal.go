package extract

import (
	"cmp"
	"slices"
	"strings"
)

// literals are strings that are looked for together in one pass over a text. It is immutable.
//
// A bit for each hash of the words' first bytes says at nearly every place of a text that no word begins there (the filter
// of Wu and Manber, "A fast algorithm for multi-pattern searching", 1994, without its jumps: the words are short).
type literals struct {
	words  []string   // sorted, none empty
	first  [257]int32 // words[first[c]:first[c+1]] begin with the byte c
	size   int        // bytes that are hashed, 1 to 4
	mask   uint32
	filter [filterBits / 64]uint64
}

const (
	filterBits   = 1 << 11
	filterShift  = 32 - 11
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
		l.first[int(w[0])+1]++
	}
	for c := range 256 {
		l.first[c+1] += l.first[c]
	}
	l.mask = uint32(1)<<(8*l.size-1)*2 - 1
	for _, w := range l.words {
		x := uint32(0)
		for i := range l.size {
			x = x<<8 | uint32(w[i])
		}
		h := hash(x)
		l.filter[h/64] |= 1 << (h % 64)
	}
	return l
}

func hash(x uint32) uint32 { return x * 0x9e3779b1 >> filterShift }

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
	for i := from; i < to; i++ {
		x = (x<<8 | uint32(text[i])) & l.mask
		h := hash(x)
		if l.filter[h/64]&(1<<(h%64)) == 0 || i-from < l.size-1 {
			continue
		}
		at := i - l.size + 1
		c := int(text[at])
		for w := int(l.first[c]); w < int(l.first[c+1]); w++ {
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

func newFolded(text string) folded {
	return folded{text, lower(text), !strings.Contains(text, "\u017f") && !strings.Contains(text, "\u212a")}
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
	b := []byte(s)
	for i := first; i < len(b); i++ {
		if c := b[i]; c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
