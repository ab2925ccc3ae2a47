// Package markup reads HTML into a layout: its text as a reader sees it, set on pages by package flow. Headings are larger and
// bold, rows of tables stand in columns, items of lists have their marks; what is hidden, scripts and styles are left out.
//
// It asks nothing of the network: pictures are their alternative texts, style sheets count only where an element itself says that it is
// hidden. The package knows nothing of mail or media types.
package markup

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/flow"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

// Engine names this reader and its version in layouts.
const Engine = "html/1"

// KindTooDeep is the kind of the Permanent fault of elements that nest deeper than 512, the bound of golang.org/x/net/html.
const KindTooDeep = "too_deep"

// Read reads HTML. mediaType is what is known of it from outside, such as "text/html; charset=koi8-r", and may be empty: the
// encoding is that of a byte order mark, of mediaType, of a meta element, or a guess, in this order. Pages are limited to
// that number; 0 is for no limit.
//
// Errors are Permanent faults with a kind of package pdf (empty, no_text, too_many_pages, damaged), or "too_deep".
func Read(content []byte, mediaType string, pages int) (*layout.Document, error) {
	if len(content) == 0 {
		return nil, fault.New(fault.ClassPermanent, pdf.KindEmpty, "the file is empty (0 bytes)")
	}
	root, info, err := Node(content, mediaType)
	if err != nil {
		return nil, err
	}
	doc := &layout.Document{Engine: Engine, Outcome: layout.Complete, Info: info}
	if doc.Pages, err = flow.Pages(root, pages); err != nil {
		return nil, err
	}
	if doc.Words() == 0 {
		return nil, fault.New(fault.ClassPermanent, pdf.KindNoText, "the page has no words in it")
	}
	doc.Language = doc.GuessLanguage()
	return doc, nil
}

// Node reads HTML into text that is not set yet, and what its head says of it ("Title").
func Node(content []byte, mediaType string) (flow.Node, map[string]string, error) {
	text, err := decode(content, mediaType)
	if err != nil {
		return nil, nil, err
	}
	// A reader without scripts is shown what stands in noscript.
	root, err := html.ParseWithOptions(text, html.ParseOptionEnableScripting(false))
	if err != nil {
		if strings.Contains(err.Error(), "exceeds 512") {
			return nil, nil, fault.New(fault.ClassPermanent, KindTooDeep, "its elements nest too deep: %w", err)
		}
		return nil, nil, fault.New(fault.ClassPermanent, pdf.KindDamaged, "the HTML cannot be read: %w", err)
	}
	b := &builder{}
	b.element(root)
	b.flush()
	info := map[string]string{}
	if b.title != "" {
		info["Title"] = b.title
	}
	return b.root(), info, nil
}

// decode returns the text in UTF-8.
func decode(content []byte, mediaType string) (io.Reader, error) {
	encoding, name, certain := charset.DetermineEncoding(content, mediaType)
	if !certain && name == "windows-1252" && utf8.Valid(content) {
		name = "utf-8" // its first letter that is not ASCII comes after the 1024 bytes that are looked at
	}
	if name == "utf-8" || name == "replacement" {
		return bytes.NewReader(bytes.ToValidUTF8(bytes.TrimPrefix(content, []byte("\ufeff")), []byte("\uFFFD"))), nil
	}
	decoded, err := encoding.NewDecoder().Bytes(content)
	if err != nil {
		return nil, fault.New(fault.ClassPermanent, pdf.KindDamaged, "the HTML is not in the encoding %s that it says: %w", name, err)
	}
	return bytes.NewReader(bytes.TrimPrefix(decoded, []byte("\ufeff"))), nil
}
