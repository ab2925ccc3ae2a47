package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/extract/backtrack"
	"github.com/millrace/millrace/shared/extract/value"
)

// person takes the largest stretch near the top of the first page that is two to five capitalised words; one that agrees
// with an e-mail address in the document is better still.
func (r *reading) person(i int) {
	page := r.firstPage()
	var mail []string
	for at := page.from; at < page.to; at++ {
		for _, m := range value.FindEmails(r.sheet.rows[at].text) {
			mail = append(mail, m.Text[:strings.IndexByte(m.Text, '@')])
		}
	}
	best, size := -1, 0.0
	var where span
	for at := page.from; at < min(page.to, page.from+12); at++ {
		row := &r.sheet.rows[at]
		for _, p := range row.parts {
			text := row.text[p.from:p.to]
			if !personName(text) || headingWord.MatchString(fold(text)) || r.isLabel(at, p.span) {
				continue
			}
			if agrees(text, mail) {
				r.readInto(i, at, p.span, scoreMasthead+0.2, "person_mail")
			}
			if p.size > 1.1*size {
				best, where, size = at, p.span, p.size
			}
		}
	}
	if best >= 0 {
		r.readInto(i, best, where, scoreMasthead, "person")
	}
}

// headingWord finds what heads a section of a résumé.
var headingWord = backtrack.MustCompile(`\b(?:experience|education|skills|profile|summary|objective|references|languages|contact|berufliche|beruflicher|stationen|ausbildung|kenntnisse|lebenslauf|profil|fuhrerschein|sprachen|werdegang|formation|parcours|competences|langues|formacion|experiencia|idiomas|educacion|habilidades|perfil|werkervaring|opleiding|vaardigheden|talen|curriculum|resume)\b`) //nolint:gochecknoglobals // constant

// agrees says that the last word of a name is part of one of the mailboxes' names.
func agrees(name string, mail []string) bool {
	w := strings.Fields(fold(name))
	last := strings.Trim(w[len(w)-1], ".,-'’")
	if i := strings.LastIndexByte(last, '-'); i >= 0 {
		last = last[i+1:]
	}
	return len(last) > 2 && slices.ContainsFunc(mail, func(m string) bool { return strings.Contains(m, last) })
}

func personName(s string) bool {
	w := strings.Fields(s)
	if len(w) < 2 || len(w) > 5 {
		return false
	}
	for _, f := range w {
		c, _ := utf8.DecodeRuneInString(f)
		if !unicode.IsUpper(c) && !slices.Contains([]string{"de", "van", "von", "der", "den", "la", "del", "di", "da", "le", "du", "zu"}, f) {
			return false
		}
		if strings.ContainsFunc(f, func(c rune) bool { return !unicode.IsLetter(c) && !strings.ContainsRune(".'’-,", c) }) {
			return false
		}
	}
	switch fold(s) {
	case "curriculum vitae", "personal details", "work experience", "professional summary", "cover letter":
		return false
	}
	return true
}

var (
	// salutation finds the line that opens a letter.
	salutation = backtrack.MustCompile(`(?i)^(?:dear\b|sehr geehrte|liebe[r]?\b|guten tag|madame|monsieur|cher\b|chère\b|estimad[oa]s?|muy señor|apreciad[oa]|querid[oa]|geachte|beste\b|to whom it may concern|hello\b|hallo\b)`) //nolint:gochecknoglobals // constant
	// farewell finds the phrase that ends it.
	farewell = backtrack.MustCompile(`(?i)^(?:yours (?:sincerely|faithfully|truly)|sincerely|(?:kind|best|warm)(?:est)? regards|regards|mit (?:freundlichen|besten|herzlichen) grüßen|freundliche grüße|hochachtungsvoll|cordialement|bien à vous|veuillez agréer|je vous prie|nous vous prions|atentamente|saludos|un cordial saludo|reciba|le saluda|met vriendelijke groet|hoogachtend)`) //nolint:gochecknoglobals // constant
)

// subjectLine takes the line right above a letter's salutation, or the bold line right below it.
func (r *reading) subjectLine(i int) {
	page := r.firstPage()
	for at := page.from; at < page.to; at++ {
		row := &r.sheet.rows[at]
		if !salutation.MatchString(row.text) || at == page.from {
			continue
		}
		if at+1 < page.to && r.sheet.rows[at+1].parts[0].bold && !row.parts[0].bold {
			r.readInto(i, at+1, span{0, len(r.sheet.rows[at+1].text)}, scoreTitle+0.1, "below_salutation")
			return
		}
		above := &r.sheet.rows[at-1]
		if len(value.FindDates(above.text, r.locale)) == 0 && !postcode(above.text) && len(above.text) > 5 {
			r.readInto(i, at-1, span{0, len(above.text)}, scoreTitle, "above_salutation")
		}
		return
	}
}

// signature takes the name under a letter's closing phrase.
func (r *reading) signature(i int) {
	for at := range r.sheet.rows {
		if !farewell.MatchString(r.sheet.rows[at].text) {
			continue
		}
		for down := at + 1; down < len(r.sheet.rows) && down <= at+4; down++ {
			row := &r.sheet.rows[down]
			if p := row.parts[0]; personName(row.text[p.from:p.to]) || legalForm(row.text[p.from:p.to]) {
				r.readInto(i, down, p.span, scoreLegalForm, "signature")
				return
			}
		}
	}
}
