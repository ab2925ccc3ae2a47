package layout

import (
	"fmt"
	"io"
	"strings"
)

// DecodeText returns the language and the text of an encoded document: those of [Decode] and [Document.Text], and the same errors.
// Who needs nothing else has them for less, as no word is kept and no number is worked out.
func DecodeText(r io.Reader) (language, text string, err error) {
	raw, err := unpack(r)
	if err != nil {
		return "", "", fmt.Errorf("decode layout: %w", err)
	}
	d := &textDecoder{decoder: decoder{text: raw}}
	d.out.Grow(min(len(raw)/4, 1<<20))
	pages := 0
	h, err := d.document(func() error {
		if pages > 0 {
			d.out.WriteByte('\f')
		}
		pages++
		blocks := 0
		return d.page(&Page{}, func() error {
			if blocks > 0 {
				d.out.WriteByte('\n')
			}
			blocks++
			return d.block()
		})
	})
	if err != nil {
		return "", "", err
	}
	return h.Language, d.out.String(), nil
}

// textDecoder reads words into a text.
type textDecoder struct {
	decoder
	out textWriter
}

func (d *textDecoder) block() error {
	err := d.array(func() error {
		err := d.array(d.word)
		d.out.endLine()
		return err
	})
	d.out.endBlock()
	return err
}

func (d *textDecoder) word() error {
	text, plain := d.plainText()
	if !plain {
		w, err := d.decoder.word()
		if err != nil {
			return err
		}
		text = w.Text
	}
	d.out.word(text)
	return nil
}

// plainText takes a word of the usual form, as [decoder.plainWord] does, and returns its text. Where the word has another form it takes
// nothing.
func (d *textDecoder) plainText() (string, bool) {
	word, at, ok := quoted(d.text, d.at)
	if !ok {
		return "", false
	}
	for i := range 6 {
		if at >= len(d.text) {
			return "", false
		}
		switch c := d.text[at]; {
		case c == ']' && i >= 4:
			d.at = at + 1
			return word, true
		case c != ',':
			return "", false
		}
		at++
		if i == 5 && strings.HasPrefix(d.text[at:], "1]") {
			d.at = at + 2
			return word, true
		}
		if at = passNumber(d.text, at); at < 0 {
			return "", false
		}
	}
	return "", false
}

// passNumber returns where digits with at most two decimals end; -1 where they are no such number.
func passNumber(text string, at int) int {
	start := at
	at = passDigits(text, at)
	if at == start || at-start > 12 {
		return -1
	}
	if at >= len(text) || text[at] != '.' {
		return at
	}
	start = at + 1
	at = passDigits(text, start)
	if at == start || at-start > 2 {
		return -1
	}
	return at
}

func passDigits(text string, at int) int {
	for at < len(text) && text[at]-'0' <= 9 {
		at++
	}
	return at
}
