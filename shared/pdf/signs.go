package pdf

import (
	"math"

	"github.com/millrace/millrace/shared/layout"
)

// Signs are what can be measured of a page to tell whether it was read well. They are no part of the layout.
type Signs struct {
	Drawn    int     // characters that the page draws, spaces apart
	Unmapped int     // of which nothing says what they mean
	Pictures int     // images
	Covered  float64 // share of the page that images cover, as if they did not overlap; at most 1
	Shapes   int     // filled outlines with curves, as letters are when they are drawn without a font
}

// picture notes an image, which fills the unit square of the current transformation.
func (m *machine) picture() {
	m.signs.Pictures++
	c := m.st.ctm
	if area := m.view.width * m.view.height; area > 0 {
		m.signs.Covered = math.Min(1, m.signs.Covered+math.Abs(c[0]*c[3]-c[1]*c[2])/area)
	}
}

// Reading is a document as this package read it, and what tells how well.
type Reading struct {
	Document *layout.Document // nil when not even its pages could be counted
	Signs    []Signs          // of each page in Document
	Pages    int              // that the document has, which are more than were read when Limits.From or To were set
}

// Outlines is how many filled shapes, at least, are taken for letters in a document without text.
const Outlines = 30

// pictured says why a document without text should have some, or "".
func (r *Reading) pictured() string {
	var sum Signs
	for _, s := range r.Signs {
		sum.Drawn += s.Drawn
		sum.Pictures += s.Pictures
		sum.Shapes += s.Shapes
	}
	switch {
	case sum.Drawn > 0:
		return "its fonts do not say what their characters mean"
	case sum.Pictures > 0:
		return pagesAre(len(r.Signs)) + " scanned pictures"
	case sum.Shapes >= Outlines:
		return pagesAre(len(r.Signs)) + " drawn outlines"
	}
	return ""
}
