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
	name     string
	attrs    []xml.Attr
	text     strings.Builder
	children []*node
}

// parse reads a document as a tree of elements.
func parse(content []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(content))
	d.Strict = false
	d.CharsetReader = latin1
	stack := []*node{{}}
	for nodes := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the invoice's XML: %w", err)
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if nodes++; nodes > maxNodes || len(stack) > maxDepth {
				return nil, errors.New("read the invoice's XML: it has too many elements or nests them too deeply")
			}
			n := &node{name: t.Name.Local, attrs: t.Attr}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
		case xml.CharData:
			if top.text.Len()+len(t) <= maxText {
				top.text.Write(t)
			}
		}
	}
	if len(stack[0].children) == 0 {
		return nil, errors.New("read the invoice's XML: there is no element in it")
	}
	return stack[0].children[0], nil
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
func (n *node) value() string { return strings.Join(strings.Fields(n.text.String()), " ") }

// attr returns the value of an attribute, "" where there is none.
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
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
			for _, c := range parent.children {
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
