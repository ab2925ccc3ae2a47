package extract

import (
	"regexp"
	"strings"

	"github.com/millrace/millrace/shared/extract/value"
)

// maxLocaleText bounds the text that is looked at for a document's language and conventions.
const maxLocaleText = 60_000

// localeOf judges a document's language by its commonest words and its order of day and month by its own dates; where
// these leave it open, by American marks (states with ZIP codes, US telephone numbers, dollars).
func localeOf(text string) value.Locale {
	if len(text) > maxLocaleText {
		text = strings.ToValidUTF8(text[:maxLocaleText], "")
	}
	loc := value.Locale{Language: languageOf(text)}
	dayFirst, monthFirst := value.DateOrder(text)
	switch {
	case monthFirst > 0 && dayFirst == 0:
		loc.MonthFirst, loc.OrderKnown = true, true
	case dayFirst > 0 && monthFirst == 0:
		loc.OrderKnown = true
	case loc.Language == "en" || loc.Language == "":
		loc.MonthFirst = american(text)
	}
	return loc
}

var (
	usAddress = regexp.MustCompile(`\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]),?\s+\d{5}(?:-\d{4})?\b`)
	usPhone   = regexp.MustCompile(`(?:\(\d{3}\)\s?|\b\d{3}[-.])\d{3}[-.]\d{4}\b`)
)

// american says that a text shows marks of the United States and none of elsewhere.
func american(text string) bool {
	if strings.ContainsAny(text, "€£") {
		return false
	}
	return usAddress.MatchString(text) || usPhone.MatchString(text) || strings.Contains(text, "$") && !strings.Contains(text, "RM")
}

// languageOf returns the language whose function words and business words are the commonest, "" where there are too few.
func languageOf(text string) string {
	var counts [5]int
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return c < 'a' && c != '\'' || c > 'z' && c < 0xC0
	}) {
		switch w {
		case "the", "of", "and", "to", "for", "is", "invoice", "date", "with", "by", "this", "your", "amount", "from", "that", "description":
			counts[0]++
		case "der", "die", "und", "das", "den", "für", "von", "mit", "ist", "rechnung", "datum", "wir", "nicht", "zu", "im", "auf", "betrag", "zzgl", "ihre", "bitte", "menge":
			counts[1]++
		case "le", "et", "les", "du", "des", "pour", "au", "est", "facture", "vous", "nous", "votre", "une", "dans", "sur", "ht", "ttc", "montant", "quantité", "prix":
			counts[2]++
		case "el", "los", "las", "por", "para", "que", "factura", "fecha", "con", "su", "y", "una", "importe", "cantidad", "precio", "cliente":
			counts[3]++
		case "het", "een", "van", "voor", "op", "aan", "factuur", "wij", "uw", "niet", "bedrag", "zijn", "btw", "te", "omschrijving", "aantal", "prijs":
			counts[4]++
		}
	}
	best, total := 0, 0
	for i, n := range counts {
		total += n
		if n > counts[best] {
			best = i
		}
	}
	if counts[best] < 2 || counts[best]*5 < total*2 {
		return ""
	}
	return []string{"en", "de", "fr", "es", "nl"}[best]
}
