package sandbox

import (
	"context"
	"errors"

	"github.com/millrace/millrace/shared/fault"
)

// Picture is a drawn page.
type Picture struct {
	PNG     []byte
	PerInch int // pixels; fewer than were asked for where the page is very large
}

// Draw draws a page of a document, numbered from 1, in a child, with so many pixels an inch. The errors are those of [Pool.Read].
func (p *Pool) Draw(ctx context.Context, content []byte, page, perInch int) (Picture, error) {
	if page < 1 || perInch < 1 {
		return Picture{}, fault.Permanent(errors.New("pages and pixels are numbered from 1"))
	}
	t, err := p.begin(ctx, content)
	if err != nil {
		return Picture{}, err
	}
	defer t.end()
	reply, body, err := t.ask(ctx, request{Limits: p.cfg.Limits, Options: p.options, Draw: &drawing{page, perInch}})
	if err != nil {
		return Picture{}, err
	}
	return Picture{PNG: body, PerInch: reply.PerInch}, nil
}
