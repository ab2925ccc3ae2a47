package extract

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/extract/backtrack"
	"github.com/millrace/millrace/shared/extract/value"
	"github.com/millrace/millrace/shared/layout"
)

// Scores of guesses. They stay below those of labels, so that a label always wins.
const (
	scoreSenderLine = 0.80 // a sender's address in one line above the addressee's
	scoreBlock      = 0.62
	scoreLegalForm  = 0.55
	scoreMasthead   = 0.66
	scoreTitle      = 0.55
	scoreFirst      = 0.40
)

// guess finds a value by where it stands rather than by a label.
func (r *reading) guess(i int, how string) {
	if len(r.sheet.pages) == 0 {
		return
	}
	switch how {
	case "masthead":
		r.masthead(i, false)
	case "masthead_address":
		r.masthead(i, true)
	case "letterhead":
		r.letterhead(i)
	case "addressee":
		r.addressee(i)
	case "title":
		r.title(i)
	case "person":
		r.person(i)
	case "common_currency":
		r.commonCurrency(i)
	case "subject_line":
		r.subjectLine(i)
	case "signature":
		r.signature(i)
	case "first_date", "largest_amount":
		r.firstOf(i, how)
	}
}

// firstPage returns the rows of the first page that has any.
func (r *reading) firstPage() span {
	for _, p := range r.sheet.pages {
		if p.to > p.from {
			return p
		}
	}
	return span{}
}

// addLines adds several rows as one value.
func (r *reading) addLines(i int, from, to int, score float64, how string) {
	var text []string
	var box layout.Box
	for at := from; at < to; at++ {
		row := &r.sheet.rows[at]
		text = append(text, row.text)
		box = box.Union(row.evidence(0, len(row.text)))
	}
	raw := strings.Join(text, " ")
	shown := raw
	if r.plan.rules[i].Type == typeParty {
		if v := readParty(raw); len(v) > 0 {
			shown = v[0].value
		}
	}
	if raw == "" {
		return
	}
	r.add(i, candidate{
		value: strings.Trim(shown, " ,;"), raw: raw, page: r.sheet.rows[from].page, box: box, score: score,
		rule: r.plan.rules[i].Name + "." + how, order: from * orderStep,
	})
}

var (
	// contactLine finds what stands in an address block besides the address.
	contactLine = backtrack.MustCompile(`(?i)\b(?:tel|telephone|phone|fax|telefon|tél|teléfono|telefoon|mobile?|e-?mail|gst|vat|tva|ust|btw|nif|cif|siret|siren|reg\.?|roc|date|invoice|receipt|bill|cash|table|order|www\.)\b|@|www\.|http|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}`) //nolint:gochecknoglobals // constant
	// registration finds company registration numbers in brackets or of that form, as on receipts.
	registration = backtrack.MustCompile(`(?i)^\(?\s*(?:(?:co|company)\.?\s*(?:no|reg|id|number)\b|reg|roc|gst|id\b|\d{4,}-[a-z])`) //nolint:gochecknoglobals // constant
	// bareForm finds a line that is nothing but a legal form, the end of a name that was broken.
	bareForm = backtrack.MustCompile(`(?i)^(?:c[op]\.?\s*)?(?:\([a-z]{1,2}\)\s*)?(?:sdn\.?\s*bhd|s/b|gmbh|ltd|limited|inc|llc|sarl|b\.?v)\.?\s*(?:\(.*\))?$`) //nolint:gochecknoglobals // constant
	// addressLine finds the marks of an address.
	addressLine = backtrack.MustCompile(`(?i)\b(?:no\.?\s*\d|lot|jalan|jln|street|st\.|road|rd\.?|avenue|ave\.?|lane|blvd|drive|square|floor|taman|plaza|suite|strasse|straße|str\.|platz|weg|rue|boulevard|place|calle|avenida|plein|laan|straat)|\b\d{4,5}\b|^\d{1,5}[a-z]?,? \p{Lu}\p{L}+|\p{L}{3,} \d{1,4} ?[a-z]?$|\b[A-Z]\d\d [A-Z\d]{4}\b`) //nolint:gochecknoglobals // constant
	// documentWord finds a line that says what the document is.
	documentWord = backtrack.MustCompile(`(?i)^\W*(?:(?:cash |sales |tax |simplified )*(?:receipt|invoice)|beleg|quittung|kassenbon|kassabon|bon|ticket|recibo|reçu|facture|rechnung|factura|factuur|bill)\b`) //nolint:gochecknoglobals // constant
)

// masthead takes the first name on the first page, or the address lines behind it.
func (r *reading) masthead(i int, address bool) {
	page := r.firstPage()
	name := r.mastheadRow(page)
	if name < 0 {
		return
	}
	row := &r.sheet.rows[name]
	if !address {
		if name > page.from && bareForm.MatchString(row.text) {
			r.addLines(i, name-1, name+1, scoreMasthead, "masthead")
			return
		}
		r.readInto(i, name, span{0, len(row.text)}, scoreMasthead, "masthead")
		return
	}
	from, to := -1, -1
	for at := name + 1; at < page.to && at <= name+9; at++ {
		text := r.sheet.rows[at].text
		other := contactLine.MatchString(text) || registration.MatchString(text) || documentWord.MatchString(text) || len(value.FindPhones(text)) > 0 || len(value.FindVATs(text)) > 0
		fits := addressLine.MatchString(text) || strings.Contains(text, ",") || postcode(text)
		switch {
		case from < 0 && (other || !fits):
			continue
		case from < 0:
			from, to = at, at+1
		case other:
			at = page.to
		case fits || mostlyUpper(text) && !strings.Contains(text, ":"):
			to = at + 1
		default:
			at = page.to
		}
		// The postal code ends an address, but for what stands behind it in capitals.
		if at < page.to && from >= 0 && postcode(text) && !mostlyUpper(text) {
			break
		}
	}
	if from >= 0 {
		r.addLines(i, from, min(to, from+6), scoreMasthead, "masthead")
	}
}

// mastheadRow returns the row of the first name: one with a legal form within the first rows, else the first that may be
// a name.
func (r *reading) mastheadRow(page span) int {
	if r.nameRow == 0 {
		r.nameRow = r.findMasthead(page) + 2
	}
	return r.nameRow - 2
}

func (r *reading) findMasthead(page span) int {
	first := -1
	for at := page.from; at < min(page.to, page.from+8); at++ {
		text := r.sheet.rows[at].text
		q := nameQuality(text)
		if q < 0.6 || contactLine.MatchString(text) || registration.MatchString(text) || documentWord.MatchString(text) || postcode(text) || r.isLabel(at, span{0, len(text)}) || utf8.RuneCountInString(text) < 4 {
			continue
		}
		if legalForm(text) && at < page.from+6 {
			return at
		}
		if first < 0 {
			first = at
		}
	}
	return first
}

func mostlyUpper(s string) bool {
	upper, letters := 0, 0
	for _, c := range s {
		if unicode.IsLetter(c) {
			letters++
			if unicode.IsUpper(c) {
				upper++
			}
		}
	}
	return letters > 2 && upper*10 >= letters*8
}

// title takes the largest text in the upper half of the first page, with the lines of the same size that follow.
func (r *reading) title(i int) {
	page := r.firstPage()
	best := -1
	for at := page.from; at < page.to; at++ {
		row := &r.sheet.rows[at]
		if row.box[1] > 0.6*r.sheet.high[row.page] {
			break
		}
		if best >= 0 && row.parts[0].size <= r.sheet.rows[best].parts[0].size*1.05 {
			continue
		}
		if q := utf8.RuneCountInString(row.text); q >= 4 && q <= 200 && strings.ContainsFunc(row.text, unicode.IsLetter) && !legalForm(row.text) {
			best = at
		}
	}
	if best < 0 {
		return
	}
	to := best + 1
	for to < page.to && to < best+4 {
		a, b := &r.sheet.rows[to-1], &r.sheet.rows[to]
		if diff := b.parts[0].size / a.parts[0].size; diff < 0.97 || diff > 1.03 || b.box[1]-a.box[3] > 0.8*(a.box[3]-a.box[1]) || !r.aboveBody(page, a.parts[0].size) {
			break
		}
		to++
	}
	r.addLines(i, best, to, scoreTitle, "title")
}

// aboveBody says that a font size is clearly above the median of the page's rows.
func (r *reading) aboveBody(page span, size float64) bool {
	above := 0
	for at := page.from; at < page.to; at++ {
		if size >= 1.15*r.sheet.rows[at].parts[0].size {
			above++
		}
	}
	return above > (page.to-page.from)/2
}

// commonCurrency takes the currency that stands beside most amounts; its share of them is part of the score.
func (r *reading) commonCurrency(i int) {
	type tally struct {
		n, row int
		span   span
	}
	counts := map[string]*tally{}
	total := 0
	for at := range r.sheet.rows {
		money := false
		value.VisitAmounts(r.sheet.rows[at].text, r.locale, func(a value.Amount) {
			money = money || a.Money()
			if a.Currency == "" {
				return
			}
			total++
			if t := counts[a.Currency]; t != nil {
				t.n++
			} else {
				counts[a.Currency] = &tally{1, at, span{a.Start, a.End}}
			}
		})
		r.noteMoney(at, money)
	}
	codes := make([]string, 0, len(counts))
	for c := range counts {
		codes = append(codes, c)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(counts[b].n-counts[a].n, cmp.Compare(a, b)) })
	if len(codes) == 0 {
		r.bareCurrency(i)
		return
	}
	t := counts[codes[0]]
	row := &r.sheet.rows[t.row]
	r.add(i, candidate{
		value: codes[0], raw: row.text[t.span.from:t.span.to], page: row.page, box: row.evidence(t.span.from, t.span.to),
		score: 0.55 + 0.35*float64(t.n)/float64(total), rule: r.plan.rules[i].Name + ".common", order: t.row * orderStep,
	})
}

// bareCurrency takes the first currency code or symbol that stands alone, such as in a table's heading.
func (r *reading) bareCurrency(i int) {
	for at := range r.sheet.rows {
		row := &r.sheet.rows[at]
		for s, ok := nextWord(row.text, 0); ok; s, ok = nextWord(row.text, s.to) {
			code, ok := value.ParseCurrency(row.text[s.from:s.to])
			if !ok || strings.EqualFold(code, row.text[s.from:s.to]) && !mostlyUpper(row.text[s.from:s.to]) {
				continue
			}
			r.add(i, candidate{
				value: code, raw: row.text[s.from:s.to], page: row.page, box: row.evidence(s.from, s.to),
				score: 0.5, rule: r.plan.rules[i].Name + ".alone", order: at * orderStep,
			})
			return
		}
	}
}

// firstOf takes the first date, or every amount with decimals, for the rule to pick from.
func (r *reading) firstOf(i int, how string) {
	for at := range r.sheet.rows {
		row := &r.sheet.rows[at]
		before := len(r.candidates[i])
		r.readInto(i, at, span{0, len(row.text)}, scoreFirst, how)
		if how == "first_date" && len(r.candidates[i]) > before {
			return
		}
	}
}
