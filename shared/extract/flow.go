package extract

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

// flow is the document's running text in reading order: words with one blank between them, blocks with a newline.
type flow struct {
	folded
	starts []int
	words  []flowWord
}

// flowWord is a word of the flow and the page on which it stands.
type flowWord struct {
	page int
	size int // bytes
	box  *layout.Box
}

// flowWriter makes running texts; each takes the memory of the one before.
type flowWriter struct {
	starts []int
	words  []flowWord
}

func (w *flowWriter) of(doc *layout.Document) flow {
	f := w.join(doc)
	w.starts, w.words = f.starts, f.words
	return f
}

func (w *flowWriter) join(doc *layout.Document) flow {
	var f flow
	words := min(doc.Words(), maxWords)
	f.starts, f.words = slices.Grow(w.starts[:0], words), slices.Grow(w.words[:0], words)
	var sb strings.Builder
	sb.Grow(min(8*words, maxFlow))
	for i := range doc.Pages {
		p := &doc.Pages[i]
		number := p.Number
		if number <= 0 {
			number = i + 1
		}
		for b := range p.Blocks {
			for l := range p.Blocks[b].Lines {
				line := p.Blocks[b].Lines[l].Words
				for k := range line {
					if sb.Len()+len(line[k].Text) > maxFlow || len(f.words) >= maxWords {
						f.folded = newFolded(sb.String())
						return f
					}
					text := clean(line[k].Text)
					f.starts = append(f.starts, sb.Len())
					f.words = append(f.words, flowWord{number, len(text), &line[k].Box})
					sb.WriteString(text)
					sb.WriteByte(' ')
				}
			}
			sb.WriteByte('\n')
		}
	}
	f.folded = newFolded(sb.String())
	return f
}

// clean returns a word without blanks around it and without bytes that are not UTF-8.
func clean(word string) string {
	plain := true
	for i := range len(word) {
		plain = plain && word[i]-'!' < utf8.RuneSelf-'!'
	}
	if plain {
		return word
	}
	if n := len(word); n > 0 && (word[0] <= ' ' || word[0] >= utf8.RuneSelf || word[n-1] <= ' ' || word[n-1] >= utf8.RuneSelf) {
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
	i, _ := slices.BinarySearch(f.starts, from+1)
	i = max(i-1, 0)
	for ; i < len(f.starts) && f.starts[i] < to; i++ {
		if f.starts[i]+f.words[i].size <= from {
			continue
		}
		if page == 0 {
			page = f.words[i].page
		}
		if f.words[i].page == page && usable(*f.words[i].box) {
			box = box.Union(*f.words[i].box)
		}
	}
	return page, box
}
