package pdf

import (
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

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

// language guesses a document's language by its stop words; "" when there are too few to tell.
func language(d *layout.Document) string {
	of := map[string][]string{}
	for lang, words := range stopWords() {
		for w := range strings.FieldsSeq(words) {
			of[w] = append(of[w], lang)
		}
	}
	score := map[string]float64{}
	seen := 0
	for i := range d.Pages {
		for j := range d.Pages[i].Blocks {
			for k := range d.Pages[i].Blocks[j].Lines {
				for _, w := range d.Pages[i].Blocks[j].Lines[k].Words {
					langs := of[strings.ToLower(w.Text)]
					for _, lang := range langs {
						score[lang] += 1 / float64(len(langs))
					}
				}
			}
			if seen++; seen > 400 {
				break
			}
		}
	}
	best, second := "", 0.0
	for _, lang := range []string{"en", "de", "fr", "es", "nl", "it"} {
		switch s := score[lang]; {
		case best == "" || s > score[best]:
			if best != "" {
				second = max(second, score[best])
			}
			best = lang
		case s > second:
			second = s
		}
	}
	if score[best] < 3 || score[best] < 1.3*second {
		return ""
	}
	return best
}
