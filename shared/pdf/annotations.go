package pdf

import (
	"math"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// Bounds on annotations.
const (
	maxAnnotations  = 5_000
	maxContents     = 5_000 // bytes of all that was written in one
	maxURI          = 2_000
	maxAuthor       = 200
	maxKind         = 40
	maxWrittenBytes = 4 << 20 // of all together
)

// annotations returns the links of the pages, and what people wrote or marked on them. Widgets are form fields; pop-ups are how the
// annotation that they belong to is shown.
func (d *document) annotations(pages []pageNode, t *targets) (out []layout.Annotation) {
	defer func() { _ = recover() }()
	left := maxWrittenBytes
	for i, p := range pages {
		annots := key(p.dict, "Annots")
		for k := range min(annots.Len(), maxAnnotations) {
			if len(out) >= maxAnnotations || left < 0 || d.ctx.Err() != nil {
				return out
			}
			if a, ok := annotation(index(annots, k), p.view(), t); ok {
				a.Page = i + 1
				left -= len(a.Contents) + len(a.URI) + len(a.Author)
				out = append(out, a)
			}
		}
	}
	return out
}

// annotation reads one; ok is false for what leads nowhere and says nothing.
func annotation(v value, on view, t *targets) (a layout.Annotation, ok bool) {
	const hidden = 1 << 1
	if !isDict(v) || key(v, "F").Int64()&hidden != 0 {
		return a, false
	}
	a.Kind = strings.ToLower(key(v, "Subtype").Name())
	if len(a.Kind) > maxKind || Clean(a.Kind) != a.Kind {
		return a, false
	}
	a.Contents, a.Author = words(key(v, "Contents"), maxContents), words(key(v, "T"), maxAuthor)
	marks := false
	switch a.Kind {
	case "", "widget", "popup":
		return a, false
	case "link":
		a.Author = ""
		a.URI, a.Target = words(key(key(v, "A"), "URI"), maxURI), t.of(v)
	case "highlight", "underline", "strikeout", "squiggly":
		marks = true // what is marked stands on the page
	}
	if box, found := rectangle(key(v, "Rect")); found {
		a.Box = on.box(box)
	}
	return a, marks || a.Contents != "" || a.URI != "" || a.Target != 0
}

// box turns a rectangle of the page's own coordinates into one of the displayed page, to hundredths of a point.
func (v view) box(r [4]float64) layout.Box {
	x0, y0 := v.base.apply(r[0], r[1])
	x1, y1 := v.base.apply(r[2], r[3])
	b := layout.Box{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)}
	for i := range b {
		b[i] = math.Round(b[i]*100) / 100
	}
	return b
}
