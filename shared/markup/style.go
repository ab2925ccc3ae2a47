package markup

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// restyle takes over what an element says of its text.
func (b *builder) restyle(n *html.Node) {
	switch n.DataAtom {
	case atom.H1:
		b.style.size, b.style.bold = 20, true
	case atom.H2:
		b.style.size, b.style.bold = 16, true
	case atom.H3:
		b.style.size, b.style.bold = 13, true
	case atom.H4, atom.H5, atom.H6:
		b.style.size, b.style.bold = 11, true
	case atom.B, atom.Strong, atom.Th, atom.Dt:
		b.style.bold = true
	case atom.Small, atom.Sup, atom.Sub:
		b.style.size = 8
	case atom.Pre, atom.Textarea, atom.Listing, atom.Xmp, atom.Plaintext:
		b.style.pre = true
	}
	for name, value := range declarations(n) {
		switch name {
		case "font-size":
			b.style.none = isZero(value)
		case "font-weight":
			b.style.bold = value == "bold" || value == "bolder" || value >= "600" && value <= "900" && len(value) == 3
		}
	}
}

// isBlock reports whether an element begins and ends a paragraph.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Html, atom.Body, atom.Div, atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Section, atom.Article,
		atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Aside, atom.Address, atom.Center, atom.Form, atom.Fieldset, atom.Legend,
		atom.Dl, atom.Dt, atom.Li, atom.Hr, atom.Figure, atom.Figcaption, atom.Details, atom.Summary, atom.Caption, atom.Tr,
		atom.Option, atom.Menu, atom.Dir, atom.Hgroup, atom.Search, atom.Dialog:
		return true
	}
	return false
}

// hidden reports whether an element is not shown, as far as it says so itself.
func hidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Meta, atom.Link, atom.Base, atom.Object, atom.Embed, atom.Iframe, atom.Audio, atom.Video,
		atom.Canvas, atom.Svg, atom.Datalist, atom.Noembed, atom.Noframes, atom.Input:
		return true
	case atom.Option:
		if !has(n, "selected") {
			return true
		}
	case atom.Dialog:
		if !has(n, "open") {
			return true
		}
	}
	if has(n, "hidden") {
		return true
	}
	said := declarations(n)
	return said["display"] == "none" || said["visibility"] == "hidden" || said["mso-hide"] == "all" || isZero(said["opacity"]) ||
		isZero(said["max-height"]) && said["overflow"] == "hidden"
}

func isZero(length string) bool {
	v, err := strconv.ParseFloat(strings.TrimRight(length, "abcdefghijklmnopqrstuvwxyz% "), 64)
	return err == nil && v == 0
}

// declarations returns what an element's style attribute says, in lower case.
func declarations(n *html.Node) map[string]string {
	text := attribute(n, "style")
	if text == "" {
		return nil
	}
	out := map[string]string{}
	for one := range strings.SplitSeq(strings.ToLower(text), ";") {
		if name, value, ok := strings.Cut(one, ":"); ok {
			value, _, _ = strings.Cut(value, "!")
			out[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return out
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Namespace == "" && a.Key == key {
			return true
		}
	}
	return false
}
