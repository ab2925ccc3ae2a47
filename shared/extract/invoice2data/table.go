package invoice2data

import (
	"slices"
	"strings"
)

// table reads named groups from the lines between a start and an end.
type table struct {
	start, end, body, separator *expression
	types, grouped              map[string]string
}

func (p *templateParser) table(n *node, at string) {
	t := &table{separator: p.separator(n, at), types: p.types(n.get("types"), at+".types"), grouped: map[string]string{}}
	t.start, t.end, t.body = p.needed(n, at, "start"), p.needed(n, at, "end"), p.needed(n, at, "body")
	if fields := n.get("fields"); fields != nil {
		for i, name := range fields.keys {
			if g := fields.list[i].get("group"); g != nil {
				if t.grouped[name] = g.text; !slices.Contains(groups(), g.text) {
					p.fail(g, at+".fields."+name+".group", "%q is not a way of grouping; use one of %s", g.text, strings.Join(groups(), ", "))
				}
			}
			if typ := fields.list[i].get("type"); typ != nil {
				t.types[name] = typ.text
			}
		}
	}
	p.template.tables = append(p.template.tables, t)
}

// read returns the table's values but for those of fields that have one already.
func (t *table) read(r *reading, has func(name string) bool) []Value {
	start, end := r.clock.search(t.start, r.text), r.clock.search(t.end, r.text)
	if start == nil || end == nil || end.from < start.to {
		return nil
	}
	columns, names := map[string][]Value{}, []string{}
	for _, s := range r.split(t.separator, start.to, end.from) {
		m := r.first([]*expression{t.body}, r.text[s.from:s.to])
		if m == nil {
			continue
		}
		for i, name := range m.names {
			if has(name) {
				continue
			}
			typ := t.typeOf(name)
			if v, ok := r.coerce(m.groups[i].text, typ); ok {
				if columns[name] == nil {
					names = append(names, name)
				}
				columns[name] = append(columns[name], Value{Name: name, Text: v, Type: typeOf(name, typ), Raw: m.groups[i].text, At: s.from + m.groups[i].at})
			}
		}
	}
	var out []Value
	for _, name := range names {
		out = append(out, group(columns[name], t.grouped[name], t.typeOf(name))...)
	}
	return out
}

func (t *table) typeOf(name string) string {
	switch {
	case t.types[name] != "":
		return t.types[name]
	case named(name, "date"):
		return "date"
	case strings.HasPrefix(name, "amount"):
		return "float"
	}
	return ""
}
