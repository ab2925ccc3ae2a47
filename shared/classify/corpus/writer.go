package corpus

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// writer writes one document.
type writer struct {
	dice
	lang    string
	label   string
	variant string
	book    *book
	foreign *book
	source  *Source
	noise   float64
	lines   []string // "" ends a block
}

func (w *writer) write(s shape) *layout.Document {
	w.noise = 0
	if w.chance(0.15) {
		w.noise = 0.03 * w.Float64()
	}
	if w.label == Background {
		if w.chance(0.15) {
			return w.pages(s, w.scraps())
		}
		// The shape alone must not give a type away.
		if w.chance(0.5) {
			s = w.source.shapes[pick(w.dice, w.source.labels)]
			s.after, s.terms = "", 0
		}
	}
	if s.after != "" && w.variant == "fill" {
		w.before(s.after)
	}
	w.opening(s)
	w.pairs(s, s.pairs)
	w.table(s)
	if s.salutation {
		w.add(w.phrase("salutation"))
	}
	w.body(s)
	if s.salutation {
		w.add(w.phrase("closing"), "", w.value("name"))
	}
	w.pairs(s, s.tail)
	if w.chance(s.terms) {
		w.terms()
	}
	if w.chance(0.3) {
		w.shared(1)
	}
	return w.pages(s, w.lines)
}

// before writes a short document of another type ahead of this one.
func (w *writer) before(label string) {
	if w.chance(0.2) {
		return
	}
	own, variant, name := w.book, w.variant, w.label
	s := w.source.shapes[label]
	w.book, w.variant, w.label = w.source.books[label], "", label
	w.opening(s)
	w.pairs(s, s.pairs)
	w.body(s)
	w.book, w.variant, w.label = own, variant, name
}

// terms writes conditions in the words of contracts: they stand on the back of orders and invoices too.
func (w *writer) terms() {
	conditions := w.source.books["contract"].phrases[key(w.lang, "sentence", "")]
	for i := range w.between(5, 50) {
		text := w.fill(pick(w.dice, conditions))
		if w.chance(0.5) {
			text = fmt.Sprintf("%d. %s", i+1, text)
		}
		w.wrap(text)
	}
}

// scraps returns what is hardly a text: nothing, a few words, or random letters.
func (w *writer) scraps() []string {
	var out []string
	for range w.between(0, 12) {
		var words []string
		for range w.between(1, 8) {
			words = append(words, pick(w.dice, []string{w.gibberish(), w.word("word"), w.value("n")}))
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

func (w *writer) add(lines ...string) {
	for _, l := range lines {
		w.lines = append(w.lines, w.smudge(l))
	}
}

// phrase returns a filled phrase of the kind; variants use their own phrases two times in three.
func (w *writer) phrase(kind string) string {
	own := w.book.phrases[key(w.lang, kind, w.variant)]
	common := w.book.phrases[key(w.lang, kind, "")]
	list := common
	if len(own) > 0 && (len(common) == 0 || w.chance(0.67)) {
		list = own
	}
	return w.fill(pick(w.dice, list))
}

func (w *writer) opening(s shape) {
	title := ""
	if w.chance(s.title) {
		title = w.phrase("title")
		if w.chance(0.3) {
			title = strings.ToUpper(title)
		}
	}
	late := w.chance(0.3)
	if title != "" && !late {
		w.add(title, "")
	}
	if w.chance(s.parties) {
		w.address()
		if w.chance(0.5) {
			w.address()
		}
	}
	if title != "" && late {
		w.add(title, "")
	}
	if w.chance(0.2) {
		w.shared(w.between(1, 3))
	}
}

func (w *writer) address() {
	w.add(w.company(), w.value("street"), strconv.Itoa(w.between(1000, 99999))+" "+w.word("city"))
	if w.chance(0.4) {
		w.add("Tel. " + w.value("phone"))
	}
	if w.chance(0.3) {
		w.add(w.value("email"))
	}
	w.add("")
}

// pairs writes labels with their values: on one line, two to a line, or all labels before all values.
func (w *writer) pairs(s shape, n span) {
	count := w.between(n.lo, n.hi)
	colon, style := pick(w.dice, []string{":", "", " :", "", "="}), w.IntN(4)
	var labels, values []string
	for range count {
		l := w.phrase("label")
		if l == "" || (w.label == Background && w.chance(0.4)) {
			l = pick(w.dice, []string{w.word("word"), w.word("topic"), w.gibberish()})
		}
		v := w.valueFor(l)
		if w.chance(s.blanks) {
			v = pick(w.dice, []string{"", "", "________", "N/A", "[ ]"})
		}
		labels, values = append(labels, l+colon), append(values, v)
	}
	for i := range labels {
		switch {
		case style == 0:
			w.add(labels[i], values[i])
		case style == 1 && i%2 == 0 && i+1 < count:
			w.add(strings.TrimSpace(labels[i] + " " + values[i] + " " + labels[i+1] + " " + values[i+1]))
		case style == 1 && i%2 == 1:
		case style == 3 && count < 9:
			if i == 0 {
				w.add(labels...)
				w.add(values...)
			}
		default:
			w.add(strings.TrimSpace(labels[i] + " " + values[i]))
		}
	}
	if count > 0 {
		w.add("")
	}
}

func (w *writer) table(s shape) {
	n := w.between(s.rows.lo, s.rows.hi)
	if n == 0 {
		return
	}
	if s.rows.hi > 30 {
		n = max(s.rows.lo, n/w.between(1, 4))
	}
	var head []string
	for range w.between(2, 6) {
		head = append(head, w.phrase("column"))
	}
	if w.chance(0.85) && s.narrow < 0.5 {
		w.add(strings.TrimSpace(strings.Join(head, " ")))
	}
	dated := w.label == "bank_statement" || (w.label == "purchase_order" && w.chance(0.3))
	for i := range n {
		item := w.phrase("item")
		if item == "" {
			item = w.word("topic")
		}
		cells := []string{item}
		if dated {
			cells = []string{w.date(), item}
		} else if w.chance(0.4) {
			cells = []string{strconv.Itoa(i + 1), item}
		}
		if w.chance(0.6) {
			cells = append(cells, w.value("n"))
		}
		for range w.between(1, 3) {
			cells = append(cells, w.amount())
		}
		if w.chance(0.15) {
			w.add(cells...)
			continue
		}
		w.add(strings.Join(cells, " "))
	}
	w.add("")
}

func (w *writer) body(s shape) {
	sections := w.between(s.sections.lo, s.sections.hi)
	if sections == 0 {
		w.paragraphs(s, 0)
		return
	}
	numbered := w.chance(0.5)
	for i := range sections {
		h := w.phrase("heading")
		if h == "" {
			h = w.phrase("title")
		}
		if numbered {
			h = strconv.Itoa(i+1) + ". " + h
		}
		w.add(h)
		w.paragraphs(s, i+1)
	}
}

func (w *writer) paragraphs(s shape, section int) {
	numbered := w.chance(s.numbered)
	var para []string
	for i := range w.between(s.sentences.lo, s.sentences.hi) {
		text := w.phrase("sentence")
		switch {
		case w.chance(0.12):
			text = w.neutral()
		case w.chance(s.foreign * 0.5):
			if f := pick(w.dice, w.foreign.phrases[key(w.lang, "sentence", "")]); f != "" {
				text = w.fill(f)
			}
		}
		if numbered {
			text = fmt.Sprintf("%s %s", pick(w.dice, []string{fmt.Sprintf("%d.", i+1), fmt.Sprintf("%d.%d", section, i+1), fmt.Sprintf("(%c)", 'a'+i%26), strconv.Itoa(i + 1)}), text)
		}
		if w.chance(s.dotted) {
			text += strings.Repeat(" .", w.between(2, 12)) + " " + strconv.Itoa(i+1)
		}
		para = append(para, text)
		if numbered || w.chance(0.35) {
			w.wrap(strings.Join(para, " "))
			para = nil
			if w.chance(0.3) {
				w.add("")
			}
		}
	}
	w.wrap(strings.Join(para, " "))
	w.add("")
}

// wrap adds the text as lines of about the width that the document uses.
func (w *writer) wrap(text string) {
	width, line := 70+w.between(0, 30), ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			w.add(line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		w.add(line)
	}
}

func (w *writer) neutral() string {
	return w.fill(pick(w.dice, w.source.shared.phrases[key(w.lang, "sentence", "")]))
}

func (w *writer) shared(n int) {
	for range n {
		w.add(w.neutral())
	}
}

// smudge damages some letters, as scanners do.
func (w *writer) smudge(line string) string {
	if w.noise == 0 {
		return line
	}
	r := []rune(line)
	for i, c := range r {
		if c != ' ' && w.chance(w.noise) {
			r[i] = rune(pick(w.dice, []int{'a', 'e', 'i', 'l', 'o', 't', '1', '.', ','}))
		}
	}
	return string(r)
}

// pages lays the lines out on pages; the boxes are rough.
func (w *writer) pages(s shape, lines []string) *layout.Document {
	width, height := 595.0, 842.0
	if w.chance(0.4) {
		width, height = 612, 792
	}
	if w.chance(0.04) {
		width, height = height, width
	}
	perPage := w.between(30, 65)
	if w.chance(s.narrow) {
		width, height, perPage = float64(w.between(160, 250)), float64(w.between(300, 900)), 200
	}
	doc := &layout.Document{Engine: "corpus/1", Outcome: layout.Complete, Language: w.lang}
	for first := true; first || len(lines) > 0; first = false {
		n := min(perPage, len(lines))
		page := layout.Page{Number: len(doc.Pages) + 1, Width: width, Height: height}
		page.Blocks = blocks(lines[:n], height/float64(perPage+4))
		doc.Pages = append(doc.Pages, page)
		lines = lines[n:]
	}
	return doc
}

func blocks(lines []string, leading float64) []layout.Block {
	var out []layout.Block
	open := false
	for i, text := range lines {
		words := strings.Fields(text)
		if len(words) == 0 {
			open = false
			continue
		}
		if !open {
			out = append(out, layout.Block{})
			open = true
		}
		b := &out[len(out)-1]
		y, x := leading*float64(i+2), 50.0
		line := layout.Line{}
		for _, t := range words {
			box := layout.Box{x, y, x + 5*float64(len(t)), y + 10}
			x = box[2] + 3
			line.Words = append(line.Words, layout.Word{Text: t, Box: box, Size: 10})
			line.Box = line.Box.Union(box)
		}
		b.Lines = append(b.Lines, line)
		b.Box = b.Box.Union(line.Box)
	}
	return out
}
