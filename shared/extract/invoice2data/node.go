package invoice2data

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// node is a YAML value: a scalar as it is written (04080176 stays so), a list or a mapping in its order.
type node struct {
	text string
	list []*node
	keys []string // of a mapping; list has its values
	kind kind
	line int
}

type kind int

const (
	scalar kind = iota
	list
	mapping
)

// maxNesting bounds how deep values may be nested.
const maxNesting = 20

// parseYAML reads a file's first document.
func parseYAML(data []byte) (*node, int, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		var located yaml.Error
		if errors.As(err, &located) && located.GetToken() != nil {
			return nil, located.GetToken().Position.Line, errors.New(located.GetMessage())
		}
		return nil, 0, err
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, 0, errors.New("it is empty")
	}
	c := converter{anchors: map[string]ast.Node{}}
	n, err := c.convert(file.Docs[0].Body, 0)
	return n, 0, err
}

// converter turns the parser's nodes into ours.
type converter struct{ anchors map[string]ast.Node }

func (c *converter) convert(from ast.Node, depth int) (*node, error) {
	if depth > maxNesting {
		return nil, errors.New("its values are nested too deeply")
	}
	n := &node{}
	if t := from.GetToken(); t != nil && t.Position != nil {
		n.line = t.Position.Line
	}
	switch from := from.(type) {
	case *ast.MappingNode:
		return n, c.mapping(n, from.Values, depth)
	case *ast.MappingValueNode:
		return n, c.mapping(n, []*ast.MappingValueNode{from}, depth)
	case *ast.SequenceNode:
		n.kind = list
		for _, v := range from.Values {
			child, err := c.convert(v, depth+1)
			if err != nil {
				return nil, err
			}
			n.list = append(n.list, child)
		}
	case *ast.AnchorNode:
		c.anchors[from.Name.GetToken().Value] = from.Value
		return c.convert(from.Value, depth+1)
	case *ast.AliasNode:
		name := from.Value.GetToken().Value
		if c.anchors[name] == nil {
			return nil, fmt.Errorf("the alias *%s has no anchor", name)
		}
		return c.convert(c.anchors[name], depth+1)
	case *ast.TagNode:
		return c.convert(from.Value, depth+1)
	case *ast.LiteralNode:
		n.text = from.Value.Value
	case *ast.StringNode:
		n.text = from.Value
	case *ast.NullNode:
	default:
		n.text = from.GetToken().Value
	}
	return n, nil
}

func (c *converter) mapping(n *node, values []*ast.MappingValueNode, depth int) error {
	n.kind = mapping
	for _, v := range values {
		child, err := c.convert(v.Value, depth+1)
		if err != nil {
			return err
		}
		if v.Key.IsMergeKey() {
			n.keys, n.list = append(n.keys, child.keys...), append(n.list, child.list...)
			continue
		}
		child.line = v.Key.GetToken().Position.Line
		n.keys, n.list = append(n.keys, v.Key.GetToken().Value), append(n.list, child)
	}
	return nil
}

// get returns the value of a key, nil where there is none; the last of several wins.
func (n *node) get(key string) *node {
	var out *node
	if n == nil || n.kind != mapping {
		return nil
	}
	for i, k := range n.keys {
		if k == key {
			out = n.list[i]
		}
	}
	return out
}

// texts returns a scalar, or the scalars of a list.
func (n *node) texts() []*node {
	switch {
	case n == nil:
		return nil
	case n.kind == list:
		return n.list
	default:
		return []*node{n}
	}
}
