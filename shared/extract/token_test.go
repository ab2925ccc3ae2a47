package extract

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTokensAreRunsOfLettersAndOfDigits(t *testing.T) {
	for text, want := range map[string][]string{
		"Total: 12,50 EUR":        {"total", "12", "50", "eur"},
		"A4b":                     {"a", "4", "b"},
		"N° 7, n.º 8, № 9, n 10":  {"no", "7", "no", "8", "no", "9", "n", "10"},
		"Nr. #12 Number nummern":  {"no", "no", "12", "no", "nummern"},
		"Größe•Prêt à 3m²":        {"grosse", "pret", "a", "3", "m"},
		"":                        {},
		"-- ... //":               {},
		strings.Repeat("ab", 200): {strings.Repeat("ab", 200)},
	} {
		if got := foldLabel(text); !slices.Equal(got, want) {
			t.Errorf("tokens of %q: got %q, want %q", text, got, want)
		}
	}
}

// TestTokensOfAnyText compares the tokens of texts within others with those that are found rune by rune.
func TestTokensOfAnyText(t *testing.T) {
	letters := []string{"a", "n", "no", "Nr", "Z", "0", "7", "12", " ", "  ", ".", "#", "@", "`", "[", "{", "/", ":", "é", "ß", "°", "º", "№", "•", "٣", "\u0301", "\xff", "\u212a", "wordwordword", "123456789"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var all strings.Builder
		var rows []span
		for range 1 + random.IntN(4) {
			from := all.Len()
			for range random.IntN(60) {
				all.WriteString(letters[random.IntN(len(letters))])
			}
			rows = append(rows, span{from, all.Len()})
			all.WriteByte(' ')
		}
		f := newFolded(all.String())
		classes := classesOf(nil, f.lower)
		for _, s := range rows {
			row := folded{f.text[s.from:s.to], f.lower[s.from:s.to], f.plain}
			if got, want := tokenise(nil, &row, classes, s.from, nil), tokensByRune(&row); !slices.Equal(got, want) {
				t.Fatalf("tokens of %q: got %v, want %v", row.text, got, want)
			}
		}
	}
}

func tokensByRune(f *folded) (out []token) {
	for i := 0; i < len(f.text); {
		r, n := utf8.DecodeRuneInString(f.text[i:])
		switch {
		case r == '#' || r == '№':
			out = append(out, token{span{i, i + n}, "no", 0})
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			out = append(out, run(f, i, unicode.IsDigit(r)))
		default:
			i += n
			continue
		}
		i = out[len(out)-1].to
	}
	return out
}
