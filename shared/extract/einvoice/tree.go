package einvoice

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds on a document, so that a hostile one costs little.
const (
	maxNodes = 200_000
	maxDepth = 64
	maxText  = 4_000 // bytes of one element
)

// node is an element: its local name, attributes, own text and children.
type node struct {
	name  string
	attrs []attribute
	text  string // the first piece of the element's own text that is not blank
	more  []byte // and what is behind it
	size  int    // bytes of all text, blanks too

	first, last, next *node // children, and the parent's next one
}

type attribute struct{ name, value string }

// add adds to the element's own text, within bounds.
func (n *node) add(text string) {
	if n.size+len(text) > maxText {
		return
	}
	n.size += len(text)
	switch {
	case n.text != "":
		n.more = append(n.more, text...)
	case strings.Trim(text, " \t\n") != "":
		n.text = text
	}
}

// tree is a document in the making.
type tree struct {
	open  []*node // from an element above all to the one that is read
	nodes int
	free  []node
}

func newTree() *tree { return &tree{open: []*node{{}}} }

func (t *tree) top() *node { return t.open[len(t.open)-1] }

// start opens an element. It returns false where there are too many, or too many in each other.
func (t *tree) start(name string, attrs []attribute) bool {
	if t.nodes++; t.nodes > maxNodes || len(t.open) > maxDepth {
		return false
	}
	if len(t.free) == 0 {
		t.free = make([]node, 64)
	}
	n, parent := &t.free[0], t.top()
	t.free = t.free[1:]
	n.name, n.attrs = name, attrs
	if parent.last == nil {
		parent.first = n
	} else {
		parent.last.next = n
	}
	parent.last = n
	t.open = append(t.open, n)
	return true
}

// end closes the element that is read.
func (t *tree) end() {
	if len(t.open) > 1 {
		t.open = t.open[:len(t.open)-1]
	}
}

// root returns the document's element, nil where there is none.
func (t *tree) root() *node { return t.open[0].first }

// parse reads a document as a tree of elements.
func parse(content []byte) (*node, error) {
	if root := parsePlain(content); root != nil {
		return root, nil
	}
	return parseAny(content)
}

// parseAny reads whatever package xml can read.
func parseAny(content []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(content))
	d.Strict = false
	d.CharsetReader = latin1
	made := newTree()
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the invoice's XML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			attrs := make([]attribute, len(t.Attr))
			for i, a := range t.Attr {
				attrs[i] = attribute{a.Name.Local, a.Value}
			}
			if !made.start(t.Name.Local, attrs) {
				return nil, errors.New("read the invoice's XML: it has too many elements or nests them too deeply")
			}
		case xml.EndElement:
			made.end()
		case xml.CharData:
			made.top().add(string(t))
		}
	}
	if made.root() == nil {
		return nil, errors.New("read the invoice's XML: there is no element in it")
	}
	return made.root(), nil
}

// latin1 reads the one other encoding that old invoices use.
func latin1(charset string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "iso-8859-1", "iso-8859-15", "windows-1252", "latin1", "us-ascii":
	default:
		return nil, fmt.Errorf("the encoding %q is not known", charset)
	}
	raw, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	var sb strings.Builder
	for _, c := range raw {
		sb.WriteRune(rune(c))
	}
	return strings.NewReader(sb.String()), nil
}

// value returns an element's text on one line.
func (n *node) value() string { return strings.Join(strings.Fields(n.text+string(n.more)), " ") }

// attr returns the value of an attribute, "" where there is none.
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.name == name {
			return strings.TrimSpace(a.value)
		}
	}
	return ""
}

// find returns the elements at a path of local names, such as Invoice/ID. A step may name alternatives (A|B), and may ask
// for the text of an attribute or of a descendant: ID[@schemeID=VA], PartyTaxScheme[TaxScheme/ID=VAT].
func (n *node) find(path string) []*node {
	at := []*node{n}
	for _, step := range steps(path) {
		names, condition, _ := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		var next []*node
		for _, parent := range at {
			for c := parent.first; c != nil; c = c.next {
				if among(c.name, names) && c.meets(condition) {
					next = append(next, c)
				}
			}
		}
		at = next
	}
	return at
}

// steps cuts a path at its slashes, but for those in conditions.
func steps(path string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(path) {
		switch path[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '/':
			if depth == 0 {
				out = append(out, path[from:i])
				from = i + 1
			}
		}
	}
	return append(out, path[from:])
}

func among(name, alternatives string) bool {
	for a := range strings.SplitSeq(alternatives, "|") {
		if a == name {
			return true
		}
	}
	return false
}

// meets says whether an element fulfils a condition "path=value" or "@attribute=value"; the value may have alternatives.
func (n *node) meets(condition string) bool {
	if condition == "" {
		return true
	}
	what, want, _ := strings.Cut(condition, "=")
	if name, isAttr := strings.CutPrefix(what, "@"); isAttr {
		return among(n.attr(name), want)
	}
	for _, found := range n.find(what) {
		if among(found.value(), want) {
			return true
		}
	}
	return false
}
