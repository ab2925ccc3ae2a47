package pdf

import (
	"github.com/millrace/millrace/shared/layout"
)

// Bounds on an outline.
const (
	maxHeadings     = 5_000
	maxHeadingDepth = 16
	maxHeading      = 500 // bytes of a title
)

// outline returns the document's outline (ISO 32000-1, 12.3.3). Entries that form a ring, or lie too deep, are left out.
func (d *document) outline(t *targets) (out []layout.Heading) {
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	w := outlineWalk{doc: d, targets: t, seen: map[string]bool{}}
	return w.below(key(key(d.trailer(), "Root"), "Outlines"), 0)
}

// outlineWalk gathers headings.
type outlineWalk struct {
	doc     *document
	targets *targets
	seen    map[string]bool // references
	count   int
}

// below returns the entries below one, which are linked by First and Next.
func (w *outlineWalk) below(parent value, depth int) []layout.Heading {
	if depth >= maxHeadingDepth {
		return nil
	}
	var out []layout.Heading
	from, name := parent, "First"
	for {
		ref := reference(from, name)
		item := key(from, name)
		if !isDict(item) || w.seen[ref] || w.count >= maxHeadings || w.doc.ctx.Err() != nil {
			return out
		}
		w.count++
		w.seen[ref] = ref != ""
		h := layout.Heading{Title: words(key(item, "Title"), maxHeading), Page: w.targets.of(item), Items: w.below(item, depth+1)}
		if h.Title != "" {
			out = append(out, h)
		} else {
			out = append(out, h.Items...) // an entry without a title only holds others
		}
		from, name = item, "Next"
	}
}
