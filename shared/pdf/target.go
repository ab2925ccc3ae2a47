package pdf

import (
	ledongthuc "github.com/ledongthuc/pdf"
)

// Bounds on named destinations.
const (
	maxTargets     = 20_000
	maxTargetNodes = 2_000
	maxTargetDepth = 16
)

// targets finds the pages that an outline or a link leads to (ISO 32000-1, 12.3.2). It is used by one goroutine.
type targets struct {
	doc   *document
	pages map[string]int // numbers, by reference
	total int
	names map[string]value // destinations of the name tree; nil until one is asked for
	nodes int
}

func newTargets(d *document, pages []pageNode) *targets {
	t := &targets{doc: d, pages: make(map[string]int, len(pages)), total: len(pages)}
	for i, p := range pages {
		if p.ref != "" {
			t.pages[p.ref] = i + 1
		}
	}
	return t
}

// of returns the page that an outline entry or a link leads to, or 0.
func (t *targets) of(v value) int {
	if dest := key(v, "Dest"); !dest.IsNull() {
		return t.page(dest)
	}
	if action := key(v, "A"); key(action, "S").Name() == "GoTo" {
		return t.page(key(action, "D"))
	}
	return 0
}

// page returns the number of the page that a destination names, or 0. A destination is an array that begins with a page, or the name
// of one, which stands for the array or for a dictionary that holds it.
func (t *targets) page(dest value) int {
	switch dest.Kind() {
	case ledongthuc.Name:
		dest = key(key(key(t.doc.trailer(), "Root"), "Dests"), dest.Name())
	case ledongthuc.String:
		dest = t.named(dest.RawString())
	}
	if dest.Kind() == ledongthuc.Dict {
		dest = key(dest, "D")
	}
	const longest = 6 // [page /FitR left bottom right top]
	if n := dest.Len(); n == 0 || n > longest {
		return 0
	}
	if first := index(dest, 0); first.Kind() == ledongthuc.Integer { // not after the standard, but in use
		if n := first.Int64(); n >= 0 && n < int64(t.total) {
			return int(n) + 1
		}
		return 0
	}
	return t.pages[references(dest)[0]]
}

// named looks a destination up in the name tree, which is read as a whole when the first one is asked for.
func (t *targets) named(name string) value {
	if t.names == nil {
		t.names = map[string]value{}
		t.tree(key(key(key(t.doc.trailer(), "Root"), "Names"), "Dests"), 0)
	}
	return t.names[name]
}

func (t *targets) tree(node value, depth int) {
	if t.nodes++; depth > maxTargetDepth || t.nodes > maxTargetNodes || t.doc.ctx.Err() != nil || !isDict(node) {
		return
	}
	names := key(node, "Names")
	for i := 0; i+1 < names.Len() && len(t.names) < maxTargets && t.doc.ctx.Err() == nil; i += 2 {
		t.names[index(names, i).RawString()] = index(names, i+1)
	}
	kids := key(node, "Kids")
	for i := range min(kids.Len(), maxTargetNodes) {
		t.tree(index(kids, i), depth+1)
	}
}
