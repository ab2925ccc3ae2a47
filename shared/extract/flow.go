package extract

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

// flow is the document's running text in reading order: words with one blank between them, blocks with a newline.
type flow struct {
	folded
	lines []flowLine
}

// flowLine is a line of the flow with words, and where it stands.
type flowLine struct {
	start int // of the first word in the text
	page  int
	words []layout.Word
}

// flowWriter makes running texts; each takes the memory of the one before.
type flowWriter struct {
	text  []byte
	lines []flowLine
	words int
	full  bool // no more is taken
	ascii bool // all of it; it may be so although this is false
}

func (w *flowWriter) begin() { w.words, w.full, w.ascii = 0, false, true }

// line adds a line's words. It returns where they stand in the text, nowhere if they are not all there as they are, and whether
// they are ASCII.
func (w *flowWriter) line(words []layout.Word, page int) (at int, ascii bool) {
	if w.full || len(words) == 0 {
		return nowhere, false
	}
	at = len(w.text)
	w.lines = append(w.lines, flowLine{at, page, words})
	if w.words+len(words) <= maxWords && w.plain(words) {
		w.words += len(words)
		return at, true
	}
	w.text, w.ascii = w.text[:at], false
	same := true
	for i := range words {
		if len(w.text)+len(words[i].Text) > maxFlow || w.words+i >= maxWords {
			w.full = true
			return nowhere, false
		}
		text := clean(words[i].Text)
		w.text = append(append(w.text, text...), ' ')
		same = same && text == words[i].Text && text != "" && len(text) <= maxWordSize
	}
	w.words += len(words)
	if !same {
		return nowhere, false
	}
	return at, false
}

// plain adds a line's words, or a part of them, and says whether all are there and are ASCII that need not be cleaned.
func (w *flowWriter) plain(words []layout.Word) bool {
	from := len(w.text)
	for i := range words {
		text := words[i].Text
		if n := len(text); n == 0 || n > maxWordSize || !visible(text[0]) || !visible(text[n-1]) {
			return false
		}
		w.text = append(append(w.text, text...), ' ')
	}
	return len(w.text) <= maxFlow && asciiBytes(w.text[from:])
}

// visible says that a byte is an ASCII character and no blank.
func visible(c byte) bool { return c-'!' < utf8.RuneSelf-'!' }

// asciiBytes says that all bytes are ASCII.
func asciiBytes(b []byte) bool {
	all := uint64(0)
	for ; len(b) >= 8; b = b[8:] {
		all |= binary.LittleEndian.Uint64(b)
	}
	for _, c := range b {
		all |= uint64(c)
	}
	return all&0x8080808080808080 == 0
}

func (w *flowWriter) endBlock() {
	if !w.full {
		w.text = append(w.text, '\n')
	}
}

// end returns the text, which is good until the next reset.
func (w *flowWriter) end() flow {
	text := string(w.text)
	return flow{folded{text, lower(text), w.ascii || plain(text)}, w.lines}
}

func (w *flowWriter) reset() { w.text, w.lines = w.text[:0], emptied(w.lines) }

// clean returns a word without blanks around it and without bytes that are not UTF-8.
func clean(word string) string {
	plain := true
	for i := range len(word) {
		plain = plain && visible(word[i])
	}
	if plain {
		return word
	}
	if n := len(word); n > 0 && (!visible(word[0]) || !visible(word[n-1])) {
		word = strings.TrimFunc(word, unicode.IsSpace)
	}
	if utf8.ValidString(word) {
		return word
	}
	return strings.ToValidUTF8(word, "\uFFFD")
}

// around returns the stretches of the text within reach bytes of any of the words, in order; the whole text for no words.
// Spots are the places of all words, of which near tells the ones that count. Top, where not 0, bounds the text to its
// first bytes.
func (f *flow) around(spots [][]int, near []nearWord, reach, top int) []span {
	size := len(f.text)
	if top > 0 && top < size {
		size = f.runeStart(top)
	}
	if len(near) == 0 {
		return []span{{0, size}}
	}
	var out []span
	for _, w := range near {
		free := 0 // a word that is part of itself is not counted twice
		for _, at := range spots[w.index] {
			if at+w.size > size {
				break
			}
			if at >= free {
				out = append(out, span{f.runeStart(max(at-reach, 0)), f.runeStart(min(at+w.size+reach, size))})
				free = at + w.size
			}
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	merged := out[:0]
	for _, s := range out {
		if n := len(merged); n > 0 && s.from <= merged[n-1].to {
			merged[n-1].to = max(merged[n-1].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// runeStart returns the start of the rune that text[i] is part of.
func (f *flow) runeStart(i int) int {
	for i > 0 && i < len(f.text) && !utf8.RuneStart(f.text[i]) {
		i--
	}
	return i
}

// evidence returns the page on which text[from:to] starts and the union of the boxes of its words on that page.
func (f *flow) evidence(from, to int) (page int, box layout.Box) {
	i, _ := slices.BinarySearchFunc(f.lines, from, func(l flowLine, at int) int { return l.start - at - 1 })
	for _, l := range f.lines[max(i-1, 0):] {
		start := l.start
		for k := range l.words {
			if start >= to {
				return page, box
			}
			end := start + len(clean(l.words[k].Text))
			if end > from {
				if page == 0 {
					page = l.page
				}
				if b := &l.words[k].Box; page == l.page && usable(b) {
					box = box.Union(*b)
				}
			}
			start = end + 1
		}
	}
	return page, box
}
