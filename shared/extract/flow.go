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
	text   string
	lower  string // text with its ASCII letters in lower case; offsets are those of text
	starts []int
	words  []place
}

// place is where a word of the flow stands.
type place struct {
	page int
	box  layout.Box
	size int // bytes
}

func newFlow(doc *layout.Document) flow {
	var f flow
	var sb strings.Builder
	for i := range doc.Pages {
		p := &doc.Pages[i]
		number := p.Number
		if number <= 0 {
			number = i + 1
		}
		for b := range p.Blocks {
			for l := range p.Blocks[b].Lines {
				for _, w := range p.Blocks[b].Lines[l].Words {
					if sb.Len()+len(w.Text) > maxFlow || len(f.words) >= maxWords {
						f.text = sb.String()
						f.lower = lower(f.text)
						return f
					}
					text := strings.ToValidUTF8(strings.TrimFunc(w.Text, unicode.IsSpace), "\uFFFD")
					box := w.Box
					if !usable(box) {
						box = layout.Box{}
					}
					f.starts = append(f.starts, sb.Len())
					f.words = append(f.words, place{number, box, len(text)})
					sb.WriteString(text)
					sb.WriteByte(' ')
				}
			}
			sb.WriteByte('\n')
		}
	}
	f.text = sb.String()
	f.lower = lower(f.text)
	return f
}

// lower puts ASCII letters in lower case and leaves all else, so that offsets stay.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// around returns the stretches of the text within reach bytes of any of the words, in order; the whole text for no words.
// Top, where not 0, bounds the text to its first bytes.
func (f *flow) around(words []string, reach, top int) []span {
	size := len(f.text)
	if top > 0 && top < size {
		size = f.runeStart(top)
	}
	if len(words) == 0 {
		return []span{{0, size}}
	}
	var out []span
	for _, w := range words {
		for at := 0; ; {
			i := strings.Index(f.lower[at:size], w)
			if i < 0 {
				break
			}
			at += i
			out = append(out, span{f.runeStart(max(at-reach, 0)), f.runeStart(min(at+len(w)+reach, size))})
			at += len(w)
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
		if f.words[i].page == page {
			box = box.Union(f.words[i].box)
		}
	}
	return page, box
}
