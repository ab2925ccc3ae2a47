// Package mail reads e-mails (RFC 5322, MIME) into a layout: the header's main fields as lines, then the text, and what is attached.
//
// MIME is read by github.com/jhillyerd/enmime, which takes what senders get wrong as it is meant; what is lost all the same makes the
// layout partial and is said in its EngineReason. Attachments that may be documents of their own are returned; all are listed in the
// layout. The package knows nothing of stores, events or stages.
package mail

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/flow"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

// Engine names this reader and its version in layouts.
const Engine = "mail/1"

// Kinds of the Permanent faults of mails, beside those of package pdf.
const (
	KindNotMail  = "not_a_mail"     // no header
	KindTooMany  = "too_many_parts" // more parts than the limit
	KindTooDeep  = "too_deep"       // mails in mails in mails, or parts in parts
	maxMultiple  = 20               // parts of parts; real mails have less than ten, and enmime's time doubles with each that is in another
	maxProblems  = 5                // that are said
	defaultParts = 1000
	defaultDepth = 10
)

// Limits bound what a mail may hold. A zero field stands for its default; zero Pages are without limit.
type Limits struct {
	Pages int // that its text fills
	Parts int // 1000
	Depth int // mails in mails, the outermost counted; 10
}

// Mail is a mail that was read.
type Mail struct {
	Document *layout.Document
	Parts    []Part // attachments of types that package mediatype calls readable, in the order of the mail
}

// Part is an attachment.
type Part struct {
	Name      string // as the mail gives it; made up where it gives none
	MediaType string // recognised by content and name
	Content   []byte
}

// Read reads a mail. Errors are Permanent faults: a kind of this package, or "empty", "encrypted" (S/MIME, PGP) or "too_many_pages".
// Pictures that the text shows are no attachments.
func Read(content []byte, limits Limits) (*Mail, error) {
	limits.Parts, limits.Depth = cmp.Or(limits.Parts, defaultParts), cmp.Or(limits.Depth, defaultDepth)
	if len(content) == 0 {
		return nil, fault.New(fault.ClassPermanent, pdf.KindEmpty, "the file is empty (0 bytes)")
	}
	r := &reader{limits: limits}
	root, err := r.parse(content)
	if err != nil {
		return nil, err
	}
	if isEncrypted(root) {
		return nil, fault.New(fault.ClassPermanent, pdf.KindEncrypted, "the mail is encrypted (%s)", typeOf(root))
	}
	if err := r.walk(root); err != nil {
		return nil, err
	}
	if err := r.checkDepth(r.parts, 1); err != nil {
		return nil, err
	}
	if isArmoured(r.text.String()) && len(r.files) == 0 {
		return nil, fault.New(fault.ClassPermanent, pdf.KindEncrypted, "the mail's text is encrypted (PGP)")
	}
	return r.finish(root)
}

// reader is the reading of one mail.
type reader struct {
	limits   Limits
	count    int // parts
	multiple int // parts that have parts
	nodes    []flow.Node
	text     strings.Builder // the beginning of the plain text
	files    []layout.Attachment
	parts    []Part
	problems []string
}

// parse reads the tree of parts.
func (r *reader) parse(content []byte) (*enmime.Part, error) {
	content = bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(content, []byte("From ")) { // the line between the mails of a mailbox
		_, content, _ = bytes.Cut(content, []byte("\n"))
	}
	parser := enmime.NewParser(
		enmime.SkipMalformedParts(true),
		enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.SetCustomParseMediaType(r.parseMediaType),
		enmime.SetReadPartErrorPolicy(func(*enmime.Part, error) bool { return true }), // what has come of a part that breaks off
	)
	root, err := parser.ReadParts(bytes.NewReader(content))
	if err != nil {
		return nil, fault.New(fault.ClassPermanent, KindNotMail, "this is no e-mail: %w", err)
	}
	if r.multiple > maxMultiple {
		return nil, fault.New(fault.ClassPermanent, KindTooDeep, "the mail's parts are in parts that are in parts: there are more than %d", maxMultiple)
	}
	if len(root.Header) == 0 {
		return nil, fault.New(fault.ClassPermanent, KindNotMail, "this is no e-mail: it has no header")
	}
	return root, nil
}

// foreign is put before the media types of text, so that enmime leaves their characters alone: what is attached stays as it is, octet for
// octet, and is the same document as the file that was attached.
const foreign = "x-"

// parseMediaType is what enmime calls for every field with parameters. After too many parts of parts the rest are leaves.
func (r *reader) parseMediaType(field string) (name string, params map[string]string, invalid []string, err error) {
	name, params, invalid, err = parseMediaType(field)
	if strings.HasPrefix(name, "multipart/") {
		if r.multiple++; r.multiple > maxMultiple {
			return "application/octet-stream", map[string]string{}, invalid, err
		}
	}
	return name, params, invalid, err
}

func parseMediaType(field string) (name string, params map[string]string, invalid []string, err error) {
	name, params, invalid, err = mediatype.ParseWithOptions(field, mediatype.ParseOptions{StripMediaTypeInvalidCharacters: true})
	if strings.HasPrefix(name, "text/") {
		name = foreign + name
	}
	if !strings.HasPrefix(name, "multipart/") {
		delete(params, "boundary")
	}
	return name, params, invalid, err
}

// typeOf returns a part's media type, without parameters.
func typeOf(p *enmime.Part) string { return strings.TrimPrefix(p.ContentType, foreign) }

// checkDepth refuses mails in mails beyond the limit. Each is a document of its own that holds all within it: without a limit a small
// file could fill the store.
func (r *reader) checkDepth(parts []Part, depth int) error {
	for _, p := range parts {
		if !isMail(p.MediaType) {
			continue
		}
		if depth >= r.limits.Depth {
			return fault.New(fault.ClassPermanent, KindTooDeep, "more than %d mails are enclosed in each other", r.limits.Depth)
		}
		inner := &reader{limits: r.limits}
		root, err := inner.parse(p.Content)
		if err != nil || inner.walk(root) != nil {
			continue // that will be said of the inner mail
		}
		if err := r.checkDepth(inner.parts, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// finish makes the layout.
func (r *reader) finish(root *enmime.Part) (*Mail, error) {
	doc := &layout.Document{Engine: Engine, Outcome: layout.Complete, Attachments: r.files}
	header, info := r.header(root)
	doc.Info = info
	var err error
	if doc.Pages, err = flow.Pages(&flow.Stack{Items: append([]flow.Node{header}, r.nodes...)}, r.limits.Pages); err != nil {
		return nil, err
	}
	if len(r.problems) > 0 {
		doc.Outcome = layout.Partial
		slices.Sort(r.problems)
		said := slices.Compact(r.problems)
		more := ""
		if len(said) > maxProblems {
			more = fmt.Sprintf(" (and %d more)", len(said)-maxProblems)
			said = said[:maxProblems]
		}
		doc.EngineReason = "not all of the mail could be read: " + strings.Join(said, "; ") + more
	}
	if doc.Words() == 0 {
		return nil, fault.New(fault.ClassPermanent, pdf.KindNoText, "the mail has no words in it")
	}
	doc.Language = doc.GuessLanguage()
	return &Mail{Document: doc, Parts: r.parts}, nil
}
