package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// worth is by how much a score must rise, when a difference is not counted, for that difference to be named as a cause.
const worth = 0.02

// cause is a kind of difference between two texts. It is measured by scoring again with both texts changed so that the difference
// does not count.
type cause struct {
	name   string
	change func(words []string, ours bool) []string
}

func causes() []cause {
	return []cause{
		{"direction marks that pdftotext adds", each(without(func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }))},
		{"codes without a meaning, which pdftotext prints and we leave out", each(without(meaningless))},
		{"hyphens of different kinds", each(func(s string) string { return strings.Map(plainHyphen, s) })},
		{"words broken at the end of a line, which pdftotext puts together", func(words []string, ours bool) []string {
			if !ours {
				return words
			}
			return unbroken(words)
		}},
		{"where words are parted", func(words []string, _ bool) []string { return characters(words) }},
		{"how often text that is drawn several times counts", func(words []string, _ bool) []string { return once(words) }},
		{"upper and lower case", each(strings.ToLower)},
	}
}

func each(change func(string) string) func([]string, bool) []string {
	return func(words []string, _ bool) []string {
		var out []string
		for _, w := range words {
			if w = change(w); w != "" {
				out = append(out, w)
			}
		}
		return out
	}
}

func without(drop func(rune) bool) func(string) string {
	return func(s string) string {
		return strings.Map(func(r rune) rune {
			if drop(r) {
				return -1
			}
			return r
		}, s)
	}
}

// meaningless reports whether a character says nothing to people: a control code, one for private use, or the mark of a mistake.
func meaningless(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Co, r) || r == utf8.RuneError
}

func plainHyphen(r rune) rune {
	if r == '\u00ad' || unicode.Is(unicode.Pd, r) {
		return '-'
	}
	return r
}

// unbroken puts words that end in a hyphen together with the next one.
func unbroken(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		w := words[i]
		for strings.HasSuffix(w, "-") && len(w) > 1 && i+1 < len(words) {
			i++
			w = strings.TrimSuffix(w, "-") + words[i]
		}
		out = append(out, w)
	}
	return out
}

func characters(words []string) []string {
	var out []string
	for _, w := range words {
		for _, r := range w {
			out = append(out, string(r))
		}
	}
	return out
}

func once(words []string) []string {
	words = slices.Clone(words)
	slices.Sort(words)
	return slices.Compact(words)
}

// explain says what our text and pdftotext's differ by: first the causes without which the score would be higher, the strongest first,
// then words that one has and the other lacks, with how many there are.
func explain(ours, standard []string) string {
	score := f1(ours, standard)
	type measured struct {
		name string
		then float64
	}
	var found []measured
	for _, c := range causes() {
		if then := f1(c.change(ours, true), c.change(standard, false)); then >= score+worth {
			found = append(found, measured{c.name, then})
		}
	}
	slices.SortStableFunc(found, func(a, b measured) int { return cmp.Compare(b.then, a.then) })
	var parts []string
	for _, f := range found {
		parts = append(parts, fmt.Sprintf("%s (%.3f without)", f.name, f.then))
	}
	const shown = 3
	for _, d := range []struct {
		what  string
		words []string
	}{{"missing", lacking(standard, bagOf(ours))}, {"extra", lacking(ours, bagOf(standard))}} {
		if n := len(d.words); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d: %q", d.what, n, d.words[:min(n, shown)]))
		}
	}
	return strings.Join(parts, "; ")
}

// agreement says how near we and pdftotext are to the reference text, where there is some and we are nearer.
func agreement(r *result) string {
	a, b := r.byTool[ours].refBag, r.byTool[reference].refBag
	if !r.hasReference || a <= b {
		return ""
	}
	return fmt.Sprintf("the reference text is nearer to us: %.3f, pdftotext %.3f", a, b)
}
