package invoice2data

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// defaultPriority is that of templates that name none.
const defaultPriority = 5

// Problem is one thing that is wrong with a template.
type Problem struct {
	Line  int    // from 1; 0 where no line is to blame
	Field string // such as fields.amount; empty where the file as a whole is to blame
	Text  string
}

// Template is a template made ready. It is immutable and safe for concurrent use.
type Template struct {
	Name     string // the file's name
	Issuer   string
	Priority int // of several templates whose keywords match, the one with the highest is used

	keywords []keyword
	excluded []keyword
	required []string
	options  options
	fields   []field
	tables   []*table
}

// keyword is an expression that must, or must not, be found in the text.
type keyword struct {
	written string
	plain   bool // it has no special characters
	*expression
}

// options say how text is prepared and values are read.
type options struct {
	currency         string
	languages        []string
	formats          []string
	decimal          string
	removeWhitespace bool
	removeAccents    bool
	lowercase        bool
	replace          []replace
}

type replace struct {
	match *expression
	with  string
}

// Recognize says whether data is a template in this format: a mapping with keywords and without the key template.
func Recognize(data []byte) bool {
	n, _, err := parseYAML(data)
	return err == nil && n.kind == mapping && n.get("keywords") != nil && n.get("template") == nil
}

// Parse reads a template; name is its file's name. It returns every problem that it finds, and a template only where
// there is none.
func Parse(name string, data []byte) (*Template, []Problem) {
	root, line, err := parseYAML(data)
	if err != nil {
		return nil, []Problem{{line, "", err.Error()}}
	}
	p := &templateParser{template: &Template{Name: name, Priority: defaultPriority, required: []string{"date", "amount", "invoice_number", "issuer"}}}
	p.root(root)
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return p.template, nil
}

// templateParser gathers what is wrong.
type templateParser struct {
	template *Template
	problems []Problem
}

func (p *templateParser) fail(n *node, field, format string, args ...any) {
	line := 0
	if n != nil {
		line = n.line
	}
	p.problems = append(p.problems, Problem{line, field, fmt.Sprintf(format, args...)})
}

func (p *templateParser) root(root *node) {
	if root.kind != mapping {
		p.fail(root, "", "it must be a mapping with keywords and fields")
		return
	}
	t := p.template
	p.options(root.get("options"))
	t.keywords = p.keywords(root.get("keywords"), "keywords")
	t.excluded = p.keywords(root.get("exclude_keywords"), "exclude_keywords")
	if len(t.keywords) == 0 {
		p.fail(root.get("keywords"), "keywords", "there are none, so the template would match nothing or everything")
		return
	}
	t.Issuer = t.keywords[0].written
	if n := root.get("issuer"); n != nil {
		t.Issuer = n.text
	}
	if n := root.get("priority"); n != nil {
		var err error
		if t.Priority, err = strconv.Atoi(n.text); err != nil {
			p.fail(n, "priority", "must be a whole number; it is %q", n.text)
		}
	}
	if n := root.get("required_fields"); n != nil {
		t.required = nil
		for _, r := range n.texts() {
			t.required = append(t.required, r.text)
		}
	}
	if fields := root.get("fields"); fields != nil {
		if fields.kind != mapping {
			p.fail(fields, "fields", "must be a mapping of names to expressions")
			return
		}
		for i, name := range fields.keys {
			p.field(name, fields.list[i])
		}
	}
	p.plugins(root)
}

// plugins are the lines and tables beside the fields.
func (p *templateParser) plugins(root *node) {
	if n := root.get("lines"); n != nil {
		p.template.fields = append(p.template.fields, field{name: "lines", lines: p.rules(n, "lines")})
	}
	n := root.get("tables")
	for i, t := range n.texts() {
		p.table(t, fmt.Sprintf("tables[%d]", i))
	}
}

var special = regexp.MustCompile(`[\\^$.|?*+()\[\]{}]`)

func (p *templateParser) keywords(n *node, at string) []keyword {
	var out []keyword
	for i, k := range n.texts() {
		if e := p.expression(k, fmt.Sprintf("%s[%d]", at, i)); e != nil {
			out = append(out, keyword{k.text, !special.MatchString(k.text), e})
		}
	}
	return out
}

func (p *templateParser) expression(n *node, at string) *expression {
	if n.kind != scalar {
		p.fail(n, at, "must be an expression")
		return nil
	}
	e, err := compile(n.text)
	if err != nil {
		p.fail(n, at, "%v", err)
	}
	return e
}

// expressions reads one expression or a list of them.
func (p *templateParser) expressions(n *node, at string) []*expression {
	var out []*expression
	for _, x := range n.texts() {
		if e := p.expression(x, at); e != nil {
			out = append(out, e)
		}
	}
	return out
}

func (p *templateParser) options(n *node) {
	o := &p.template.options
	o.currency, o.decimal = "EUR", "."
	if c := n.get("currency"); c != nil {
		o.currency = c.text
	}
	if d := n.get("decimal_separator"); d != nil {
		o.decimal = d.text
	}
	o.removeWhitespace, o.removeAccents, o.lowercase = isTrue(n.get("remove_whitespace")), isTrue(n.get("remove_accents")), isTrue(n.get("lowercase"))
	for _, l := range n.get("languages").texts() {
		o.languages = append(o.languages, l.text)
	}
	for _, f := range n.get("date_formats").texts() {
		o.formats = append(o.formats, f.text)
	}
	for i, r := range n.get("replace").texts() {
		at := fmt.Sprintf("options.replace[%d]", i)
		if len(r.list) != 2 {
			p.fail(r, at, "must be a list of an expression and what replaces its matches")
			continue
		}
		if e := p.expression(r.list[0], at); e != nil {
			o.replace = append(o.replace, replace{e, replacement(r.list[1].text)})
		}
	}
}

func isTrue(n *node) bool {
	return n != nil && slices.Contains([]string{"true", "yes", "on"}, strings.ToLower(n.text))
}

// Sort puts templates into the order in which they are tried: the highest priority first, then by name.
func Sort(templates []*Template) {
	slices.SortStableFunc(templates, func(a, b *Template) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.Name, b.Name))
	})
}
