package invoice2data

import (
	"slices"
	"strings"
)

// field says how one field is read: by expressions, from lines, or as a value that never changes.
type field struct {
	name   string
	regex  []*expression
	typ    string // "", int, float or date
	group  string // "", sum, min, max, first, last or join
	fixed  *string
	lines  []*linesRule
	legacy bool // written as name: expression
}

func groups() []string { return []string{"sum", "min", "max", "first", "last", "join"} }

func coercions() []string { return []string{"int", "float", "date"} }

// field reads one field's settings.
func (p *templateParser) field(name string, n *node) {
	at := "fields." + name
	if n.kind != mapping {
		p.legacy(name, n)
		return
	}
	f := field{name: name}
	if t := n.get("type"); t != nil {
		if f.typ = t.text; !slices.Contains(coercions(), f.typ) {
			p.fail(t, at+".type", "%q is not a type; use one of %s", f.typ, strings.Join(coercions(), ", "))
		}
	}
	if g := n.get("group"); g != nil {
		if f.group = g.text; !slices.Contains(groups(), f.group) {
			p.fail(g, at+".group", "%q is not a way of grouping; use one of %s", f.group, strings.Join(groups(), ", "))
		}
	}
	parser := n.get("parser")
	switch {
	case parser == nil:
		p.fail(n, at+".parser", "is missing; use regex, static or lines")
		return
	case parser.text == "regex":
		if f.regex = p.expressions(n.get("regex"), at+".regex"); len(f.regex) == 0 {
			p.fail(n, at+".regex", "there is no expression")
		}
	case parser.text == "static":
		value := n.get("value")
		if value == nil {
			p.fail(n, at+".value", "is missing")
			return
		}
		f.fixed = &value.text
	case parser.text == "lines":
		f.lines = p.rules(n, at)
	default:
		p.fail(parser, at+".parser", "%q is not known; use regex, static or lines", parser.text)
	}
	p.template.fields = append(p.template.fields, f)
}

// legacy reads name: expression, the format's first form, in which the name tells the type.
func (p *templateParser) legacy(name string, n *node) {
	if plain, ok := strings.CutPrefix(name, "static_"); ok {
		p.template.fields = append(p.template.fields, field{name: plain, fixed: &n.text})
		return
	}
	f := field{name: name, legacy: true}
	switch {
	case strings.HasPrefix(name, "sum_amount") && n.kind == list:
		f.name, f.typ, f.group = strings.TrimPrefix(name, "sum_"), "float", "sum"
	case named(name, "date"):
		f.typ = "date"
	case strings.HasPrefix(name, "amount"):
		f.typ = "float"
	}
	f.regex = p.expressions(n, "fields."+name)
	p.template.fields = append(p.template.fields, f)
}

func named(name, kind string) bool {
	return strings.HasPrefix(name, kind) || strings.HasSuffix(name, kind)
}

// read returns a field's values.
func (f *field) read(r *reading) []Value {
	switch {
	case f.fixed != nil:
		if v, ok := r.coerce(*f.fixed, staticType(f)); ok {
			return []Value{{Name: f.name, Text: v, Type: typeOf(f.name, f.typ), Raw: *f.fixed, At: -1}}
		}
		return []Value{{Name: f.name, Text: *f.fixed, Type: "text", Raw: *f.fixed, At: -1}}
	case f.lines != nil:
		return readLines(r, f.name, f.lines)
	}
	var out []Value
	for _, e := range f.regex {
		if e.groups > 1 {
			return nil // the format allows one group
		}
		for _, m := range r.clock.findAll(e, r.text) {
			if v, ok := r.coerce(m.text, f.typ); ok && (v != "" || f.group == "") {
				out = append(out, Value{Name: f.name, Text: v, Type: typeOf(f.name, f.typ), Raw: m.text, At: m.at})
			}
		}
	}
	return group(out, f.group, f.typ)
}

// staticType is the type as which a fixed value is read.
func staticType(f *field) string {
	if f.typ == "" && named(f.name, "date") {
		return "date"
	}
	return f.typ
}

// group makes one value of several as the template says; without a word on it, values that differ are kept in order.
func group(values []Value, how, typ string) []Value {
	if len(values) == 0 {
		return nil
	}
	best := values[0]
	switch how {
	case "first":
	case "last":
		best = values[len(values)-1]
	case "min", "max":
		for _, v := range values[1:] {
			if less(v.Text, best.Text, typ) == (how == "min") {
				best = v
			}
		}
	case "sum":
		best.Text = sum(values, typ)
	case "join":
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = v.Text
		}
		best.Text = strings.Join(texts, " ")
		best.Raw = best.Text
	default:
		var out []Value
		for _, v := range values {
			if !slices.ContainsFunc(out, func(o Value) bool { return o.Text == v.Text }) {
				out = append(out, v)
			}
		}
		return out
	}
	return []Value{best}
}
