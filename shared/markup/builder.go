package markup

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/millrace/millrace/shared/flow"
)

// indent is how far lists and quotations are moved to the right, in points.
const indent = 18

// builder turns elements into blocks of text.
type builder struct {
	items []flow.Node   // finished blocks
	lines [][]flow.Word // of the open paragraph
	open  bool          // the last line takes more words
	glued bool          // no blank since the last word: what follows belongs to it
	style style
	title string
}

// style is what elements say of the text in them.
type style struct {
	size float64 // 0 for the ordinary one
	bold bool
	pre  bool
	none bool // of size 0, and so not to be seen
}

func (b *builder) root() flow.Node { return &flow.Stack{Items: b.items} }

// element adds an element and what is in it.
func (b *builder) element(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		b.text(n.Data)
		return
	case html.ElementNode:
		if hidden(n) {
			return
		}
	case html.DocumentNode:
	default:
		return
	}
	outer := b.style
	b.restyle(n)
	defer func() { b.style = outer }()
	switch n.DataAtom {
	case atom.Br:
		b.breakLine()
	case atom.Img, atom.Area:
		b.text(" " + attribute(n, "alt") + " ")
	case atom.Title:
		if b.title == "" && n.FirstChild != nil {
			b.title = strings.Join(strings.Fields(n.FirstChild.Data), " ")
		}
	case atom.Table:
		b.flush()
		b.add(table(n, b.style))
	case atom.Ul, atom.Ol, atom.Blockquote, atom.Dd:
		b.nested(n)
	case atom.Pre, atom.Textarea, atom.Listing, atom.Xmp, atom.Plaintext:
		b.flush()
		b.children(n)
		b.flush()
	default:
		if !isBlock(n.DataAtom) {
			b.children(n)
			return
		}
		b.flush()
		b.children(n)
		b.flush()
	}
}

func (b *builder) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.element(c)
	}
}

// nested adds a list or another block that stands further to the right.
func (b *builder) nested(n *html.Node) {
	b.flush()
	inner := &builder{style: b.style}
	inner.list(n)
	inner.flush()
	if len(inner.items) > 0 {
		b.items = append(b.items, &flow.Stack{Items: inner.items, Indent: indent})
	}
}

// list adds the items of a list, with their marks, or whatever else there is.
func (b *builder) list(n *html.Node) {
	number := 1
	if start, err := strconv.Atoi(attribute(n, "start")); err == nil {
		number = start
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Li || n.DataAtom != atom.Ol && n.DataAtom != atom.Ul || hidden(c) {
			b.element(c)
			continue
		}
		mark := "•"
		if n.DataAtom == atom.Ol {
			mark = fmt.Sprintf("%d.", number)
			number++
		}
		b.flush()
		b.text(mark + " ")
		b.children(c)
		b.flush()
	}
}

// text adds text of the open paragraph. Words that nothing separates are one, whatever elements they are in.
func (b *builder) text(s string) {
	if b.style.none {
		return
	}
	if b.style.pre {
		b.preformatted(s)
		return
	}
	for len(s) > 0 {
		end := strings.IndexFunc(s, isBlank)
		if end == 0 {
			b.glued = false
			s = strings.TrimLeftFunc(s, isBlank)
			continue
		}
		if end < 0 {
			end = len(s)
		}
		b.word(s[:end])
		s = s[end:]
	}
}

// isBlank reports whether a character separates words; those of no width do not.
func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func (b *builder) word(text string) {
	text = strings.Map(func(r rune) rune {
		if r == '\u00ad' || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\u2060' || r == '\ufeff' || r == '\u034f' {
			return -1 // soft hyphens and characters of no width
		}
		return r
	}, text)
	if text == "" {
		return
	}
	if !b.open {
		b.lines, b.open = append(b.lines, nil), true
	}
	line := &b.lines[len(b.lines)-1]
	if last := len(*line) - 1; b.glued && last >= 0 {
		(*line)[last].Text += text
		return
	}
	*line = append(*line, flow.Word{Text: text, Size: b.style.size, Bold: b.style.bold})
	b.glued = true
}

// breakLine ends a line of the paragraph.
func (b *builder) breakLine() {
	if !b.open {
		b.lines = append(b.lines, nil)
	}
	b.open, b.glued = false, false
}

// preformatted adds text in which blanks and line ends count.
func (b *builder) preformatted(s string) {
	var lines [][]flow.Word
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		words := flow.Columns(line)
		for i := range words {
			words[i].Bold = b.style.bold
		}
		lines = append(lines, words)
	}
	b.flush()
	b.items = append(b.items, &flow.Fixed{Lines: lines})
}

// flush ends the open paragraph.
func (b *builder) flush() {
	b.open, b.glued = false, false
	lines := b.lines
	b.lines = nil
	for len(lines) > 0 && len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	for len(lines) > 0 && len(lines[0]) == 0 {
		lines = lines[1:]
	}
	if len(lines) > 0 {
		b.items = append(b.items, &flow.Paragraph{Lines: lines})
	}
}

func (b *builder) add(n flow.Node) {
	if n != nil {
		b.items = append(b.items, n)
	}
}
