package markup

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/millrace/millrace/shared/flow"
)

// table returns a table, with its caption above it; nil where it has no text.
func table(n *html.Node, s style) flow.Node {
	t := &flow.Table{}
	out := &flow.Stack{}
	gather(n, s, t, out)
	if len(t.Rows) > 0 {
		out.Items = append(out.Items, t)
	}
	if len(out.Items) == 0 {
		return nil
	}
	return out
}

// gather adds the rows under an element that is a table or a part of one.
func gather(n *html.Node, s style, t *flow.Table, above *flow.Stack) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || hidden(c) {
			continue
		}
		switch c.DataAtom {
		case atom.Thead, atom.Tbody, atom.Tfoot:
			gather(c, s, t, above)
		case atom.Tr:
			if row := cells(c, s); len(row) > 0 {
				t.Rows = append(t.Rows, row)
			}
		case atom.Caption:
			b := &builder{style: s}
			b.element(c)
			b.flush()
			above.Items = append(above.Items, b.items...)
		}
	}
}

// cells returns the cells of a row; none where no cell has any text.
func cells(row *html.Node, s style) []flow.Cell {
	var out []flow.Cell
	text := false
	for c := row.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th || hidden(c) {
			continue
		}
		b := &builder{style: s}
		b.restyle(c)
		b.children(c)
		b.flush()
		text = text || len(b.items) > 0
		out = append(out, flow.Cell{
			Body: b.root(), Span: number(c, "colspan"), Down: number(c, "rowspan"),
			Right: attribute(c, "align") == "right" || declarations(c)["text-align"] == "right",
		})
	}
	if !text {
		return nil
	}
	return out
}

// number returns an attribute that is a number; 1 where it is none. No table is wider or taller than a thousand.
func number(n *html.Node, key string) int {
	v, err := strconv.Atoi(strings.TrimSpace(attribute(n, key)))
	if err != nil || v < 1 {
		return 1
	}
	return min(v, 1000)
}
