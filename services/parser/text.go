package main

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

const textEngine = "text/1"

// readText makes a layout of plain text: a form feed ends a page, an empty line a block. There are no boxes. Text that is
// not UTF-8 is taken for Windows-1252.
func readText(_ context.Context, content []byte) (sandbox.Result, error) {
	if len(content) == 0 {
		return sandbox.Result{}, fault.New(fault.ClassPermanent, pdf.KindEmpty, "the file is empty (0 bytes)")
	}
	text := string(content)
	if !utf8.ValidString(text) {
		decoded, err := charmap.Windows1252.NewDecoder().String(text)
		if err != nil {
			return sandbox.Result{}, fault.New(fault.ClassPermanent, pdf.KindDamaged, "the text is neither UTF-8 nor Windows-1252: %w", err)
		}
		text = decoded
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	doc := &layout.Document{Engine: textEngine, Outcome: layout.Complete}
	for page := range strings.SplitSeq(strings.TrimSuffix(text, "\f"), "\f") {
		doc.Pages = append(doc.Pages, layout.Page{Number: len(doc.Pages) + 1, Blocks: blocks(page)})
	}
	words := doc.Words()
	if words == 0 {
		return sandbox.Result{}, fault.New(fault.ClassPermanent, pdf.KindNoText, "the file has no words in it")
	}
	doc.Language = doc.GuessLanguage()
	encoded, err := layout.Encode(doc)
	if err != nil {
		return sandbox.Result{}, err
	}
	return sandbox.Result{
		Layout:  encoded,
		Summary: sandbox.Summary{Outcome: doc.Outcome, Engine: doc.Engine, Language: doc.Language, Pages: len(doc.Pages), Words: words},
	}, nil
}

func blocks(page string) []layout.Block {
	var out []layout.Block
	open := false
	for text := range strings.SplitSeq(page, "\n") {
		var line layout.Line
		for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			line.Words = append(line.Words, layout.Word{Text: w})
		}
		if len(line.Words) == 0 {
			open = false
			continue
		}
		if !open {
			out = append(out, layout.Block{})
			open = true
		}
		out[len(out)-1].Lines = append(out[len(out)-1].Lines, line)
	}
	return out
}
