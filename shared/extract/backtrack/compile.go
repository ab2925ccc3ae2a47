package backtrack

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// compiler makes nodes from the end of an expression to its start: each is made with what follows it.
type compiler struct {
	classes map[string]*class // by their ranges
	nodes   int
	states  int
	choices int  // that what is compiled is part of
	failed  bool // the expression is one for regexp
}

// add makes a node whose next one, ways and classes are known.
func (c *compiler) add(n node) *node {
	if c.nodes++; c.nodes > maxNodes {
		c.failed = true
	}
	c.states++
	n.state = c.states
	n.first = firstOf(&n)
	if n.op == opRun {
		var own first
		n.classes[0].addTo(&own)
		n.greatest = !own.meets(&n.next.first)
	}
	return &n
}

func (c *compiler) save(place int, next *node) *node {
	return c.add(node{op: opSave, cap: uint8(place), always: c.choices == 0, next: next})
}

func (c *compiler) class(ranges []rune) *class {
	key := string(ranges)
	if c.classes[key] == nil {
		c.classes[key] = newClass(ranges)
	}
	return c.classes[key]
}

// compile returns the start of re, with next behind it.
func (c *compiler) compile(re *syntax.Regexp, next *node) *node {
	if c.failed {
		return next
	}
	switch re.Op {
	case syntax.OpEmptyMatch:
		return next
	case syntax.OpNoMatch:
		return c.add(node{op: opAlt})
	case syntax.OpLiteral:
		return c.literal(re, next)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return c.add(node{op: opChars, classes: []*class{c.class(rangesOf(re))}, next: next})
	case syntax.OpBeginLine:
		return c.asserts(syntax.EmptyBeginLine, next)
	case syntax.OpEndLine:
		return c.asserts(syntax.EmptyEndLine, next)
	case syntax.OpBeginText:
		return c.asserts(syntax.EmptyBeginText, next)
	case syntax.OpEndText:
		return c.asserts(syntax.EmptyEndText, next)
	case syntax.OpWordBoundary:
		return c.asserts(syntax.EmptyWordBoundary, next)
	case syntax.OpNoWordBoundary:
		return c.asserts(syntax.EmptyNoWordBoundary, next)
	case syntax.OpCapture:
		return c.save(2*re.Cap, c.compile(re.Sub[0], c.save(2*re.Cap+1, next)))
	case syntax.OpConcat:
		for _, sub := range slices.Backward(re.Sub) {
			next = c.compile(sub, next)
		}
		return next
	case syntax.OpAlternate:
		c.choices++
		defer func() { c.choices-- }()
		ways := make([]*node, len(re.Sub))
		for i, sub := range re.Sub {
			ways[i] = c.compile(sub, next)
		}
		return c.choice(ways)
	case syntax.OpStar:
		return c.repeat(re, 0, unlimited, next)
	case syntax.OpPlus:
		return c.repeat(re, 1, unlimited, next)
	case syntax.OpQuest:
		return c.repeat(re, 0, 1, next)
	case syntax.OpRepeat:
		if re.Max < 0 {
			return c.repeat(re, re.Min, unlimited, next)
		}
		return c.repeat(re, re.Min, re.Max, next)
	}
	c.failed = true
	return next
}

func (c *compiler) asserts(what syntax.EmptyOp, next *node) *node {
	return c.add(node{op: opAssert, assert: what, next: next})
}

// literal takes a text, character by character where case does not matter.
func (c *compiler) literal(re *syntax.Regexp, next *node) *node {
	if re.Flags&syntax.FoldCase == 0 && !slices.Contains(re.Rune, utf8.RuneError) {
		return c.add(node{op: opText, text: string(re.Rune), next: next})
	}
	n := node{op: opChars, next: next}
	for _, r := range re.Rune {
		if re.Flags&syntax.FoldCase != 0 {
			n.classes = append(n.classes, c.class(orbit(r)))
		} else {
			n.classes = append(n.classes, c.class([]rune{r, r}))
		}
	}
	return c.add(n)
}

// manyWays is from how many ways on they are told apart by the next byte in one step.
const manyWays = 4

// choice returns a node that tries the ways in their order.
func (c *compiler) choice(ways []*node) *node {
	n := c.add(node{op: opAlt, ways: ways})
	if len(ways) < manyWays {
		return n
	}
	n.by = &byByte{}
	for b := range n.by.of {
		var some []*node
		for _, w := range ways {
			if w.first.has(byte(b)) {
				some = append(some, w)
			}
		}
		k := slices.IndexFunc(n.by.ways, func(o []*node) bool { return slices.Equal(o, some) })
		if k < 0 {
			k = len(n.by.ways)
			n.by.ways = append(n.by.ways, some)
		}
		n.by.of[b] = uint8(k)
	}
	return n
}

// repeat returns a node that takes re from least to most times.
func (c *compiler) repeat(re *syntax.Regexp, least, most int, next *node) *node {
	sub, lazy := re.Sub[0], re.Flags&syntax.NonGreedy != 0
	if ranges := rangesOf(sub); ranges != nil {
		n := node{op: opRun, classes: []*class{c.class(ranges)}, min: least, max: most, next: next}
		if lazy {
			n.op = opLazy
		}
		return c.add(n)
	}
	c.choices++
	defer func() { c.choices-- }()
	if most == unlimited {
		if mayBeEmpty(sub) {
			c.failed = true
			return next
		}
		next = c.loop(sub, lazy, next)
		most = least
	}
	either := func(more, less *node) *node {
		if lazy {
			more, less = less, more
		}
		return c.choice([]*node{more, less})
	}
	end := next
	for range most - least {
		next = either(c.compile(sub, next), end)
	}
	for range least {
		next = c.compile(sub, next)
	}
	return next
}

// loop returns a node that takes sub any number of times.
func (c *compiler) loop(sub *syntax.Regexp, lazy bool, next *node) *node {
	// Sub leads back to the choice, which must have its bytes before sub is made: those of sub alone are found first.
	n := c.add(node{op: opAlt})
	probe := c.compile(sub, c.add(node{op: opMatch}))
	n.first = probe.first
	n.first.join(&next.first)
	n.ways = []*node{c.compile(sub, n), next}
	if lazy {
		slices.Reverse(n.ways)
	}
	return n
}

// rangesOf returns the characters of an expression that takes one; nil for any other.
func rangesOf(re *syntax.Regexp) []rune {
	switch re.Op {
	case syntax.OpCharClass:
		return re.Rune
	case syntax.OpAnyChar:
		return []rune{0, unicode.MaxRune}
	case syntax.OpAnyCharNotNL:
		return []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	case syntax.OpLiteral:
		if len(re.Rune) > 1 {
			return nil
		}
		if re.Flags&syntax.FoldCase != 0 {
			return orbit(re.Rune[0])
		}
		return []rune{re.Rune[0], re.Rune[0]}
	}
	return nil
}

// mayBeEmpty says that re may match the empty text.
func mayBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return mayBeEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || mayBeEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !mayBeEmpty(sub) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, mayBeEmpty)
	}
	return true
}
