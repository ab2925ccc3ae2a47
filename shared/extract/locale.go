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
//
// What a document says first decides, once it leaves no doubt: the rest of a long text is not looked at.
func languageOf(text string) string {
	var counts [len(languages)]int
	sure := surePause
	for i := 0; i < len(text); {
		if i >= sure {
			if best, total := commonest(&counts); counts[best] >= sureWords && counts[best]*10 >= total*9 {
				break
			}
			sure += surePause
		}
		if !inWords[text[i]] {
			i++
			continue
		}
		start, plain := i, true
		for i < len(text) && inWords[text[i]] {
			if text[i] >= utf8.RuneSelf {
				for plain = false; i+1 < len(text) && !utf8.RuneStart(text[i+1]); i++ {
				}
			}
			i++
		}
		w := text[start:i]
		switch {
		case !plain:
			w = strings.ToLower(w)
		case len(w) > longestCommon || commonLengths[w[0]]>>len(w)&1 == 0:
			continue
		}
		key := wordKey(w)
		for h := key * wordHash >> (64 - commonBits); common[h].word != ""; h = (h + 1) % (1 << commonBits) {
			if common[h].key == key && common[h].word == w {
				counts[common[h].language]++
				break
			}
		}
	}
	best, total := commonest(&counts)
	if counts[best] < 2 || counts[best]*5 < total*2 {
		return ""
	}
	return languages[best][:2]
}

// commonest returns the language that has most of the counted words, and how many there are of all.
func commonest(counts *[len(languages)]int) (best, total int) {
	for i, n := range counts {
		total += n
		if n > counts[best] {
			best = i
		}
	}
	return best, total
}

// When nine tenths of so many words are of one language there is no doubt; that is asked every so many bytes.
const (
	sureWords = 60
	surePause = 1 << 10
)

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
	commonBits    = 9 // of the size of the table, which is mostly empty so that most words need one look
	wordHash      = 0x9e3779b97f4a7c15
	longestCommon = 12 // bytes of the longest word
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

// commonLengths tells by their first bytes how long the words of languages are: bit n is set for one of n bytes.
var commonLengths = func() (t [256]uint16) { //nolint:gochecknoglobals // constant
	for i := range common {
		if w := common[i].word; w != "" {
			t[w[0]] |= 1 << len(w)
		}
	}
	return t
}()

func wordKey(w string) (key uint64) {
	for i := max(len(w)-8, 0); i < len(w); i++ {
		key = key<<8 | uint64(w[i])
	}
	return key
}

// inWords says of which bytes words consist: letters, apostrophes and what begins a character from U+00C0 on.
var inWords = func() (t [256]bool) { //nolint:gochecknoglobals // constant
	for c := range t {
		t[c] = asciiLetter(byte(c)) || c == '\'' || c > 0xC2
	}
	return t
}()

// zipCode says that a text has a state's two letters followed by five digits.
func zipCode(text string) bool {
	for end := 0; ; {
		i, to := nextNumber(text, end)
		if i == to {
			return false
		}
		end = to
		if end-i != 5 || i < 3 || text[i-1] != ' ' || i > 3 && text[i-4] != ' ' || !asciiCapital(text[i-3]) || !asciiCapital(text[i-2]) {
			continue
		}
		if strings.Contains(states, text[i-3:i]) {
			return true
		}
	}
}

// nextNumber returns the place of the next run of digits, which is empty for none.
func nextNumber(text string, i int) (from, to int) {
	from = value.NextDigit(text, i)
	for to = from; to < len(text) && asciiDigit(text[to]); to++ {
	}
	return from, to
}

func asciiCapital(c byte) bool { return c >= 'A' && c <= 'Z' }

// states are the postal abbreviations of the United States.
const states = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY "

// usPhone says that a text has a telephone number such as 215-567-7950 or (215) 567-7950.
func usPhone(text string) bool {
	for end := 0; ; {
		i, to := nextNumber(text, end)
		if i == to {
			return false
		}
		end = to
		if end-i < 3 || end < 5 || end == len(text) || text[end] != '-' && text[end] != '.' {
			continue
		}
		if next, stop := nextNumber(text, end); next != end+1 || stop-next < 4 {
			continue
		}
		area := strings.TrimRight(text[end-5:end-3], " ")
		if n := len(area); n > 0 && strings.IndexByte("-.)", area[n-1]) >= 0 {
			return true
		}
	}
}
