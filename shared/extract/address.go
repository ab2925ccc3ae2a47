package extract

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/extract/backtrack"
	"github.com/millrace/millrace/shared/extract/value"
)

// postcodeText finds a postal code with a place: European, British, American.
var postcodeText = backtrack.MustCompile(`(?:^|[\s,•●·|–-])(?:(?:[A-Z]{1,3}[- ])?\d{4,5}(?: [A-Z]{2})? \p{Lu}[\p{L}'’.-]+|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\p{L}+ [A-Z]\d[\dW] [A-Z\d]{4}\b|\p{L}+,? [A-Z]{2},? \d{5}(?:-\d{4})?\b)`) //nolint:gochecknoglobals // constant

func postcode(s string) bool { return mayHavePostcode(s) && postcodeText.MatchString(s) }

// mayHavePostcode says that s has four digits in a row or a digit behind a capital letter, as every postal code has.
func mayHavePostcode(s string) bool {
	digits := 0
	for i := range len(s) {
		if c := s[i]; c < '0' || c > '9' {
			digits = 0
			continue
		}
		if digits++; digits == 4 || i > 0 && s[i-1] >= 'A' && s[i-1] <= 'Z' {
			return true
		}
	}
	return false
}

// block is a postal address: consecutive parts in one column. Rows[k] and parts[k] give its lines; the first is the name.
type block struct {
	rows  []int
	parts []part
}

// blocks returns the address blocks in the upper part of the first page. They are looked for once.
func (r *reading) blocks() []block {
	if r.addresses == nil {
		r.addresses = r.findBlocks()
	}
	return r.addresses
}

func (r *reading) findBlocks() []block {
	page := r.firstPage()
	out := []block{}
	for at := page.from; at < page.to; at++ {
		row := &r.sheet.rows[at]
		if row.box[1] > 0.55*r.sheet.high[row.page] {
			break
		}
		if !r.mayHavePostcode(at) {
			continue
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
		addressed := r.mayHavePostcode(at)
		if addressed && len(row.parts) > 1 && oneLineAddress(row.text) {
			r.readInto(i, at, span{0, len(row.text)}, scoreSenderLine, "sender_line")
		}
		for _, p := range row.parts {
			text := row.text[p.from:p.to]
			switch {
			case addressed && oneLineAddress(text):
				r.readInto(i, at, p.span, scoreSenderLine, "sender_line")
			case row.box[3] < 0.25*height && legalForm(text) && !r.isLabel(at, p.span):
				r.readInto(i, at, p.span, scoreLegalForm, "letterhead")
			case row.box[1] > 0.85*height && legalForm(text):
				r.readInto(i, at, p.span, scoreLegalForm*0.9, "footer")
			}
		}
	}
	blocks := r.blocks()
	for _, b := range blocks {
		score := scoreBlock * 0.6
		if r.ofSender(b) || r.topmost(blocks, b) {
			score = scoreBlock
		}
		r.readInto(i, b.rows[0], b.parts[0].span, score, "address")
	}
	if at := r.mastheadRow(page); at >= 0 {
		row := &r.sheet.rows[at]
		if p := row.parts[0]; nameQuality(row.text[p.from:p.to]) > 0 {
			r.readInto(i, at, p.span, scoreFirst, "masthead")
		}
	}
}

// maxOneLine bounds the characters of an address in one line.
const maxOneLine = 120

// oneLineAddress says that text is a name and an address in one line, as printed small above an addressee.
func oneLineAddress(text string) bool {
	if len(text) >= maxOneLine*utf8.UTFMax || !mayHavePostcode(text) {
		return false
	}
	if !mayBeParted(text) {
		return false
	}
	marks := 0
	for _, m := range [...]string{" • ", " ● ", " · ", " | ", " - ", " – ", " ∙ ", ", "} {
		marks = max(marks, strings.Count(text, m))
	}
	return marks >= 2 && marks <= 6 && utf8.RuneCountInString(text) < maxOneLine && postcode(text)
}

// mayBeParted says that a text has at least two of the bytes that the marks of oneLineAddress are known by.
func mayBeParted(text string) bool {
	n := 0
	for i := range len(text) {
		if c := text[i]; c == ',' || c == '|' || c == '-' || c >= utf8.RuneSelf {
			n++
		}
	}
	return n > 1
}

// addressee guesses the receiver: an address block that is not the sender's.
func (r *reading) addressee(i int) {
	sender := ""
	for at, page := r.firstPage().from, r.firstPage(); at < page.to; at++ {
		row := &r.sheet.rows[at]
		if sender != "" {
			break
		}
		if !r.mayHavePostcode(at) {
			continue
		}
		if len(row.parts) > 1 && oneLineAddress(row.text) {
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
		r.readInto(i, b.rows[0], b.parts[0].span, score, "address")
	}
}
