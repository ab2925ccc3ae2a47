package pdf

import (
	"context"
	"io"
	"sync"

	"github.com/millrace/millrace/shared/pdf/assembly"
)

// space is room that reading a document takes and that the next one can use again. Making it anew costs more than reading a short
// document.
type space struct {
	glyphs   []assembly.Glyph // of a page
	inflater io.ReadCloser
}

// maxSpare bounds the glyphs whose room is kept, which is 6 MB: pages with more are rare.
const maxSpare = 1 << 16

var spaces = sync.Pool{New: func() any { return new(space) }} //nolint:gochecknoglobals // room, and nothing that is in it

func newDocument(ctx context.Context, limits Limits) *document {
	return &document{ctx: ctx, limits: limits, unpack: limits.Unpack, known: maxKnown, fonts: map[string]*font{}, space: spaces.Get().(*space)} //nolint:forcetypeassert // see New
}

// release gives the document's space to others. The document is not used any more.
func (d *document) release() {
	if cap(d.space.glyphs) <= maxSpare {
		spaces.Put(d.space)
	}
	d.space = nil
}
