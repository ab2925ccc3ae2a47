package pdf

import (
	"errors"

	ledongthuc "github.com/ledongthuc/pdf"
)

// pageNode is a page's dictionary with what it inherits.
type pageNode struct {
	dict      value
	ref       string // "12 0 R", or "" where it stands in the tree itself
	resources value
	media     value
	crop      value
	rotate    value
	err       error
}

// maxTreeDepth bounds the page tree.
const maxTreeDepth = 64

// pages returns the pages in order. The tree is walked by its Kids, and Count is not trusted; a node that is reached twice
// along one path, or a tree that is too deep, is left out.
func (d *document) pages() ([]pageNode, error) {
	root := key(key(d.trailer(), "Root"), "Pages")
	if !isDict(root) {
		return nil, errors.New("there is no page tree")
	}
	w := treeWalk{doc: d, onPath: map[string]bool{reference(key(d.trailer(), "Root"), "Pages"): true}}
	w.walk(root, pageNode{ref: reference(key(d.trailer(), "Root"), "Pages")}, 0)
	if w.over {
		return nil, failf(KindTooManyPages, "the document has more than %d pages, which is the limit", d.limits.Pages)
	}
	if len(w.out) == 0 {
		return nil, errors.New("the page tree has no pages")
	}
	return w.out, nil
}

type treeWalk struct {
	doc    *document
	out    []pageNode
	onPath map[string]bool
	nodes  int
	over   bool
}

func (w *treeWalk) walk(node value, up pageNode, depth int) {
	if depth > maxTreeDepth || w.over || w.doc.ctx.Err() != nil {
		return
	}
	up.dict = node
	for _, x := range []struct {
		name string
		to   *value
	}{{"Resources", &up.resources}, {"MediaBox", &up.media}, {"CropBox", &up.crop}, {"Rotate", &up.rotate}} {
		if v := key(node, x.name); !v.IsNull() {
			*x.to = v
		}
	}
	kids := key(node, "Kids")
	if kids.Kind() != ledongthuc.Array {
		w.add(up)
		return
	}
	refs := references(kids)
	for i := range kids.Len() {
		if w.nodes++; w.nodes > 4*w.doc.limits.Pages+1000 {
			w.over = true
		}
		if w.over {
			return
		}
		ref := refs[i]
		if ref != "" && w.onPath[ref] {
			continue
		}
		kid := index(kids, i)
		if !isDict(kid) {
			if ref != "" {
				up.err = errors.New("the page's object is missing or damaged")
				w.add(up)
				up.err = nil
			}
			continue
		}
		w.onPath[ref] = ref != ""
		up.ref = ref
		w.walk(kid, up, depth+1)
		delete(w.onPath, ref)
	}
}

func (w *treeWalk) add(p pageNode) {
	if len(w.out) >= w.doc.limits.Pages {
		w.over = true
		return
	}
	w.out = append(w.out, p)
}

// view is how a page is displayed: its size in points after rotation, and the transformation from PDF user space to
// points from the top left corner, y down.
type view struct {
	width, height float64
	rotation      int
	base          matrix
}

// view returns the page's view: the crop box, within the media box, turned by the page's rotation.
func (p pageNode) view() view {
	box, ok := rectangle(p.media)
	if !ok {
		box = [4]float64{0, 0, 612, 792} // US Letter, which is what most readers assume
	}
	if crop, ok := rectangle(p.crop); ok {
		inner := [4]float64{max(box[0], crop[0]), max(box[1], crop[1]), min(box[2], crop[2]), min(box[3], crop[3])}
		if inner[2]-inner[0] > 1 && inner[3]-inner[1] > 1 {
			box = inner
		}
	}
	w, h := box[2]-box[0], box[3]-box[1]
	rotation := ((int(p.rotate.Float64())%360 + 360) % 360) / 90 * 90
	v := view{width: w, height: h, rotation: rotation}
	switch rotation {
	case 90:
		v.width, v.height = h, w
		v.base = matrix{0, 1, 1, 0, -box[1], -box[0]}
	case 180:
		v.base = matrix{-1, 0, 0, 1, box[2], -box[1]}
	case 270:
		v.width, v.height = h, w
		v.base = matrix{0, -1, -1, 0, box[3], box[2]}
	default:
		v.base = matrix{1, 0, 0, -1, -box[0], box[3]}
	}
	return v
}

// rectangle returns a box with its corners in order; ok is false for one without area.
func rectangle(v value) (box [4]float64, ok bool) {
	if v.Len() != 4 {
		return box, false
	}
	n := numbers(v, 4)
	box = [4]float64{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3])}
	return box, box[2]-box[0] > 1 && box[3]-box[1] > 1 && box[2]-box[0] < 1e6 && box[3]-box[1] < 1e6
}

// hiddenContent returns the references of the optional content groups that are off by default.
func (d *document) hiddenContent() map[string]bool {
	off := key(key(key(key(d.trailer(), "Root"), "OCProperties"), "D"), "OFF")
	out := map[string]bool{}
	for _, ref := range references(off) {
		if ref != "" {
			out[ref] = true
		}
	}
	return out
}
