package extract

import (
	"strings"

	"github.com/millrace/millrace/shared/extract/backtrack"
)

// durationText finds a length of time: "two (2) years", "24 months", "zwei Jahre".
var durationText = backtrack.MustCompile(`(?i)\b(\p{L}+(?:[- ]\p{L}+)?|\d{1,3})\s*(?:\(\s*(\d{1,3})\s*\)\s*)?[- ]?(years?|months?|days?|weeks?|jahren?|monaten?|tagen?|wochen?|ans?|années?|mois|jours?|años?|meses|mes|días?|jaar|jaren|maanden?|dagen|weken|year['’]s|month['’]s)\b`) //nolint:gochecknoglobals // constant

func readDuration(text string) []typed {
	var out []typed
	for _, m := range durationText.FindAllStringSubmatchIndex(text, 5) {
		var n string
		if m[4] >= 0 {
			n = text[m[4]:m[5]]
		} else if n = countOf(text[m[2]:m[3]]); n == "" {
			continue
		}
		unit := unitOf(fold(text[m[6]:m[7]]))
		if n != "1" {
			unit += "s"
		}
		out = append(out, typed{span{m[0], m[1]}, n + " " + unit, 1, ""})
	}
	return out
}

func unitOf(s string) string {
	switch {
	case strings.HasPrefix(s, "mo") || strings.HasPrefix(s, "me") || strings.HasPrefix(s, "maa"):
		return "month"
	case strings.HasPrefix(s, "w"):
		return "week"
	case strings.HasPrefix(s, "d") || strings.HasPrefix(s, "ta") || strings.HasPrefix(s, "jou"):
		return "day"
	default:
		return "year"
	}
}

// countOf returns the number that a word says, "" for none.
func countOf(s string) string {
	if allDigits(s) {
		return s
	}
	w := strings.Fields(strings.ReplaceAll(fold(s), "-", " "))
	if len(w) == 0 {
		return ""
	}
	switch w[len(w)-1] {
	case "one", "ein", "eine", "eines", "einem", "einer", "un", "une", "una", "een":
		return "1"
	case "two", "zwei", "deux", "dos", "twee":
		return "2"
	case "three", "drei", "trois", "tres", "drie":
		return "3"
	case "four", "vier", "quatre", "cuatro":
		return "4"
	case "five", "funf", "cinq", "cinco", "vijf":
		if len(w) > 1 && w[0] == "twenty" {
			return "25"
		}
		return "5"
	case "six", "sechs", "seis", "zes":
		return "6"
	case "seven", "sieben", "sept", "siete", "zeven":
		return "7"
	case "eight", "acht", "huit", "ocho":
		return "8"
	case "nine", "neun", "neuf", "nueve", "negen":
		return "9"
	case "ten", "zehn", "dix", "diez", "tien":
		return "10"
	case "twelve", "zwolf", "douze", "doce", "twaalf":
		return "12"
	case "fifteen":
		return "15"
	case "eighteen":
		return "18"
	case "twenty":
		return "20"
	case "four twenty", "twentyfour":
		return "24"
	case "thirty", "dreissig", "trente", "treinta", "dertig":
		return "30"
	case "thirtysix":
		return "36"
	case "sixty":
		return "60"
	case "ninety":
		return "90"
	}
	return ""
}

// readJurisdiction takes the capitalised words of a state or country, without "the State of" before them.
func readJurisdiction(text string) []typed {
	out := readText(text)
	for i := range out {
		v := strings.TrimPrefix(strings.TrimPrefix(out[i].value, "the "), "The ")
		for _, p := range []string{"State of ", "Commonwealth of ", "Province of ", "Republic of ", "Kingdom of ", "Federal Republic of "} {
			v = strings.TrimPrefix(v, p)
		}
		out[i].value = strings.Trim(v, " ,.;")
		out[i].quality = 1
	}
	return out
}
