package backtrack

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// alphabet has letters that differ in case only, some of them across alphabets, and a damaged character.
const alphabet = "aaabbcsk SSK1_.\n\u017f\u212aéÉß„\xff"

// randomExpression writes an expression of many shapes.
func randomExpression(r *rand.Rand, depth int) string {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	if depth == 0 {
		return one("a", "b", "ab", "s", "K", "é", " ", ".", `\w`, `\s`, "[^a]", "[a-cé]", `\p{L}`, `\d`, `[^\n„]`, `\b`, `\B`, "(?i:sk)", "(?i)é", "ß", `\x{fffd}`, "$", "^")
	}
	sub := func() string { return randomExpression(r, r.IntN(depth)) }
	switch r.IntN(8) {
	case 0, 1, 2:
		return sub() + sub() + sub()
	case 3:
		return "(?:" + sub() + "|" + sub() + one("", "|"+sub()+"|"+sub()+"|"+sub()) + ")"
	case 4:
		return "(" + sub() + ")"
	case 5:
		return "(?:" + sub() + ")" + one("*", "+", "?", "{2}", "{0,3}", "{1,}", "{2,4}") + one("", "", "?")
	case 6:
		return one("[a-c]", ".", `\p{Lu}`, "[^s]", `\S`, "k", "(?i:k)") + one("*", "+", "{0,2}", "{1,3}", "{2,}") + one("", "", "?")
	default:
		return "(?" + one("i", "s", "m", "U") + ":" + sub() + sub() + ")"
	}
}

func randomText(r *rand.Rand, n int) string {
	all := []rune(alphabet)
	var sb strings.Builder
	for range r.IntN(n) {
		if c := all[r.IntN(len(all))]; c != '\uFFFD' {
			sb.WriteRune(c)
		} else {
			sb.WriteByte(0xff)
		}
	}
	return sb.String()
}

// same compares with what regexp finds.
func same(t *testing.T, e *Expression, re *regexp.Regexp, text string) {
	t.Helper()
	for _, n := range []int{-1, 0, 1, 2} {
		if want, got := re.FindAllStringSubmatchIndex(text, n), e.FindAllStringSubmatchIndex(text, n); !cmp.Equal(want, got) {
			t.Fatalf("%s in %q, at most %d:\n%s", re, text, n, cmp.Diff(want, got))
		}
	}
	if want, got := re.MatchString(text), e.MatchString(text); got != want {
		t.Fatalf("%s in %q: %v", re, text, got)
	}
	if want, got := re.FindStringIndex(text), e.FindStringIndex(text); !cmp.Equal(want, got) {
		t.Fatalf("%s in %q is at %v, not %v", re, text, got, want)
	}
	all := re.FindAllStringSubmatchIndex(text, -1)
	search, ok := e.Search(text)
	for i, want := range all {
		if got := e.FindAllUpTo(text, want[0], i+1); !cmp.Equal(all[:i+1], got) {
			t.Fatalf("%s in %q up to %d:\n%s", re, text, want[0], cmp.Diff(all[:i+1], got))
		}
		if !ok {
			continue
		}
		if got, ok := search.At(want[0]); ok && !cmp.Equal(want, got) {
			t.Fatalf("%s in %q at %d:\n%s", re, text, want[0], cmp.Diff(want, got))
		}
	}
}

// sameAsRegexp compares on random texts, and says whether the expression has a program.
func sameAsRegexp(t *testing.T, r *rand.Rand, text string) bool {
	t.Helper()
	re, err := regexp.Compile(text)
	e, ours := Compile(text)
	if (err == nil) != (ours == nil) {
		t.Fatalf("%s: %v, but regexp says %v", text, ours, err)
	}
	if err != nil {
		return false
	}
	for range 10 {
		same(t, e, re, randomText(r, 30))
	}
	same(t, e, re, strings.Repeat(randomText(r, 5), 20)) // long enough for failures to be remembered
	return e.program != nil
}

func TestRandomExpressionsFindWhatRegexpFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	known := 0
	for range 1_000 {
		if sameAsRegexp(t, r, randomExpression(r, 4)) {
			known++
		}
	}
	if known < 400 {
		t.Errorf("only %d expressions have a program", known)
	}
}

func FuzzExpression(f *testing.F) {
	f.Add(uint64(1), "(?i)a(b|c){1,3}$")
	f.Add(uint64(2), `\b(\p{Lu}\S*(?: \p{Lu}\S*){0,9}),? [^()]{0,200}\(`)
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		r := rand.New(rand.NewPCG(seed, 0))
		if len(text) > 200 {
			return
		}
		sameAsRegexp(t, r, text)
		sameAsRegexp(t, r, randomExpression(r, 5))
	})
}

// A search that would take the square of a text's length, or more, is left to regexp.
func TestLongSearchesAreGivenUp(t *testing.T) {
	for _, tc := range []struct{ expr, text string }{
		{`(?:ab)*ac`, strings.Repeat("ab", 10_000)},                 // deep
		{`[ab]*[ab]*[ab]*c`, strings.Repeat("ab", 10_000)},          // each place is met from all before it
		{`(?:(?:a|ab)(?:c|bcd)(?:d*))+x`, strings.Repeat("ab", 10)}, // few steps
	} {
		e := MustCompile(tc.expr)
		m := e.program.machine(tc.text)
		if _, ok := m.search(0, len(m.text)); ok != (len(tc.text) < 100) {
			t.Errorf("%s: %v", tc.expr, ok)
		}
		if most := minSteps + (stepsPerByte+1)*len(tc.text); m.steps > most {
			t.Errorf("%s: %d steps, more than %d", tc.expr, m.steps, most)
		}
		if e.MatchString(tc.text) {
			t.Errorf("%s matches", tc.expr)
		}
	}
}

// Without what failed before, these would take a number of steps that doubles with each letter.
func TestFailuresAreRemembered(t *testing.T) {
	e := MustCompile(`(?:a|b|ab|ba|aa)+(?:a|b|ab)+c`)
	text := strings.Repeat("ab", 50)
	m := e.program.machine(text)
	if _, ok := m.search(0, len(m.text)); !ok || m.steps > 2*freeSteps*len(text) {
		t.Errorf("%d steps, %v", m.steps, ok)
	}
}
