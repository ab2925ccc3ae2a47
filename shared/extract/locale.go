package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/extract/value"
)

// maxLocaleText bounds the text that is looked at for a document's language and conventions.
const maxLocaleText = 60_000

// localeOf judges a document's language by its commonest words and its order of day and month by its own dates; where
// these leave it open, by American marks (states with ZIP codes, US telephone numbers, dollars).
func localeOf(text, lowered string) value.Locale {
	if len(text) > maxLocaleText {
		text = strings.ToValidUTF8(text[:maxLocaleText], "")
	}
	loc := value.Locale{Language: languageOf(lowered[:len(text)])}
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

// american says that a text shows marks of the United States and none of elsewhere.
func american(text string) bool {
	if strings.Contains(text, "€") || strings.Contains(text, "£") {
		return false
	}
	return zipCode(text) || usPhone(text) || strings.Contains(text, "$") && !strings.Contains(text, "RM")
}

// languageOf returns the language whose function words and business words are the commonest, "" where there are too few.
// The text's ASCII letters are in lower case. A word is a run of letters and apostrophes; all from U+00C0 on is a letter.
func languageOf(text string) string {
	var counts [len(languages)]int
	for i := 0; i < len(text); {
		start, plain, key := i, true, uint64(0)
		for i < len(text) && (asciiLetter(text[i]) || text[i] == '\'' || text[i] > 0xC2) {
			key = key<<8 | uint64(text[i])
			plain = plain && text[i] < utf8.RuneSelf
			for i++; i < len(text) && !utf8.RuneStart(text[i]); i++ {
			}
		}
		w := text[start:i]
		for i++; i < len(text) && !utf8.RuneStart(text[i]); i++ {
		}
		if !plain {
			w = strings.ToLower(w)
			key = wordKey(w)
		}
		for h := key * wordHash >> (64 - commonBits); common[h].word != ""; h = (h + 1) % (1 << commonBits) {
			if common[h].key == key && common[h].word == w {
				counts[common[h].language]++
				break
			}
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
	return languages[best][:2]
}

// languages are each language's code and its common words, in lower case.
var languages = [...]string{ //nolint:gochecknoglobals // constant
	"en the of and to for is invoice date with by this your amount from that description",
	"de der die und das den für von mit ist rechnung datum wir nicht zu im auf betrag zzgl ihre bitte menge",
	"fr le et les du des pour au est facture vous nous votre une dans sur ht ttc montant quantité prix",
	"es el los las por para que factura fecha con su y una importe cantidad precio cliente",
	"nl het een van voor op aan factuur wij uw niet bedrag zijn btw te omschrijving aantal prijs",
}

// commonWord is a word of languages with its last bytes as a number; its language is an index.
type commonWord struct {
	word     string
	key      uint64
	language int
}

const (
	commonBits = 9 // of the size of the table, which is mostly empty so that most words need one look
	wordHash   = 0x9e3779b97f4a7c15
)

// common are the words of languages by the hash of their keys, each at the first free place.
var common = func() (table [1 << commonBits]commonWord) { //nolint:gochecknoglobals // constant
	for i, words := range languages {
		for w := range strings.FieldsSeq(words[2:]) {
			key := wordKey(w)
			h := key * wordHash >> (64 - commonBits)
			for table[h].word != "" {
				h = (h + 1) % (1 << commonBits)
			}
			table[h] = commonWord{w, key, i}
		}
	}
	return table
}()

func wordKey(w string) (key uint64) {
	for i := range len(w) {
		key = key<<8 | uint64(w[i])
	}
	return key
}

// zipCode says that a text has a state's two letters followed by five digits.
func zipCode(text string) bool {
	for i := 0; i+8 <= len(text); i++ {
		if text[i] < 'A' || text[i] > 'Z' || text[i+1] < 'A' || text[i+1] > 'Z' || text[i+2] != ' ' || i > 0 && text[i-1] != ' ' {
			continue
		}
		digits := 0
		for j := i + 3; j < len(text) && text[j] >= '0' && text[j] <= '9'; j++ {
			digits++
		}
		if digits == 5 && strings.Contains(states, text[i:i+2]+" ") {
			return true
		}
	}
	return false
}

// states are the postal abbreviations of the United States.
const states = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY "

// usPhone says that a text has a telephone number such as 215-567-7950 or (215) 567-7950.
func usPhone(text string) bool {
	for i := 5; i+4 < len(text); i++ {
		if text[i] != '-' && text[i] != '.' || !digitsAt(text, i-3, 3) || !digitsAt(text, i+1, 4) {
			continue
		}
		area := strings.TrimRight(text[max(0, i-5):i-3], " ")
		if n := len(area); n > 0 && strings.IndexByte("-.)", area[n-1]) >= 0 {
			return true
		}
	}
	return false
}

func digitsAt(text string, i, n int) bool {
	return i >= 0 && i+n <= len(text) && strings.Trim(text[i:i+n], "0123456789") == ""
}
