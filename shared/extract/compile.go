package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/extract/backtrack"
)

// Bounds on what a template may ask for.
const (
	maxPerField   = 100
	maxMatches    = 50  // of one pattern
	defaultReach  = 300 // bytes around a pattern's near words
	maxReach      = 5_000
	maxExpression = 4_000 // bytes, after fragments are put in
)

// compiler turns a template into a plan and collects what is wrong with it.
type compiler struct {
	file     string
	data     []byte
	tree     *ast.File // of data; nil until there is a problem whose line is asked for
	template *Template
	problems []error
}

// compiledCheck is a check with the indices of its rules.
type compiledCheck struct {
	id        string
	sum       []int
	equals    int
	tolerance decimal.Decimal
}

func (c *compiler) fail(field, format string, args ...any) {
	if c.tree == nil {
		c.tree, _ = parser.ParseBytes(c.data, 0) // it was read before, so it can be parsed
	}
	c.problems = append(c.problems, &TemplateError{File: c.file, Line: lineOf(c.tree, field), Field: field, Text: fmt.Sprintf(format, args...)})
}

func (c *compiler) plan() *plan {
	t := c.template
	if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(t.Template) {
		c.fail("template", "must name a class in lower case, such as invoice; it is %q", t.Template)
	}
	if t.Version < 1 {
		c.fail("version", "must be 1 or more; raise it with every change of the template")
	}
	if len(t.Fields) == 0 {
		c.fail("fields", "there are none; a template reads at least one field")
	}
	p := &plan{source: fmt.Sprintf("%s/%d", t.Template, t.Version), matcher: newMatcher()}
	p.matcher.add(t.Ignore, meaning{ignoredLabel, 0})
	for i, s := range t.Sections {
		c.section(p, i, s)
	}
	seen := map[string]bool{}
	for i := range t.Fields {
		at := fmt.Sprintf("fields[%d]", i)
		if name := t.Fields[i].Name; seen[name] {
			c.fail(at+".name", "%q is already a field of this template", name)
		}
		seen[t.Fields[i].Name] = true
		p.rules = append(p.rules, c.rule(p, at, i))
	}
	for i := range t.Checks {
		p.checks = append(p.checks, c.check(fmt.Sprintf("checks[%d]", i), t.Checks[i]))
	}
	if p.rows = t.Rows; p.rows != "" && !slices.Contains(rowKinds(), p.rows) {
		c.fail("rows", "%q are not known; use one of %s, or none", p.rows, strings.Join(rowKinds(), ", "))
	}
	p.matcher.seal()
	p.indexNear()
	return p
}

// indexNear gathers the words of the patterns that are looked for in the running text.
func (p *plan) indexNear() {
	var words []string
	each := func(visit func(*compiledPattern)) {
		for i := range p.rules {
			for k := range p.rules[i].patterns {
				if pat := &p.rules[i].patterns[k]; pat.On != "line" {
					visit(pat)
				}
			}
		}
	}
	each(func(pat *compiledPattern) { words = append(words, pat.Near...) })
	p.near = newLiterals(words)
	if p.near == nil {
		return
	}
	each(func(pat *compiledPattern) {
		for _, w := range pat.Near {
			pat.near = append(pat.near, nearWord{p.near.index(w), len(w)})
		}
	})
}

func (c *compiler) section(p *plan, i int, s Section) {
	at := fmt.Sprintf("sections[%d]", i)
	if s.Name == "" {
		c.fail(at+".name", "a section needs a name, such as seller")
	}
	if len(s.Labels) == 0 {
		c.fail(at+".labels", "a section needs labels that head it")
	}
	p.sections = append(p.sections, s.Name)
	p.matcher.add(s.Labels, meaning{sectionLabel, i})
	p.matcher.add(s.NameLabels, meaning{nameLabel, i})
}

func (c *compiler) rule(p *plan, at string, i int) compiledRule {
	r := c.template.Fields[i]
	c.ruleKeys(at, &r)
	out := compiledRule{Rule: r, right: len(r.Where) == 0, below: len(r.Where) == 0}
	for _, w := range r.Where {
		switch w {
		case whereRight:
			out.right = true
		case whereBelow:
			out.below = true
		default:
			c.fail(at+".where", "%q is not a direction; use right or below", w)
		}
	}
	if out.Max == 0 {
		out.Max = 1
	}
	if out.Pick == "" {
		out.Pick = pickFirst
	}
	if r.Pattern != "" {
		out.shape = compiled(c, at+".pattern", `^(?:`+r.Pattern+`)$`, backtrack.Compile)
	}
	if r.Reject != "" {
		out.reject = compiled(c, at+".reject", r.Reject, backtrack.Compile)
	}
	for k, pat := range r.Patterns {
		out.patterns = append(out.patterns, c.pattern(fmt.Sprintf("%s.patterns[%d]", at, k), pat))
	}
	p.matcher.add(r.Labels, meaning{strongLabel, i})
	p.matcher.add(r.WeakLabels, meaning{weakLabel, i})
	p.matcher.add(r.SectionLabels, meaning{innerLabel, i})
	return out
}

// ruleKeys checks the keys whose values are words.
func (c *compiler) ruleKeys(at string, r *Rule) {
	if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(r.Name) {
		c.fail(at+".name", "must be a name in lower case, such as invoice_number; it is %q", r.Name)
	}
	if !slices.Contains(types(), r.Type) {
		c.fail(at+".type", "%q is not a type; use one of %s", r.Type, strings.Join(types(), ", "))
	}
	if r.Format != "" && !slices.Contains(formats(), r.Format) {
		c.fail(at+".format", "%q is not a format; use one of %s", r.Format, strings.Join(formats(), ", "))
	}
	for k, g := range r.Guess {
		if !slices.Contains(guesses(), g) {
			c.fail(fmt.Sprintf("%s.guess[%d]", at, k), "%q is not known; use one of %s", g, strings.Join(guesses(), ", "))
		}
	}
	for key, name := range map[string]string{"section": r.Section, "avoid": r.Avoid} {
		known := slices.ContainsFunc(c.template.Sections, func(s Section) bool { return s.Name == name })
		if name != "" && !known {
			c.fail(at+"."+key, "there is no section %q in this template", name)
		}
	}
	if len(r.SectionLabels) > 0 && r.Section == "" {
		c.fail(at+".section_labels", "these count only within a section; name it with section:")
	}
	if r.Fallback != "" && !slices.ContainsFunc(c.template.Fields, func(o Rule) bool { return o.Name == r.Fallback }) {
		c.fail(at+".fallback", "there is no field %q in this template", r.Fallback)
	}
	if !slices.Contains([]string{"", pickFirst, pickLast, pickMost}, r.Pick) {
		c.fail(at+".pick", "%q is not known; use first, last or largest", r.Pick)
	}
	if r.Max < 0 || r.Max > maxPerField {
		c.fail(at+".max", "must be between 1 and %d", maxPerField)
	}
	if r.Nth < 0 || r.Nth > 9 {
		c.fail(at+".nth", "must be between 1 and 9")
	}
	if r.Anywhere < 0 || r.Anywhere > 1 {
		c.fail(at+".anywhere", "must be between 0 and 1")
	}
	if len(r.Labels)+len(r.WeakLabels)+len(r.SectionLabels)+len(r.Patterns)+len(r.Guess) == 0 && r.Anywhere == 0 && r.Fallback == "" && r.Section == "" {
		c.fail(at, "nothing says how to find it; give labels, patterns, guess, anywhere or section")
	}
}

func (c *compiler) pattern(at string, pat Pattern) compiledPattern {
	out := compiledPattern{Pattern: pat}
	out.Near = slices.Clone(pat.Near)
	if pat.ID == "" {
		c.fail(at+".id", "a pattern needs an id, which is shown with the values that it finds")
	}
	if out.Weight == 0 {
		out.Weight = 0.8
	}
	if out.Weight < 0 || out.Weight > 1 {
		c.fail(at+".weight", "must be between 0 and 1")
	}
	if pat.First < 0 || pat.First > maxMatches {
		c.fail(at+".first", "must be between 1 and %d", maxMatches)
	}
	if out.First == 0 {
		out.First = maxMatches
	}
	for k, w := range pat.Near {
		if out.Near[k] = lower(w); strings.TrimSpace(w) == "" {
			c.fail(fmt.Sprintf("%s.near[%d]", at, k), "is empty, so it would be everywhere")
		}
	}
	if pat.On == "line" {
		out.beside = newLiterals(out.Near)
	}
	if pat.Reach < 0 || pat.Reach > maxReach {
		c.fail(at+".reach", "must be between 1 and %d bytes", maxReach)
	}
	if pat.Top < 0 {
		c.fail(at+".top", "must be a number of bytes")
	}
	if out.Reach == 0 {
		out.Reach = defaultReach
	}
	if pat.On != "" && pat.On != "text" && pat.On != "line" {
		c.fail(at+".on", "%q is not known; use text or line", pat.On)
	}
	if pat.Within != "" {
		out.within = compiled(c, at+".within", pat.Within, newExpression)
	}
	out.match = compiled(c, at+".match", pat.Match, newExpression)
	if out.match != nil {
		if out.group = slices.Index(out.match.names, "value"); out.group < 0 {
			c.fail(at+".match", "needs a group that holds the value: (?P<value>…)")
		}
	}
	return out
}

// expand puts the template's fragments in for {name}; false after a problem.
func (c *compiler) expand(at, expr string) (string, bool) {
	for range 4 { // fragments may use fragments
		for name, fragment := range c.template.Define {
			expr = strings.ReplaceAll(expr, "{"+name+"}", "(?:"+fragment+")")
		}
		if len(expr) > maxExpression {
			c.fail(at, "is longer than %d bytes once its fragments are put in", maxExpression)
			return "", false
		}
	}
	return expr, true
}

// compiled returns what build makes of an expression with its fragments put in; nil after a problem.
func compiled[T any](c *compiler, at, expr string, build func(string) (*T, error)) *T {
	expr, ok := c.expand(at, expr)
	if !ok {
		return nil
	}
	out, err := build(expr)
	if err != nil {
		c.fail(at, "is not a regular expression (RE2 syntax): %v", err)
		return nil
	}
	return out
}

func (c *compiler) check(at string, k Check) compiledCheck {
	out := compiledCheck{id: k.ID, tolerance: decimal.New(2, -2)}
	if k.ID == "" {
		c.fail(at+".id", "a check needs an id, which is shown with the values that it confirms")
	}
	if len(k.Sum) < 2 || len(k.Sum) > 3 {
		c.fail(at+".sum", "must name two or three fields")
	}
	for i, name := range k.Sum {
		out.sum = append(out.sum, c.amountRule(fmt.Sprintf("%s.sum[%d]", at, i), name))
	}
	out.equals = c.amountRule(at+".equals", k.Equals)
	if k.Tolerance != "" {
		d, err := decimal.NewFromString(k.Tolerance)
		if err != nil || d.IsNegative() {
			c.fail(at+".tolerance", "must be a decimal such as 0.02; it is %q", k.Tolerance)
		}
		out.tolerance = d
	}
	return out
}

func (c *compiler) amountRule(at, name string) int {
	i := slices.IndexFunc(c.template.Fields, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		c.fail(at, "there is no field %q in this template", name)
	} else if c.template.Fields[i].Type != typeAmount {
		c.fail(at, "field %q is not an amount", name)
	}
	return i
}
