package extract

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/extract/backtrack"
	"github.com/millrace/millrace/shared/layout"
)

// texts are running texts in which the expressions below match, nearly match and do not match.
func texts() []string {
	return []string{
		"", "x", "This Agreement is made and entered into as of the 3rd day of May, 2019 by and between ACME, Inc., a Delaware corporation (the \"Company\") and",
		"DATED 3 May 2019 dated 4 May 2019 undated 5 May 2019 as of as of 6 May 2019 dated", "Zahlbar bis zum 3.4.2020, zahlbar netto bis 4.5.2020 ÜBERWEISEN bis 5.6.2021",
		"governed by the lawſ of Kanſas", "\u212aonto konto KONTO 12", "begleichenbis begleichen bis 1", strings.Repeat("as of the ", 40) + "3 May 2019",
		"between between A und B zwischen Ä GmbH und Österreich AG (", "12 - 15 \u2013 17 to 18\nthe term\nof 3 years", "Café dated\u00a03 May, a Müller AG", "aaaa aaa aa a",
	}
}

// expressions have shapes that are treated differently: with heads and without, with and without bounds, anchored, empty.
func expressions() []string {
	return []string{
		`(?i:dated(?: this)?|as of(?: the)?|made) (?P<value>\d{1,2}(?:rd)?(?: day of)? \p{L}+,? \d{4})`,
		`(?i)(?:zahlbar|überweisen|begleichen|pay)\b[^.\n]{0,50}?\b(?:bis|until|by)\s+(?:zum\s+)?(?P<value>\S+)`,
		`(?s)\b(?:by and between|between|zwischen)\s+(?P<value>\p{Lu}\S*(?: \p{Lu}\S*)*)\s*(?:\(|,|und )`,
		`(?i)\b(?:laws) of (?P<value>[a-z]+)`, `(?i)konto\b ?(?P<value>\d*)`, `(?P<value>\p{Lu}+)`, `^(?P<value>d\w+)`, `(?m)^(?P<value>the \w+)$`,
		`\Bted (?P<value>\d)`, `(?P<value>)`, `(?P<value>x*)`, `(?P<value>aa)`, `(?:as of|\bmade)\b(?P<value>.{0,3})`, `(?:dated|as of)?(?P<value> \d)`,
		`(?:term|years)\b(?P<value>\s\w+)?$`, `(?P<value>[Öö]sterreich|[Dd]eutschland) AG`, `\d (?:-|–|to|bis) (?P<value>\d)`, `(?:(?P<value>made)|dated){1,2}`,
		`(?i)(?P<value>[sk]a[sn])`, `(?:und|and){0,2}(?P<value> B)`, `(?P<value>Müller|Möller)\b`, `as of$(?P<value>)`, `(?i)\b(?:é|dated)(?P<value>.)`,
		`(?s)(?:,|\)|\s|[a-zÖ]) ?\b(?:and|und|y)\s+(?P<value>\p{Lu}\w*)`, `.{0,3}dated (?P<value>\d)`, `(?i)[^d]?(?P<value>as|of) (?:of|the)`,
		`(?s)\b(?:between|zwischen)\b[^n§]{1,70}`, `(?P<value>as of|as of the )[^t]{2,64}`, `(?i)(?P<value>made)(?: and)?[^x]{4,99}`, `between\W{0,64}`,
		`3[ r](?P<value>\pL+)`,
	}
}

func TestExpressionFindsWhatTheExpressionAloneFinds(t *testing.T) {
	for _, expr := range expressions() {
		e, err := newExpression(expr)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts() {
			sameMatches(t, e, regexp.MustCompile(expr), text)
		}
	}
}

func TestExpressionsOfTheTemplatesFindWhatTheyAloneFind(t *testing.T) {
	set, err := loadSet("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.plans {
		for i := range p.rules {
			for k := range p.rules[i].patterns {
				pat := &p.rules[i].patterns[k]
				for _, text := range texts() {
					sameMatches(t, pat.match, regexp.MustCompile(pat.match.String()), text)
					if pat.within != nil {
						sameMatches(t, pat.within, regexp.MustCompile(pat.within.String()), text)
					}
				}
			}
		}
	}
}

// The package's own expressions, on the rows of documents, beside regexp.
func TestExpressionsFindInDocumentsWhatRegexpFinds(t *testing.T) {
	all := []*backtrack.Expression{
		postcodeText, durationText, contactLine, registration, bareForm, addressLine, documentWord, headingWord, salutation, farewell,
		codeBehind, identifierWord, accountNumber,
	}
	set, err := loadSet("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.plans {
		for i := range p.rules {
			for _, e := range []*backtrack.Expression{p.rules[i].shape, p.rules[i].reject} {
				if e != nil {
					all = append(all, e)
				}
			}
			for _, pat := range p.rules[i].patterns {
				all = append(all, pat.match.Expression)
			}
		}
	}
	lines := slices.Concat(texts(), documentLines(t))
	for _, e := range all {
		re := regexp.MustCompile(e.String())
		for _, text := range lines {
			if diff := cmp.Diff(re.FindAllStringSubmatchIndex(text, 5), e.FindAllStringSubmatchIndex(text, 5)); diff != "" {
				t.Fatalf("%s in %q:\n%s", re, text, diff)
			}
			if want, got := re.MatchString(text), e.MatchString(text); got != want {
				t.Fatalf("%s in %q: %v", re, text, got)
			}
		}
	}
}

// documentLines are the rows of the stored layouts, and the start of each one's running text.
func documentLines(t *testing.T) []string {
	t.Helper()
	var lines []string
	layouts, err := filepath.Glob("testdata/*.layout.gz")
	if err != nil || len(layouts) == 0 {
		t.Fatal("no layouts", err)
	}
	for _, path := range layouts {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := layout.Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		s := newSheet(doc)
		lines = append(lines, s.flow.text[:min(len(s.flow.text), 2_000)])
		for i := range s.rows {
			lines = append(lines, s.rows[i].text)
		}
	}
	return lines
}

func sameMatches(t *testing.T, e *expression, re *regexp.Regexp, text string) {
	t.Helper()
	f := newFolded(text)
	for _, limit := range []int{1, 2, 50} {
		if diff := cmp.Diff(re.FindAllStringSubmatchIndex(text, limit), e.find(&f, 0, len(text), limit)); diff != "" {
			t.Errorf("%s in %q, at most %d:\n%s", re, text, limit, diff)
		}
	}
	// A stretch of the text is read as if nothing were around it.
	for from := range text {
		want := re.FindAllStringSubmatchIndex(text[from:], 5)
		for _, m := range want {
			shift(m, from)
		}
		if diff := cmp.Diff(want, e.find(&f, from, len(text), 5)); diff != "" {
			t.Errorf("%s in %q from %d:\n%s", re, text, from, diff)
		}
	}
}

// FuzzExpression compares with the expression alone on any text.
func FuzzExpression(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	var all []*expression
	var alone []*regexp.Regexp
	for _, expr := range expressions() {
		e, err := newExpression(expr)
		if err != nil {
			f.Fatal(err)
		}
		all, alone = append(all, e), append(alone, regexp.MustCompile(expr))
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		for i, e := range all {
			sameMatches(t, e, alone[i], text)
		}
	})
}

func TestLiteralsAreFoundInOrder(t *testing.T) {
	l := newLiterals([]string{"as of", "of", "a", "ünd", "of"})
	var got []string
	l.scan("as of ünd x", 0, len("as of ünd"), func(word, _ int) {
		got = append(got, l.words[word])
	})
	if diff := cmp.Diff([]string{"a", "as of", "of", "ünd"}, got); diff != "" {
		t.Error(diff)
	}
	for _, tc := range []struct{ from, to, want int }{{0, 11, 0}, {1, 11, 3}, {4, 9, -1}, {4, 10, 6}, {11, 11, -1}} {
		if got := l.next("as of ünd x", tc.from, tc.to); got != tc.want {
			t.Errorf("next in [%d:%d] is %d, want %d", tc.from, tc.to, got, tc.want)
		}
	}
	for _, tc := range []struct{ from, to, want int }{{0, 11, 6}, {0, 9, 3}, {0, 4, 0}, {7, 11, 6}, {3, 4, 2}, {11, 11, 10}} {
		if got := l.last("as of ünd x", tc.from, tc.to); got != tc.want {
			t.Errorf("last in [%d:%d] is %d, want %d", tc.from, tc.to, got, tc.want)
		}
	}
	if newLiterals(nil) != nil || newLiterals([]string{"a", ""}) != nil {
		t.Error("a set of nothing, or with an empty word, finds something")
	}
}

// Words of few letters in texts of few letters, which have everything next to everything, beside a look at each place.
func TestLiteralsAreFoundWhereTheyStand(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	spell := func(most int) string {
		out := make([]byte, 1+random.IntN(most))
		for i := range out {
			out[i] = "abcA"[random.IntN(4)]
		}
		return string(out)
	}
	for range 3_000 {
		least := random.IntN(5)
		words := []string{spell(6)[:1] + spell(6) + strings.Repeat("b", least), "cab" + strings.Repeat("a", least), spell(4) + "bbbb"[:least]}
		l, text := newLiterals(words), spell(40)
		for from := range text {
			to := from + random.IntN(len(text)-from+1)
			first, last := -1, from-1
			for at := from; at < to; at++ {
				if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(text[at:to], w) }) {
					if last = at; first < 0 {
						first = at
					}
				}
			}
			if got := l.next(text, from, to); got != first {
				t.Fatalf("next of %q in %q[%d:%d] is %d, want %d", words, text, from, to, got, first)
			}
			if got := l.last(text, from, to); got != last {
				t.Fatalf("last of %q in %q[%d:%d] is %d, want %d", words, text, from, to, got, last)
			}
		}
	}
}
