package layout

import (
	"iter"
	"strings"
	"sync"
)

// stopList tells of which languages a stop word is.
type stopList struct {
	of      map[string][]string
	longest int // bytes of the longest stop word
}

var stops = sync.OnceValue(func() stopList { //nolint:gochecknoglobals // constant after first use
	list := stopList{of: map[string][]string{}}
	for lang, words := range stopWords() {
		for w := range strings.FieldsSeq(words) {
			list.of[w] = append(list.of[w], lang)
			list.longest = max(list.longest, len(w))
		}
	}
	return list
})

// stopWords are the most frequent words of each language that are rare in the others.
func stopWords() map[string]string {
	return map[string]string{
		"en": "the of and to is that for with this on are by be as from not shall or which any you your have has will at",
		"de": "der die und das den von ist mit für nicht auf eine einer des dem ein sich auch werden wird bei aus zum zur oder bitte",
		"fr": "le les des est une du dans pour que qui sur au avec par pas ce cette sont vous nous ou aux votre être",
		"es": "el los las una del por con para que se es como más su al lo este esta sus ser son fecha está",
		"nl": "het een van en op te dat voor met zijn niet aan ook wordt door bij naar deze dit worden uw wij",
		"it": "il di che è una per con del della non sono gli le nel alla dei come anche più questo delle si da",
	}
}

// languageSample is how many words are looked at for the language.
const languageSample = 3000

// GuessLanguage returns the ISO 639-1 code of the language that most of a document's stop words belong to: en, de, fr, es,
// nl or it; "" when there are too few to tell, or none clearly leads.
func (d *Document) GuessLanguage() string {
	list := stops()
	score := map[string]float64{}
	seen := 0
	for w := range d.words() {
		if seen++; seen > languageSample {
			break
		}
		if len(w.Text) > list.longest {
			continue
		}
		langs := list.of[strings.ToLower(w.Text)]
		for _, lang := range langs {
			score[lang] += 1 / float64(len(langs))
		}
	}
	best, second := "en", 0.0
	for _, lang := range []string{"de", "fr", "es", "nl", "it"} {
		if score[lang] > score[best] {
			best, second = lang, score[best]
		} else {
			second = max(second, score[lang])
		}
	}
	if score[best] < 3 || score[best] < 1.3*second {
		return ""
	}
	return best
}

// words yields every word of the document in reading order.
func (d *Document) words() iter.Seq[*Word] {
	return func(yield func(*Word) bool) {
		for i := range d.Pages {
			for j := range d.Pages[i].Blocks {
				for k := range d.Pages[i].Blocks[j].Lines {
					words := d.Pages[i].Blocks[j].Lines[k].Words
					for w := range words {
						if !yield(&words[w]) {
							return
						}
					}
				}
			}
		}
	}
}
