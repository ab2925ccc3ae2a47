package pdf

import (
	"bytes"
	"path"
	"strings"

	ledongthuc "github.com/ledongthuc/pdf"

	"github.com/millrace/millrace/shared/layout"
)

// Bounds on what is kept beside the pages.
const (
	maxAttachments     = 8
	maxAttachmentBytes = 4 << 20 // of all together
	maxFileNodes       = 1_000
	maxFormFields      = 2_000
	maxFormValue       = 2_000 // bytes
	maxFieldDepth      = 16
)

// attachments returns the data files (XML) that the document carries. What is damaged is left out: a document can be read
// without them.
func (d *document) attachments() (out []layout.Attachment) {
	defer func() { _ = recover() }()
	root := key(d.trailer(), "Root")
	w := fileWalk{doc: d, seen: map[string]bool{}}
	w.tree(key(key(root, "Names"), "EmbeddedFiles"), 0)
	associated := key(root, "AF")
	for i := range min(associated.Len(), maxFileNodes) {
		w.file(index(associated, i))
	}
	return w.out
}

// fileWalk gathers embedded files.
type fileWalk struct {
	doc   *document
	out   []layout.Attachment
	seen  map[string]bool // names
	nodes int
	bytes int
}

// tree walks a name tree.
func (w *fileWalk) tree(node value, depth int) {
	if w.nodes++; depth > maxFieldDepth || w.nodes > maxFileNodes || !isDict(node) {
		return
	}
	names := key(node, "Names")
	for i := 1; i < min(names.Len(), maxFileNodes); i += 2 {
		w.file(index(names, i))
	}
	kids := key(node, "Kids")
	for i := range min(kids.Len(), maxFileNodes) {
		w.tree(index(kids, i), depth+1)
	}
}

// file keeps the file of a specification when it is XML.
func (w *fileWalk) file(spec value) {
	if w.nodes++; w.nodes > maxFileNodes || len(w.out) >= maxAttachments || !isDict(spec) {
		return
	}
	name := strings.TrimSpace(Clean(textString(key(spec, "UF"))))
	if name == "" {
		name = strings.TrimSpace(Clean(textString(key(spec, "F"))))
	}
	stream := key(key(spec, "EF"), "F")
	if stream.Kind() != ledongthuc.Stream {
		stream = key(key(spec, "EF"), "UF")
	}
	kind := key(stream, "Subtype").Name()
	if w.seen[name] || stream.Kind() != ledongthuc.Stream || !strings.Contains(kind, "xml") && !strings.EqualFold(path.Ext(name), ".xml") {
		return
	}
	w.seen[name] = true
	content := w.doc.stream(stream)
	if w.bytes += len(content); len(content) == 0 || w.bytes > maxAttachmentBytes {
		return
	}
	w.out = append(w.out, layout.Attachment{Name: name, MediaType: kind, Content: bytes.Clone(content)})
}

// form returns the fields of the document's form that are filled in, from what is drawn on the pages.
func (d *document) form(pages []pageNode) (out []layout.FormField) {
	if !isDict(key(key(d.trailer(), "Root"), "AcroForm")) {
		return nil
	}
	defer func() { _ = recover() }()
	for i, p := range pages {
		annots := key(p.dict, "Annots")
		view := p.view()
		for k := range min(annots.Len(), maxFormFields) {
			if len(out) == maxFormFields || d.ctx.Err() != nil {
				return out
			}
			if f, ok := formField(index(annots, k), view); ok {
				f.Page = i + 1
				out = append(out, f)
			}
		}
	}
	return out
}

// formField reads the field that an annotation shows; a field's name, type and value may stand in those above it.
func formField(annot value, v view) (f layout.FormField, ok bool) {
	if key(annot, "Subtype").Name() != "Widget" {
		return f, false
	}
	var names []string
	kind := ""
	for node, depth := annot, 0; isDict(node) && depth < maxFieldDepth; node, depth = key(node, "Parent"), depth+1 {
		if name := strings.TrimSpace(Clean(textString(key(node, "T")))); name != "" {
			names = append([]string{name}, names...)
		}
		if f.Label == "" {
			f.Label = strings.TrimSpace(Clean(textString(key(node, "TU"))))
		}
		if kind == "" {
			kind = key(node, "FT").Name()
		}
		if f.Value == "" {
			f.Value = fieldValue(key(node, "V"))
		}
	}
	if kind == "Btn" {
		// A button's value names the appearance that is on: it counts where this very button shows it.
		if on := key(annot, "AS").Name(); on == "" || on == "Off" || on != f.Value {
			return f, false
		}
	}
	if box, found := rectangle(key(annot, "Rect")); found {
		f.Box = v.box(box)
	}
	f.Name = strings.Join(names, ".")
	return f, f.Name != "" && f.Value != "" && len(f.Value) <= maxFormValue
}

// fieldValue returns a field's value as text: a string, or a name such as Yes.
func fieldValue(v value) string {
	switch v.Kind() {
	case ledongthuc.String:
		return strings.TrimSpace(Clean(textString(v)))
	case ledongthuc.Name:
		return v.Name()
	}
	return ""
}
