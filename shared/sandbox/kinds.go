package sandbox

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/mail"
	"github.com/millrace/millrace/shared/markup"
	"github.com/millrace/millrace/shared/mediatype"
	"github.com/millrace/millrace/shared/plaintext"
)

// KindUnsupported is the kind of the Permanent fault of a type that no reader is there for.
const KindUnsupported = "unsupported_media_type"

// Unsupported is the fault of a type that no reader is there for.
func Unsupported(mediaType string) error {
	return fault.New(fault.ClassPermanent, KindUnsupported, "documents of type %q cannot be read: PDF, HTML, e-mail and plain text can", mediaType)
}

// part is an attachment on its way: the head names it, its content follows the layout in the body.
type part struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int    `json:"size"`
}

// ReadAs reads a document of a media type in a child: PDF, HTML, e-mail or plain text. What the readers of the others take, and what
// they end with, is as with [Pool.Read]; there are no other means for what crashes them. Another type is a Permanent fault
// "unsupported_media_type".
func (p *Pool) ReadAs(ctx context.Context, content []byte, mediaType string) (Result, error) {
	switch mediatype.Base(mediaType) {
	case mediatype.PDF, "application/x-pdf", "application/octet-stream":
		return p.Read(ctx, content)
	}
	if !mediatype.Readable(mediaType) {
		return Result{}, Unsupported(mediaType)
	}
	t, err := p.begin(ctx, content)
	if err != nil {
		return Result{}, err
	}
	defer t.end()
	reply, body, err := t.persist(ctx, request{Limits: p.cfg.Limits, MediaType: mediaType})
	if err != nil {
		return Result{}, err
	}
	return reply.result(body)
}

// result takes a body apart.
func (a answer) result(body []byte) (Result, error) {
	out := Result{Summary: a.Summary}
	at := len(body)
	for _, p := range a.Parts {
		at -= p.Size
	}
	if at < 0 {
		return Result{}, fmt.Errorf("a child's answer of %d bytes is short of what it names", len(body))
	}
	out.Layout = body[:at:at]
	for _, p := range a.Parts {
		out.Parts = append(out.Parts, mail.Part{Name: p.Name, MediaType: p.MediaType, Content: body[at : at+p.Size : at+p.Size]})
		at += p.Size
	}
	return out, nil
}

// readAs answers a request for what is no PDF.
func readAs(content []byte, ask request) (answer, []byte) {
	doc, parts, err := byType(content, ask.MediaType, ask.Limits.Pages)
	if err != nil {
		return answerOf(answer{}, nil, err, 0)
	}
	body, err := layout.Encode(doc)
	reply := answer{Summary: summarise(doc)}
	for _, p := range parts {
		reply.Parts = append(reply.Parts, part{Name: p.Name, MediaType: p.MediaType, Size: len(p.Content)})
		body = append(body, p.Content...)
	}
	return answerOf(reply, body, err, ask.Limits.Output)
}

func byType(content []byte, mediaType string, pages int) (*layout.Document, []mail.Part, error) {
	switch mediatype.Base(mediaType) {
	case mediatype.HTML, "application/xhtml+xml":
		doc, err := markup.Read(content, mediaType, pages)
		return doc, nil, err
	case mediatype.Mail, "message/global":
		m, err := mail.Read(content, mail.Limits{Pages: pages})
		if err != nil {
			return nil, nil, err
		}
		return m.Document, m.Parts, nil
	}
	doc, err := plaintext.Read(content, mediaType, pages)
	return doc, nil, err
}
