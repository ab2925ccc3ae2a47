package pdf

import (
	"context"
	"fmt"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// besideShare is the part of a document's time, at most, that what stands beside its text may take: its text comes first.
const besideShare = 4

// beside reads what a document holds beside the text of its pages: embedded data, form fields, outline, page labels and
// annotations. What is damaged, over its bounds or late is left out: a document can be read without.
func (d *document) beside(out *layout.Document, pages []pageNode) {
	whole := d.ctx
	defer func() { d.ctx = whole }()
	var cancel context.CancelFunc
	d.ctx, cancel = context.WithTimeout(whole, d.limits.Time/besideShare)
	defer cancel()
	t := newTargets(d, pages)
	out.Attachments, out.Form = d.attachments(), d.form(pages)
	out.Outline, out.Annotations = d.outline(t), d.annotations(pages, t)
	labels := d.labels(len(pages))
	for i := range out.Pages {
		if n := out.Pages[i].Number; n <= len(labels) {
			out.Pages[i].Label = labels[n-1]
		}
	}
}

// Beside reads what a document holds beside the text of its pages; the pages have their numbers and labels only. It is for files whose
// text another engine reads. The errors are those of [Read].
func Beside(ctx context.Context, content []byte, limits Limits) (*layout.Document, error) {
	limits = limits.withDefaults()
	if err := checkContent(content, limits); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limits.Time, context.DeadlineExceeded)
	defer cancel()
	d := newDocument(ctx, limits)
	defer d.release()
	out, err := d.besideOf(content)
	if err != nil && ctx.Err() != nil {
		return nil, contextError(ctx)
	}
	return out, err
}

func (d *document) besideOf(content []byte) (out *layout.Document, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			out, err = nil, damaged(content, fmt.Errorf("%v", cause))
		}
	}()
	if err := d.open(content); err != nil {
		if final(err) {
			return nil, err
		}
		if d.repaired != "" || d.reopen(content, plain(err)) != nil {
			return nil, damaged(content, err)
		}
	}
	pages, err := d.pages()
	if err != nil {
		return nil, damaged(content, err)
	}
	out = &layout.Document{Info: d.info(), Pages: make([]layout.Page, len(pages))}
	for i := range pages {
		out.Pages[i].Number = i + 1
	}
	d.beside(out, pages)
	return out, nil
}

// words returns a text string of the file as one line of at most limit bytes.
func words(v value, limit int) string {
	text := strings.Join(strings.Fields(Clean(textString(v))), " ")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "")
	}
	return text
}
