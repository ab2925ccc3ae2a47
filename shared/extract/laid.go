package extract

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

const (
	// maxColumn bounds how far to the right a word is put.
	maxColumn = 400
	// narrow is a column's width in middling characters: columns are narrower, so that few words are pushed to the right.
	// It was set to what pdftotext's columns come to.
	narrow = 0.87
	// blankLine is the gap between rows, in heights of a row, from which an empty line stands for it.
	blankLine = 0.9
)

// laid is a document as text in which every word stands where it stands on the page, as pdftotext -layout prints it.
// Pages end with a form feed.
type laid struct {
	text  string
	marks []mark // in the order of the text
}

// mark is a word's place in the text.
type mark struct {
	from, to int
	page     int
	box      layout.Box // empty for a word without one
}

// lay sets the sheet in columns of one width, that of the page's middling character.
func lay(s *sheet) *laid {
	var sb strings.Builder
	out := &laid{}
	for _, page := range s.pages {
		rows := s.rows[page.from:page.to]
		width, left := middling(rows)
		for i := range rows {
			r := &rows[i]
			if i > 0 && r.box[1]-rows[i-1].box[3] > blankLine*(r.box[3]-r.box[1]) {
				sb.WriteByte('\n')
			}
			out.row(&sb, r, width, left)
			sb.WriteByte('\n')
		}
		sb.WriteByte('\f')
	}
	out.text = sb.String()
	return out
}

// row sets one row: a word no further left than its place, one blank between words and two between parts.
func (l *laid) row(sb *strings.Builder, r *row, width, left float64) {
	column, part := 0, 0
	for i := range r.words {
		w := &r.words[i]
		blanks := 0
		if i > 0 {
			blanks = 1
		}
		if part+1 < len(r.parts) && int(w.from) >= r.parts[part+1].from {
			part++
			blanks = 2
		}
		if at := int((w.box[0]-left)/width + 0.1); i == 0 || blanks == 2 {
			blanks = max(blanks, min(at, maxColumn)-column)
		}
		sb.WriteString(strings.Repeat(" ", blanks))
		m := mark{from: sb.Len(), page: r.page}
		if !w.made {
			m.box = w.box
		}
		sb.WriteString(r.word(i))
		m.to = sb.Len()
		l.marks = append(l.marks, m)
		column += blanks + utf8.RuneCountInString(r.word(i))
	}
}

// middling returns the width of the middling character of a page and where its text begins.
func middling(rows []row) (width, left float64) {
	var widths []float64
	left = math.Inf(1)
	for i := range rows {
		for k := range rows[i].words {
			w := &rows[i].words[k]
			left = min(left, w.box[0])
			if n := utf8.RuneCountInString(rows[i].word(k)); n > 2 {
				widths = append(widths, (w.box[2]-w.box[0])/float64(n))
			}
		}
	}
	if len(widths) == 0 {
		return 6, min(left, 0)
	}
	slices.Sort(widths)
	width = widths[len(widths)/2]
	if fewest, most := widths[len(widths)/10], widths[len(widths)*9/10]; most-fewest > 0.02*width {
		width *= narrow // else all characters have one width, and columns are as they were
	}
	return max(width, 1), left
}

// place returns the page and the boxes of the words that text[from:to] touches.
func (l *laid) place(from, to int) (page int, box layout.Box) {
	i, _ := slices.BinarySearchFunc(l.marks, from, func(m mark, at int) int { return m.to - at - 1 })
	for ; i < len(l.marks) && l.marks[i].from < to; i++ {
		if m := l.marks[i]; page == 0 || m.page == page {
			page = m.page
			box = box.Union(m.box)
		}
	}
	return page, box
}

// find returns where raw stands in the text, whatever the blanks in it: of several places the one nearest to the share of
// the text that stands before it. It is for values that were matched in another form of the text.
func (l *laid) find(raw string, share float64) (from, to int, ok bool) {
	want := compact(raw)
	if want == "" {
		return 0, 0, false
	}
	text := compact(l.text)
	best := -1
	goal := int(share * float64(len(text)))
	for at := 0; at < len(text); {
		i := strings.Index(text[at:], want)
		if i < 0 {
			break
		}
		at += i
		if best < 0 || distance(at, goal) < distance(best, goal) {
			best = at
		}
		at += len(want)
	}
	if best < 0 {
		return 0, 0, false
	}
	return l.uncompact(best), l.uncompact(best+len(want)-1) + 1, true
}

func distance(a, b int) int { return max(a-b, b-a) }

func compact(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) {
			return -1
		}
		return c
	}, s)
}

// uncompact returns the byte of the text that is byte n of its compact form.
func (l *laid) uncompact(n int) int {
	for i, c := range l.text {
		if unicode.IsSpace(c) {
			continue
		}
		if size := utf8.RuneLen(c); n < size {
			return i + n
		}
		n -= utf8.RuneLen(c)
	}
	return len(l.text)
}
