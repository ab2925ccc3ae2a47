package extract

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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

// addPart adds a part of a row as a candidate, read as the rule's type.
func (r *reading) addPart(i, at int, s span, score float64, how string) {
	r.readInto(i, at, s, score, how)
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
	contactLine = regexp.MustCompile(`(?i)\b(?:tel|telephone|phone|fax|telefon|tél|teléfono|telefoon|mobile?|e-?mail|gst|vat|tva|ust|btw|nif|cif|siret|siren|reg\.?|roc|date|invoice|receipt|bill|cash|table|order|www\.)\b|@|www\.|http|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}`)
	// registration finds company registration numbers in brackets or of that form, as on receipts.
	registration = regexp.MustCompile(`(?i)^\(?\s*(?:(?:co|company)\.?\s*(?:no|reg|id|number)\b|reg|roc|gst|id\b|\d{4,}-[a-z])`)
	// bareForm finds a line that is nothing but a legal form, the end of a name that was broken.
	bareForm = regexp.MustCompile(`(?i)^(?:c[op]\.?\s*)?(?:\([a-z]{1,2}\)\s*)?(?:sdn\.?\s*bhd|s/b|gmbh|ltd|limited|inc|llc|sarl|b\.?v)\.?\s*(?:\(.*\))?$`)
	// addressLine finds the marks of an address.
	addressLine = regexp.MustCompile(`(?i)\b(?:no\.?\s*\d|lot|jalan|jln|street|st\.|road|rd\.?|avenue|ave\.?|lane|blvd|drive|square|floor|taman|plaza|suite|strasse|straße|str\.|platz|weg|rue|boulevard|place|calle|avenida|plein|laan|straat)|\b\d{4,5}\b|^\d{1,5}[a-z]?,? \p{Lu}\p{L}+|\p{L}{3,} \d{1,4} ?[a-z]?$|\b[A-Z]\d\d [A-Z\d]{4}\b`)
	// documentWord finds a line that says what the document is.
	documentWord = regexp.MustCompile(`(?i)^\W*(?:(?:cash |sales |tax |simplified )*(?:receipt|invoice)|beleg|quittung|kassenbon|kassabon|bon|ticket|recibo|reçu|facture|rechnung|factura|factuur|bill)\b`)
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
		r.addPart(i, name, span{0, len(row.text)}, scoreMasthead, "masthead")
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

// postcodeText finds a postal code with a place: European, British, American.
var postcodeText = regexp.MustCompile(`(?:^|[\s,•●·|–-])(?:(?:[A-Z]{1,3}[- ])?\d{4,5}(?: [A-Z]{2})? \p{Lu}[\p{L}'’.-]+|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\p{L}+ [A-Z]\d[\dW] [A-Z\d]{4}\b|\p{L}+,? [A-Z]{2},? \d{5}(?:-\d{4})?\b)`)

func postcode(s string) bool { return postcodeText.MatchString(s) }

// block is a postal address: consecutive parts in one column. Rows[k] and parts[k] give its lines; the first is the name.
type block struct {
	rows  []int
	parts []part
}

// blocks returns the address blocks in the upper part of the first page.
func (r *reading) blocks() []block {
	page := r.firstPage()
	var out []block
	for at := page.from; at < page.to; at++ {
		row := &r.sheet.rows[at]
		if row.box[1] > 0.55*r.sheet.high[row.page] {
			break
		}
		for _, p := range row.parts {
			if p.to-p.from < 60 && postcode(row.text[p.from:p.to]) {
				if b := r.blockAbove(at, p); len(b.rows) > 1 {
					out = append(out, b)
				}
			}
		}
	}
	return out
}

// blockAbove climbs from the line with the postal code as long as lines follow in the same column, no further apart than
// the first two, and none of them ends another address.
func (r *reading) blockAbove(at int, p part) block {
	b := block{[]int{at}, []part{p}}
	spacing := 0.0
	for up := at - 1; up >= 0 && len(b.rows) < 7 && at-up < 16; up-- {
		row := &r.sheet.rows[up]
		top := b.parts[len(b.parts)-1]
		height := max(top.box[3]-top.box[1], 1)
		if row.page != r.sheet.rows[at].page || top.box[1]-row.box[3] > 2.5*height {
			break
		}
		k := slices.IndexFunc(row.parts, func(q part) bool {
			return q.box[0] > p.box[0]-height && q.box[0] < p.box[0]+height && q.box[3] < top.box[3]
		})
		if k < 0 {
			continue
		}
		q := row.parts[k]
		text := row.text[q.from:q.to]
		gap := top.box[1] - q.box[3]
		if gap > 2.5*height || len(b.rows) > 1 && gap > 1.3*max(spacing, 0)+0.35*height {
			break
		}
		if r.isLabel(up, q.span) || strings.HasSuffix(text, ":") || postcode(text) || contactLine.MatchString(text) || len(value.FindPhones(text)) > 0 {
			break
		}
		spacing = max(spacing, gap)
		b.rows, b.parts = append(b.rows, up), append(b.parts, q)
	}
	slices.Reverse(b.rows)
	slices.Reverse(b.parts)
	for len(b.rows) > 1 {
		row := &r.sheet.rows[b.rows[0]]
		if nameQuality(row.text[b.parts[0].from:b.parts[0].to]) >= 0.5 {
			break
		}
		b.rows, b.parts = b.rows[1:], b.parts[1:]
	}
	return b
}

// ofSender says that lines close to the block name telephone, mail or tax numbers, as senders do.
func (r *reading) ofSender(b block) bool {
	last := b.parts[len(b.parts)-1]
	height := max(last.box[3]-last.box[1], 1)
	at := b.rows[len(b.rows)-1]
	text := r.sheet.rows[at].text[last.from:last.to]
	if contactLine.MatchString(text) {
		return true
	}
	for down := at + 1; down < len(r.sheet.rows) && down < at+6; down++ {
		row := &r.sheet.rows[down]
		if row.page != r.sheet.rows[at].page || row.box[1]-last.box[3] > 4*height {
			return false
		}
		for _, q := range row.parts {
			if q.box[0] > last.box[0]-height && q.box[0] < last.box[0]+6*height && contactLine.MatchString(row.text[q.from:q.to]) {
				return true
			}
		}
	}
	return false
}

// topmost says that a block ends above another one begins: a sender's address stands above the receiver's.
func (r *reading) topmost(blocks []block, b block) bool {
	end := b.parts[len(b.parts)-1].box[3]
	above := false
	for _, o := range blocks {
		top := o.parts[0].box[1]
		if o.parts[0].box == b.parts[0].box {
			continue
		}
		if o.parts[len(o.parts)-1].box[3] <= b.parts[0].box[1] {
			return false
		}
		above = above || top >= end
	}
	return above
}

// letterhead guesses the sender: a one-line address, an address block with telephone or tax numbers, or a company's name
// at the top or the foot of the first page.
func (r *reading) letterhead(i int) {
	page := r.firstPage()
	for at := page.from; at < page.to; at++ {
		row := &r.sheet.rows[at]
		height := r.sheet.high[row.page]
		if len(row.parts) > 1 && oneLineAddress(row.text) {
			r.addPart(i, at, span{0, len(row.text)}, scoreSenderLine, "sender_line")
		}
		for _, p := range row.parts {
			text := row.text[p.from:p.to]
			switch {
			case oneLineAddress(text):
				r.addPart(i, at, p.span, scoreSenderLine, "sender_line")
			case legalForm(text) && !r.isLabel(at, p.span) && row.box[3] < 0.25*height:
				r.addPart(i, at, p.span, scoreLegalForm, "letterhead")
			case legalForm(text) && row.box[1] > 0.85*height:
				r.addPart(i, at, p.span, scoreLegalForm*0.9, "footer")
			}
		}
	}
	blocks := r.blocks()
	for _, b := range blocks {
		score := scoreBlock * 0.6
		if r.ofSender(b) || r.topmost(blocks, b) {
			score = scoreBlock
		}
		r.addPart(i, b.rows[0], b.parts[0].span, score, "address")
	}
	if at := r.mastheadRow(page); at >= 0 {
		row := &r.sheet.rows[at]
		if p := row.parts[0]; nameQuality(row.text[p.from:p.to]) > 0 {
			r.addPart(i, at, p.span, scoreFirst, "masthead")
		}
	}
}

// oneLineAddress says that text is a name and an address in one line, as printed small above an addressee.
func oneLineAddress(text string) bool {
	marks := 0
	for _, m := range []string{" • ", " ● ", " · ", " | ", " - ", " – ", " ∙ ", ", "} {
		marks = max(marks, strings.Count(text, m))
	}
	return marks >= 2 && marks <= 6 && postcode(text) && utf8.RuneCountInString(text) < 120
}

// addressee guesses the receiver: an address block that is not the sender's.
func (r *reading) addressee(i int) {
	sender := ""
	for at, page := r.firstPage().from, r.firstPage(); at < page.to; at++ {
		row := &r.sheet.rows[at]
		if sender == "" && oneLineAddress(row.text) {
			sender = fold(row.text)
		}
		for _, p := range row.parts {
			if t := row.text[p.from:p.to]; sender == "" && oneLineAddress(t) {
				sender = fold(t)
			}
		}
	}
	blocks := r.blocks()
	for _, b := range blocks {
		row := &r.sheet.rows[b.rows[0]]
		name := fold(row.text[b.parts[0].from:b.parts[0].to])
		score := scoreBlock
		if r.topmost(blocks, b) {
			score *= 0.75
		}
		if sender != "" {
			score += 0.1
			if strings.HasPrefix(sender, name) {
				continue
			}
		}
		if r.ofSender(b) {
			score *= 0.7
		}
		r.addPart(i, b.rows[0], b.parts[0].span, score, "address")
	}
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
		if q := utf8.RuneCountInString(row.text); q < 4 || q > 200 || !strings.ContainsFunc(row.text, unicode.IsLetter) {
			continue
		}
		if legalForm(row.text) {
			continue
		}
		if best < 0 || row.parts[0].size > r.sheet.rows[best].parts[0].size*1.05 {
			best = at
		}
	}
	if best < 0 {
		return
	}
	to := best + 1
	for to < page.to && to < best+4 {
		a, b := &r.sheet.rows[to-1], &r.sheet.rows[to]
		if diff := b.parts[0].size / a.parts[0].size; diff < 0.97 || diff > 1.03 || b.box[1]-a.box[3] > 0.8*(a.box[3]-a.box[1]) || a.parts[0].size < 1.15*r.bodySize(page) {
			break
		}
		to++
	}
	r.addLines(i, best, to, scoreTitle, "title")
}

// bodySize returns the median font size of the page's rows.
func (r *reading) bodySize(page span) float64 {
	var sizes []float64
	for at := page.from; at < page.to; at++ {
		sizes = append(sizes, r.sheet.rows[at].parts[0].size)
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}

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
				r.addPart(i, at, p.span, scoreMasthead+0.2, "person_mail")
			}
			if p.size > 1.1*size {
				best, where, size = at, p.span, p.size
			}
		}
	}
	if best >= 0 {
		r.addPart(i, best, where, scoreMasthead, "person")
	}
}

// headingWord finds what heads a section of a résumé.
var headingWord = regexp.MustCompile(`\b(?:experience|education|skills|profile|summary|objective|references|languages|contact|berufliche|beruflicher|stationen|ausbildung|kenntnisse|lebenslauf|profil|fuhrerschein|sprachen|werdegang|formation|parcours|competences|langues|formacion|experiencia|idiomas|educacion|habilidades|perfil|werkervaring|opleiding|vaardigheden|talen|curriculum|resume)\b`)

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

// commonCurrency takes the currency that stands beside most amounts; its share of them is part of the score.
func (r *reading) commonCurrency(i int) {
	type tally struct {
		n, row int
		span   span
	}
	counts := map[string]*tally{}
	total := 0
	for at := range r.sheet.rows {
		text := r.sheet.rows[at].text
		for _, a := range value.FindAmounts(text, r.locale) {
			if a.Currency == "" {
				continue
			}
			total++
			if t := counts[a.Currency]; t != nil {
				t.n++
			} else {
				counts[a.Currency] = &tally{1, at, span{a.Start, a.End}}
			}
		}
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
		for _, s := range words(row.text) {
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

var (
	// salutation finds the line that opens a letter.
	salutation = regexp.MustCompile(`(?i)^(?:dear\b|sehr geehrte|liebe[r]?\b|guten tag|madame|monsieur|cher\b|chère\b|estimad[oa]s?|muy señor|apreciad[oa]|querid[oa]|geachte|beste\b|to whom it may concern|hello\b|hallo\b)`)
	// farewell finds the phrase that ends it.
	farewell = regexp.MustCompile(`(?i)^(?:yours (?:sincerely|faithfully|truly)|sincerely|(?:kind|best|warm)(?:est)? regards|regards|mit (?:freundlichen|besten|herzlichen) grüßen|freundliche grüße|hochachtungsvoll|cordialement|bien à vous|veuillez agréer|je vous prie|nous vous prions|atentamente|saludos|un cordial saludo|reciba|le saluda|met vriendelijke groet|hoogachtend)`)
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
			r.addPart(i, at+1, span{0, len(r.sheet.rows[at+1].text)}, scoreTitle+0.1, "below_salutation")
			return
		}
		above := &r.sheet.rows[at-1]
		if len(value.FindDates(above.text, r.locale)) == 0 && !postcode(above.text) && len(above.text) > 5 {
			r.addPart(i, at-1, span{0, len(above.text)}, scoreTitle, "above_salutation")
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
				r.addPart(i, down, p.span, scoreLegalForm, "signature")
				return
			}
		}
	}
}
