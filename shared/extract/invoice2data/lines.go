package invoice2data

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds on lines.
const (
	maxBlocks = 200
	maxRows   = 200
)

// linesRule reads the rows of blocks of lines. A row begins with a line that first matches, goes on with those that line
// matches, and ends with one that last matches or before the next first.
type linesRule struct {
	start, end, separator   *expression
	first, line, last, skip []*expression
	hasLast                 bool
	types                   map[string]string
}

// rules reads the settings of a lines parser: one set, or several under rules.
func (p *templateParser) rules(n *node, at string) []*linesRule {
	if rules := n.get("rules"); rules != nil {
		out := []*linesRule{}
		for i, r := range rules.texts() {
			out = append(out, p.linesRule(r, fmt.Sprintf("%s.rules[%d]", at, i)))
		}
		return out
	}
	return []*linesRule{p.linesRule(n, at)}
}

func (p *templateParser) linesRule(n *node, at string) *linesRule {
	r := &linesRule{types: p.types(n.get("types"), at+".types"), hasLast: n.get("last_line") != nil}
	r.start, r.end = p.needed(n, at, "start"), p.needed(n, at, "end")
	r.separator = p.separator(n, at)
	r.first, r.line = p.expressions(n.get("first_line"), at+".first_line"), p.expressions(n.get("line"), at+".line")
	r.last, r.skip = p.expressions(n.get("last_line"), at+".last_line"), p.expressions(n.get("skip_line"), at+".skip_line")
	if len(r.line) == 0 {
		p.fail(n, at+".line", "is missing: it says what a line is")
	}
	if len(r.first) == 0 && len(r.last) == 0 {
		r.first = r.line
	}
	return r
}

// needed reads the expression of a key that must be there.
func (p *templateParser) needed(n *node, at, key string) *expression {
	if v := n.get(key); v != nil {
		return p.expression(v, at+"."+key)
	}
	p.fail(n, at+"."+key, "is missing")
	return nil
}

func (p *templateParser) separator(n *node, at string) *expression {
	if v := n.get("line_separator"); v != nil {
		return p.expression(v, at+".line_separator")
	}
	e, _ := compile(`\n`) // it is one
	return e
}

func (p *templateParser) types(n *node, at string) map[string]string {
	out := map[string]string{}
	if n == nil {
		return out
	}
	for i, name := range n.keys {
		if out[name] = n.list[i].text; !slices.Contains(coercions(), out[name]) {
			p.fail(n.list[i], at+"."+name, "%q is not a type; use one of %s", out[name], strings.Join(coercions(), ", "))
		}
	}
	return out
}

// row is one row: its columns in the order in which they were found.
type row struct {
	names  []string
	values map[string]found
}

// add joins a match's groups to the row's columns, one under the other.
func (w *row) add(m *match, base int, replace bool) {
	if w.values == nil {
		w.values = map[string]found{}
	}
	for i, name := range m.names {
		text := strings.TrimSpace(m.groups[i].text)
		old, known := w.values[name]
		if !known {
			w.names = append(w.names, name)
			old.at = base + m.groups[i].at
		}
		if !replace && old.text != "" {
			text = old.text + "\n" + text
		}
		w.values[name] = found{text, old.at}
	}
}

// readLines reads the rows of all rules and names their values name[0].column.
func readLines(r *reading, name string, rules []*linesRule) []Value {
	var out []Value
	n := 0
	for _, rule := range rules {
		for _, w := range rule.rows(r) {
			w.withUnitCode()
			for _, column := range w.names {
				v := w.values[column]
				text, ok := r.coerce(v.text, rule.types[column])
				if ok && n < maxRows {
					full := fmt.Sprintf("%s[%d].%s", name, n, column)
					out = append(out, Value{Name: full, Text: text, Type: typeOf(full, rule.types[column]), Raw: v.text, At: v.at})
				}
			}
			n++
		}
	}
	return out
}

// rows reads the blocks between start and end.
func (l *linesRule) rows(r *reading) []row {
	var out []row
	at := 0
	for range maxBlocks {
		start := r.clock.search(l.start, r.text[at:])
		if start == nil {
			break
		}
		at += start.to
		end := r.clock.search(l.end, r.text[at:])
		if end == nil {
			break
		}
		out = append(out, l.block(r, at, at+end.from)...)
		if end.to == 0 && start.to == 0 {
			break // both match nothing: there is no way on
		}
		at += end.to
	}
	return out
}

// block reads the rows of text[from:to].
func (l *linesRule) block(r *reading, from, to int) []row {
	var out []row
	var current row
	flush := func() {
		if len(current.names) > 0 {
			out = append(out, current)
		}
		current = row{}
	}
	open := false
	for _, s := range r.split(l.separator, from, to) {
		line := r.text[s.from:s.to]
		if strings.Trim(line, "\r\n") == "" {
			continue
		}
		if m := r.first(l.first, line); m != nil {
			flush()
			current.add(m, s.from, true)
			open = true
			continue
		}
		if !open {
			continue
		}
		if m := r.first(l.last, line); l.hasLast && m != nil {
			current.add(m, s.from, false)
			flush()
			open = false
			continue
		}
		if r.first(l.skip, line) != nil {
			continue
		}
		if m := r.first(l.line, line); m != nil {
			current.add(m, s.from, false)
		}
	}
	flush()
	return out
}
