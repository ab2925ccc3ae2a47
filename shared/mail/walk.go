package mail

import (
	"bytes"
	"cmp"
	"fmt"
	"mime"
	"strconv"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/net/html/charset"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/flow"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/markup"
	"github.com/millrace/millrace/shared/mediatype"
	"github.com/millrace/millrace/shared/plaintext"
)

// maxEmbedded bounds an XML file whose content goes into the layout; so large are those in PDF files at most, too.
const maxEmbedded = 4 << 20

// maxName bounds an attachment's name, in bytes.
const maxName = 255

// stub is how many times as many words as the plain text an HTML alternative must have for the plain text to be no more than a
// note that there is an HTML one.
const stub = 4

func isMail(mediaType string) bool {
	return mediaType == mediatype.Mail || mediaType == "message/global"
}

// isEncrypted reports whether a mail is encrypted as a whole: PGP/MIME (RFC 3156) or S/MIME (RFC 8551). An opaquely signed mail
// (smime-type=signed-data) is not encrypted, but no more readable without its envelope.
func isEncrypted(p *enmime.Part) bool {
	switch typeOf(p) {
	case "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime":
		return true
	}
	return false
}

func isArmoured(text string) bool {
	return strings.HasPrefix(strings.TrimSpace(text), "-----BEGIN PGP MESSAGE-----")
}

func children(p *enmime.Part) []*enmime.Part {
	var all []*enmime.Part
	for c := p.FirstChild; c != nil; c = c.NextSibling {
		all = append(all, c)
	}
	return all
}

// walk adds a part and all in it.
func (r *reader) walk(p *enmime.Part) error {
	r.count++
	if r.count > r.limits.Parts {
		return fault.New(fault.ClassPermanent, KindTooMany, "the mail has more than %d parts", r.limits.Parts)
	}
	r.note(p)
	inside := children(p)
	shown := func(int) bool { return true }
	switch {
	case strings.HasPrefix(typeOf(p), "multipart/") && len(inside) == 0:
		return r.unbounded(p)
	case len(inside) == 0:
		r.leaf(p)
		return nil
	case typeOf(p) == "multipart/alternative":
		best := alternative(inside)
		shown = func(i int) bool { return i == best }
	case typeOf(p) == "multipart/related":
		shown = func(i int) bool { return i == 0 }
	}
	for i, c := range inside {
		if c.ContentType == "" && typeOf(p) == "multipart/digest" {
			c.ContentType = mediatype.Mail // RFC 2046, section 5.1.5
		}
		var err error
		if shown(i) {
			err = r.walk(c)
		} else {
			err = r.aside(c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// aside adds what is attached in a part that is not shown itself: another version of the text, or what belongs to it.
func (r *reader) aside(p *enmime.Part) error {
	inside := children(p)
	if len(inside) == 0 {
		named := p.FileName != "" || p.Disposition == "attachment"
		belongs := p.ContentID != "" && p.Disposition != "attachment" && strings.HasPrefix(typeOf(p), "image/")
		if isText(typeOf(p)) && !named || belongs || typeOf(p) == "text/calendar" {
			r.note(p)
			return nil
		}
		return r.walk(p)
	}
	for _, c := range inside {
		if err := r.aside(c); err != nil {
			return err
		}
	}
	return nil
}

// alternative returns which of several versions of the text is read: plain text, or where there is none worth the name HTML, or
// the last one, which RFC 2046 wants to be the best.
func alternative(versions []*enmime.Part) int {
	plain, html := -1, -1
	for i, v := range versions {
		switch typeOf(head(v)) {
		case mediatype.Text:
			plain = i
		case mediatype.HTML:
			html = i
		}
	}
	switch {
	case plain < 0 && html < 0:
		return len(versions) - 1
	case html < 0, plain >= 0 && !isStub(head(versions[plain]), head(versions[html])):
		return plain
	}
	return html
}

// head returns a version's text, which may stand at the head of parts that belong to it.
func head(p *enmime.Part) *enmime.Part {
	for p.FirstChild != nil {
		p = p.FirstChild
	}
	return p
}

func isStub(plain, html *enmime.Part) bool {
	node, _, err := markup.Node(html.Content, described(html))
	if err != nil {
		return false
	}
	pages, err := flow.Pages(node, 0)
	if err != nil {
		return false
	}
	doc := layout.Document{Pages: pages}
	return doc.Words() > stub*len(strings.Fields(string(plain.Content)))
}

func isText(mediaType string) bool {
	switch mediaType {
	case mediatype.Text, mediatype.HTML, "message/delivery-status", "text/rfc822-headers", "":
		return true
	}
	return false
}

// unbounded adds a part that should have parts and has none, because it does not say what is between them: its first line that looks
// like a boundary is taken for one.
func (r *reader) unbounded(p *enmime.Part) error {
	r.problem("a part that should have parts does not say where they begin")
	for line := range bytes.Lines(p.Content) {
		boundary := string(bytes.TrimRight(line, " \t\r\n"))
		if len(boundary) < 3 || len(boundary) > 72 || !strings.HasPrefix(boundary, "--") {
			continue
		}
		field := mime.FormatMediaType(typeOf(p), map[string]string{"boundary": boundary[2:]})
		again, err := r.parse(append([]byte("Content-Type: "+field+"\r\n\r\n"), p.Content...))
		if err != nil || again.FirstChild == nil {
			break
		}
		return r.walk(again)
	}
	r.show(p)
	return nil
}

// leaf adds a part without parts: text, or an attachment.
func (r *reader) leaf(p *enmime.Part) {
	attached := p.Disposition == "attachment" || p.FileName != "" && p.Parent != nil
	if attached || !isText(typeOf(p)) {
		r.attach(p)
		return
	}
	r.show(p)
}

// show adds a part's text.
func (r *reader) show(p *enmime.Part) {
	if typeOf(p) == mediatype.HTML {
		node, _, err := markup.Node(p.Content, described(p))
		if err != nil {
			r.problem("its HTML: " + err.Error())
			return
		}
		r.nodes = append(r.nodes, node)
		return
	}
	text := r.plainOf(p)
	if r.text.Len() < 1024 {
		r.text.WriteString(text[:min(len(text), 1024)])
	}
	r.nodes = append(r.nodes, plaintext.Node(text))
}

// plainOf returns the text of a part.
func (r *reader) plainOf(p *enmime.Part) string {
	text, err := plaintext.Decode(p.Content, described(p))
	if err != nil {
		r.problem(err.Error())
	}
	if _, params, _, err := parseMediaType(p.Header.Get("Content-Type")); err == nil && strings.EqualFold(params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
	}
	return text
}

// described is what a text part says of itself, as a media type.
func described(p *enmime.Part) string {
	if p.Charset == "" {
		return typeOf(p)
	}
	return mime.FormatMediaType(cmp.Or(typeOf(p), mediatype.Text), map[string]string{"charset": p.Charset})
}

// unflow puts lines together that were broken for the way (RFC 3676): one that ends in a blank goes on in the next, within a quotation
// of the same depth.
func unflow(text string, delsp bool) string {
	var sb strings.Builder
	open, depth := false, 0
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		body := strings.TrimLeft(line, ">")
		quotes := len(line) - len(body)
		body = strings.TrimPrefix(body, " ")
		if open && quotes != depth {
			sb.WriteByte('\n')
			open = false
		}
		if !open && quotes > 0 {
			sb.WriteString(strings.Repeat(">", quotes) + " ")
		}
		flows := strings.HasSuffix(body, " ") && body != "-- "
		if flows && delsp {
			body = strings.TrimSuffix(body, " ")
		}
		sb.WriteString(body)
		open, depth = flows, quotes
		if !flows {
			sb.WriteByte('\n')
		}
	}
	return sb.String()
}

// note keeps what went wrong with a part, where some of it was lost or guessed.
func (r *reader) note(p *enmime.Part) {
	for _, e := range p.Errors {
		switch {
		case e.Severe, e.Name == enmime.ErrorMissingBoundary, e.Name == enmime.ErrorCharsetConversion, e.Name == enmime.ErrorContentEncoding,
			e.Name == enmime.ErrorMalformedChildPart, e.Name == enmime.ErrorMalformedBase64:
			r.problem(e.Name)
		}
	}
	if e, _ := charset.Lookup(p.Charset); p.Charset != "" && e == nil && isText(typeOf(p)) {
		r.problem("its text is in the unknown encoding " + strconv.Quote(p.Charset))
	}
}

func (r *reader) problem(what string) {
	if len(r.problems) < 100 {
		r.problems = append(r.problems, strings.ToValidUTF8(what, "\uFFFD"))
	}
}

// attach adds an attachment: to the list, and to the parts when it may be a document.
func (r *reader) attach(p *enmime.Part) {
	if p.ContentID != "" && p.Disposition != "attachment" && strings.HasPrefix(typeOf(p), "image/") {
		return // the text shows it
	}
	kind := recognise(p)
	file := layout.Attachment{Name: name(p, kind, len(r.files)+1), MediaType: typeOf(p), Size: int64(len(p.Content))}
	if kind != "" {
		file.MediaType = kind
		r.parts = append(r.parts, Part{Name: file.Name, MediaType: kind, Content: p.Content})
	} else if isXML := strings.HasSuffix(typeOf(p), "/xml") || strings.HasSuffix(strings.ToLower(file.Name), ".xml"); isXML && len(p.Content) <= maxEmbedded {
		file.Content = p.Content // it may be an electronic invoice
	}
	r.files = append(r.files, file)
}

// recognise returns the type of an attachment that may be a document; else "".
func recognise(p *enmime.Part) string {
	if len(p.Content) == 0 {
		return ""
	}
	if isMail(typeOf(p)) {
		return mediatype.Mail
	}
	return mediatype.Of(p.Content[:min(len(p.Content), mediatype.Window)], p.FileName, described(p))
}

// name returns an attachment's name, made up from its number where it has none. Names of mails are their subjects.
func name(p *enmime.Part, kind string, number int) string {
	given := strings.Join(strings.Fields(strings.ToValidUTF8(p.FileName, "\uFFFD")), " ")
	given = given[strings.LastIndexAny(given, `/\`)+1:]
	if over := len(given) - maxName; over > 0 { // the end says more about a file
		given = strings.ToValidUTF8(given[over:], "")
	}
	if given != "" {
		return given
	}
	return fmt.Sprintf("attachment-%d%s", number, mediatype.Extension(kind))
}
