// Package plaintext reads plain text into a layout: every line stands as it does in the file, on pages of package flow. It knows
// nothing of media types.
package plaintext

import (
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/flow"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

// Engine names this reader and its version in layouts.
const Engine = "text/2"

// longest is how many columns a line may have and stand as it is; a longer one is running text, and wraps.
const longest = 200

// Read reads text: a form feed ends a page, an empty line a block. The encoding is that of a byte order mark, that of mediaType
// ("text/plain; charset=iso-8859-2"), else UTF-8, else Windows-1252. Pages are limited to that number; 0 is for no limit. Errors are
// Permanent faults with the kinds empty, no_text, too_many_pages and damaged of package pdf.
func Read(content []byte, mediaType string, pages int) (*layout.Document, error) {
	if len(content) == 0 {
		return nil, fault.New(fault.ClassPermanent, pdf.KindEmpty, "the file is empty (0 bytes)")
	}
	text, err := Decode(content, mediaType)
	if err != nil {
		return nil, err
	}
	doc := &layout.Document{Engine: Engine, Outcome: layout.Complete}
	if doc.Pages, err = flow.Pages(Node(text), pages); err != nil {
		return nil, err
	}
	if doc.Words() == 0 {
		return nil, fault.New(fault.ClassPermanent, pdf.KindNoText, "the file has no words in it")
	}
	doc.Language = doc.GuessLanguage()
	return doc, nil
}

// Node returns text that is not set yet.
func Node(text string) flow.Node {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	out := &flow.Stack{}
	for i, page := range strings.Split(strings.TrimSuffix(strings.TrimRight(text, "\n"), "\f"), "\f") {
		if i > 0 {
			out.Items = append(out.Items, flow.Break{})
		}
		fixed := &flow.Fixed{}
		for line := range strings.SplitSeq(page, "\n") {
			words := flow.Columns(line)
			if len(words) > 0 && words[len(words)-1].At > longest {
				out.Items = append(out.Items, fixed, &flow.Paragraph{Lines: [][]flow.Word{words}})
				fixed = &flow.Fixed{}
				continue
			}
			fixed.Lines = append(fixed.Lines, words)
		}
		out.Items = append(out.Items, fixed)
	}
	return out
}

// Decode returns text in UTF-8; see [Read] for what encoding it is taken for. With an error it is the text as far as it is UTF-8.
func Decode(content []byte, mediaType string) (string, error) {
	encoding, name, certain := charset.DetermineEncoding(content, mediaType)
	if !certain {
		name = "utf-8"
		if !utf8.Valid(content) {
			encoding, name = charset.Lookup("windows-1252")
		}
	}
	if _, params, err := mime.ParseMediaType(mediaType); err == nil && strings.EqualFold(params["charset"], "us-ascii") && utf8.Valid(content) {
		name = "utf-8"
	}
	if name == "utf-8" || name == "replacement" {
		return strings.ToValidUTF8(strings.TrimPrefix(string(content), "\ufeff"), "\uFFFD"), nil
	}
	decoded, err := encoding.NewDecoder().Bytes(content)
	if err != nil {
		return strings.ToValidUTF8(string(content), "\uFFFD"), fault.New(fault.ClassPermanent, pdf.KindDamaged, "the text is not in the encoding %s that it says: %w", name, err)
	}
	return strings.TrimPrefix(string(decoded), "\ufeff"), nil
}
