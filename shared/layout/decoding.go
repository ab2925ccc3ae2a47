package layout

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxDecoded bounds what Decode inflates, so that a damaged or hostile file cannot exhaust memory.
const maxDecoded = 512 << 20

// Decode is the inverse of [Encode]. It reads at most 512 MiB of JSON; unknown properties are passed over.
func Decode(r io.Reader) (*Document, error) {
	text, err := unpack(r)
	if err != nil {
		return nil, fmt.Errorf("decode layout: %w", err)
	}
	d := &decoder{text: text}
	doc := &Document{}
	h, err := d.document(func() error {
		doc.Pages = append(doc.Pages, Page{})
		p := &doc.Pages[len(doc.Pages)-1]
		return d.page(p, func() error {
			p.Blocks = append(p.Blocks, Block{})
			return d.block(&p.Blocks[len(p.Blocks)-1])
		})
	})
	if err != nil {
		return nil, err
	}
	doc.Engine, doc.EngineReason, doc.Outcome, doc.Language, doc.Info = h.Engine, h.EngineReason, h.Outcome, h.Language, h.Info
	doc.Attachments, doc.Form, doc.Outline, doc.Annotations = h.Attachments, h.Form, h.Outline, h.Annotations
	return doc, nil
}

// decoder reads the encoded form. It is written by hand because three stages decode every document, and because the
// words of a layout can share the memory of its text: measured at a fifth of encoding/json's time (docs/adr/0010).
type decoder struct {
	text  string
	at    int
	words []Word // the rest of a slab that lines take their words from
}

// slab is how many words are allocated at once; a line is rarely longer than what must be left of it.
const (
	slab     = 1024
	slabLeft = 32
)

var errSyntax = errors.New("this is not the JSON of a layout")

// document takes a whole document: page takes each of its pages, the rest is returned.
func (d *decoder) document(page func() error) (head, error) {
	h, err := d.parts(page)
	if err != nil {
		return head{}, fmt.Errorf("decode layout: byte %d: %w", d.at, err)
	}
	return h, nil
}

func (d *decoder) parts(page func() error) (h head, err error) {
	rest := []byte{'{'}
	err = d.object(func(key string) error {
		if key == "pages" {
			return d.array(page)
		}
		raw, err := d.skip()
		if len(rest) > 1 {
			rest = append(rest, ',')
		}
		rest = append(append(append(strconv.AppendQuote(rest, key), ':'), raw...), ' ')
		return err
	})
	if err != nil {
		return h, err
	}
	if d.peek() != 0 || d.at != len(d.text) {
		return h, errSyntax
	}
	return h, json.Unmarshal(append(rest, '}'), &h)
}

// page takes a page into p but for its blocks, each of which block takes.
func (d *decoder) page(p *Page, block func() error) error {
	return d.object(func(key string) (err error) {
		switch key {
		case "n":
			p.Number, err = d.integer()
		case "label":
			p.Label, err = d.string()
		case "w":
			p.Width, err = d.number()
		case "h":
			p.Height, err = d.number()
		case "rot":
			p.Rotation, err = d.integer()
		case "error":
			p.Error, err = d.string()
		case "blocks":
			err = d.array(block)
		default:
			_, err = d.skip()
		}
		return err
	})
}

func (d *decoder) block(b *Block) error {
	return d.array(func() error {
		b.Lines = append(b.Lines, Line{})
		line := &b.Lines[len(b.Lines)-1]
		err := d.line(line)
		b.Box = b.Box.Union(line.Box)
		return err
	})
}

func (d *decoder) line(line *Line) error {
	if cap(d.words) < slabLeft {
		d.words = make([]Word, 0, slab)
	}
	words := d.words
	err := d.array(func() (err error) {
		var w Word
		if !d.plainWord(&w) {
			w, err = d.word()
		}
		words = append(words, w)
		line.Box = line.Box.Union(w.Box)
		return err
	})
	if len(words) > 0 {
		line.Words = words[:len(words):len(words)]
		d.words = words[len(words):]
	}
	return err
}

// plainWord takes a word of the form that [Encode] nearly always writes: no escapes in its text, no white space, no negative numbers,
// nothing unknown. Where the word has another form it takes nothing and leaves it to [decoder.word].
func (d *decoder) plainWord(w *Word) bool {
	text := d.text
	word, at, ok := quoted(text, d.at)
	if !ok {
		return false
	}
	w.Text = word
	for i := 0; ; i++ {
		if at >= len(text) {
			return false
		}
		switch c := text[at]; {
		case c == ']' && i >= 4:
			d.at = at + 1
			return true
		case c != ',':
			return false
		}
		at++
		if i == 5 {
			w.Bold = strings.HasPrefix(text[at:], "1]")
			if w.Bold {
				d.at = at + 2
			}
			return w.Bold
		}
		var v float64
		if v, at = plainNumber(text, at); at < 0 {
			return false
		}
		if i < 4 {
			w.Box[i] = v
		} else {
			w.Size = v
		}
	}
}

// quoted returns the text that a word of the usual form begins with, and where it ends.
func quoted(text string, at int) (word string, end int, ok bool) {
	if len(text)-at < 2 || text[at] != '[' || text[at+1] != '"' {
		return "", 0, false
	}
	start := at + 2
	for at = start; at < len(text) && text[at] != '"'; at++ {
		if c := text[at]; c == '\\' || c < ' ' {
			return "", 0, false
		}
	}
	return text[start:at], at + 1, true
}

// plainNumber reads digits with at most two decimals, and returns what they say and where they end; -1 where they are no such number.
func plainNumber(text string, at int) (float64, int) {
	n, start := 0, at
	for ; at < len(text) && text[at]-'0' <= 9; at++ {
		n = n*10 + int(text[at]-'0')
	}
	if at == start || at-start > 12 {
		return 0, -1
	}
	if at >= len(text) || text[at] != '.' {
		return float64(n), at
	}
	at++
	start = at
	for ; at < len(text) && text[at]-'0' <= 9; at++ {
		n = n*10 + int(text[at]-'0')
		if at-start == 2 {
			return 0, -1
		}
	}
	switch at - start {
	case 1:
		return float64(n) / 10, at
	case 2:
		return float64(n) / 100, at
	}
	return 0, -1
}

func (d *decoder) word() (w Word, err error) {
	i := 0
	err = d.array(func() (err error) {
		switch {
		case i == 0:
			w.Text, err = d.string()
		case i <= 4:
			w.Box[i-1], err = d.number()
		case i == 5:
			w.Size, err = d.number()
		case i == 6:
			var bold int
			bold, err = d.integer()
			w.Bold = bold == 1
		default:
			_, err = d.skip()
		}
		i++
		return err
	})
	if err == nil && i < 5 {
		err = errSyntax
	}
	return w, err
}

// peek passes over white space and returns the next byte without taking it, or 0 at the end.
func (d *decoder) peek() byte {
	for d.at < len(d.text) {
		switch c := d.text[d.at]; c {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return c
		}
	}
	return 0
}

// take takes the byte c.
func (d *decoder) take(c byte) error {
	if d.peek() != c {
		return errSyntax
	}
	d.at++
	return nil
}

// object calls f at each value of an object.
func (d *decoder) object(f func(key string) error) error {
	return d.list('{', '}', func() error {
		key, err := d.string()
		if err == nil {
			err = d.take(':')
		}
		if err != nil {
			return err
		}
		return f(key)
	})
}

// array calls f at each value of an array.
func (d *decoder) array(f func() error) error { return d.list('[', ']', f) }

func (d *decoder) list(first, last byte, f func() error) error {
	if err := d.take(first); err != nil {
		return err
	}
	if d.peek() == last {
		d.at++
		return nil
	}
	for {
		if err := f(); err != nil {
			return err
		}
		switch d.peek() {
		case ',':
			d.at++
		case last:
			d.at++
			return nil
		default:
			return errSyntax
		}
	}
}

// string takes a string. One without escapes shares the memory of the text.
func (d *decoder) string() (string, error) {
	if err := d.take('"'); err != nil {
		return "", err
	}
	start := d.at
	escaped := false
	for ; d.at < len(d.text); d.at++ {
		switch c := d.text[d.at]; {
		case c == '\\':
			escaped = true
			d.at++
		case c < 0x20:
			return "", errSyntax
		case c == '"':
			s := d.text[start:d.at]
			d.at++
			if !escaped {
				return s, nil
			}
			var out string
			err := json.Unmarshal([]byte(d.text[start-1:d.at]), &out)
			return out, err
		}
	}
	d.at = len(d.text)
	return "", errSyntax
}

// literal takes a number or a word such as true.
func (d *decoder) literal() string {
	d.peek()
	start := d.at
	for d.at < len(d.text) && !delimits(d.text[d.at]) {
		d.at++
	}
	return d.text[start:d.at]
}

func delimits(c byte) bool {
	switch c {
	case ',', ']', '}', ':', ' ', '\t', '\r', '\n', '"', '[', '{':
		return true
	}
	return false
}

func (d *decoder) integer() (int, error) { return strconv.Atoi(d.literal()) }

// number takes a number. Those that Encode writes, with at most two decimals, are read in one pass.
func (d *decoder) number() (float64, error) {
	d.peek()
	start := d.at
	at, n, decimals := d.at, 0, -1
	for ; at < len(d.text) && at-start < 15; at++ {
		c := d.text[at]
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
			if decimals >= 0 {
				decimals++
			}
			continue
		case c == '.' && decimals < 0 && at > start:
			decimals = 0
			continue
		}
		break
	}
	if at == start || at == len(d.text) || !delimits(d.text[at]) || decimals == 0 || decimals > 2 {
		return strconv.ParseFloat(d.literal(), 64)
	}
	d.at = at
	switch decimals {
	case 1:
		return float64(n) / 10, nil
	case 2:
		return float64(n) / 100, nil
	}
	return float64(n), nil
}

// maxNesting bounds how deep a value of an unknown property may be nested.
const maxNesting = 100

// skip takes any value and returns its text.
func (d *decoder) skip() (string, error) { return d.skipWithin(maxNesting) }

func (d *decoder) skipWithin(depth int) (string, error) {
	if depth == 0 {
		return "", errSyntax
	}
	c := d.peek()
	start := d.at
	var err error
	switch c {
	case '"':
		_, err = d.string()
	case '[':
		err = d.array(func() error { _, err := d.skipWithin(depth - 1); return err })
	case '{':
		err = d.object(func(string) error { _, err := d.skipWithin(depth - 1); return err })
	default:
		if d.literal() == "" {
			err = errSyntax
		}
	}
	return d.text[start:d.at], err
}
