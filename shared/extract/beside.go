package extract

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// maxAside bounds how far to the right of its label a value in the next row may begin, in heights of the label.
const maxAside = 20

// lowerRight reads the value of a label with nothing beside it where the value stands to the right and a little lower: forms set
// labels in smaller type, so that they make a row of their own.
func (r *reading) lowerRight(i int, f *found, weight float64) {
	row := &r.sheet.rows[f.row]
	label := row.place(f.from, f.to)
	height := max(label[3]-label[1], 1)
	if f.row+1 == len(r.sheet.rows) || strings.Trim(row.text[f.to:max(f.to, partEnd(row, f.part))], " .:#") != "" {
		return
	}
	right := label[2] + maxAside*height
	if f.part+1 < len(row.parts) {
		right = min(right, row.parts[f.part+1].box[0])
	}
	next := &r.sheet.rows[f.row+1]
	if next.page != row.page || next.box[1]-label[3] > 0.6*height {
		return
	}
	for _, p := range next.parts {
		if p.box[2] <= label[0] {
			continue
		}
		if p.box[0] >= label[2] && p.box[0] < right && !r.isLabel(f.row+1, p.span) {
			r.readInto(i, f.row+1, p.span, weight*scoreLowerRight, "lower_right")
		}
		return
	}
}

// below reads the value in the first rows under a label.
func (r *reading) below(i int, f *found, weight float64) {
	row := &r.sheet.rows[f.row]
	label := row.place(f.from, f.to)
	height := max(label[3]-label[1], 1)
	right := r.sheet.width[row.page]
	if f.part+1 < len(row.parts) {
		right = row.parts[f.part+1].box[0]
	}
	score := weight
	if rest := strings.Trim(row.text[f.to:max(f.to, partEnd(row, f.part))], " .:#-/()"); len(rest) > 3 {
		score *= 0.6 // the label's own line already goes on
	}
	if f.colon {
		score *= 0.95
	}
	for at := f.row + 1; at < len(r.sheet.rows); at++ {
		next := &r.sheet.rows[at]
		if next.page != row.page || next.box[1]-label[3] > 2.4*height {
			return
		}
		for _, p := range next.parts {
			under := p.box[2] > label[0] && p.box[0] < label[2]
			inCell := p.box[0] >= label[0]-height && p.box[0] < right && p.box[2] <= right+height
			if !under && !inCell {
				continue
			}
			if r.isLabel(at, p.span) {
				return
			}
			factor := scoreBelow
			if !under {
				factor = scoreBelowCell
			}
			gap := max(next.box[1]-label[3], 0) / height
			r.readInto(i, at, p.span, score*factor*(1-0.06*gap), "below")
			if under && r.plan.rules[i].Type == typeAmount {
				r.columnTotal(i, at, label, score)
			}
			return
		}
	}
}

// columnTotal reads the amount of a label's column in the row of totals that ends its table.
func (r *reading) columnTotal(i, first int, label layout.Box, score float64) {
	height := max(label[3]-label[1], 1)
	for at := first + 1; at < len(r.sheet.rows) && at < first+60; at++ {
		row, last := &r.sheet.rows[at], &r.sheet.rows[at-1]
		if row.page != last.page || row.box[1]-last.box[3] > 3*height {
			return
		}
		if !slices.ContainsFunc(row.tokens, func(t token) bool { return totalWord(t.text) }) {
			continue
		}
		for _, p := range row.parts {
			if p.box[2] > label[0] && p.box[0] < label[2] {
				r.readInto(i, at, p.span, score*scoreBelow, "column_total")
			}
		}
		return
	}
}

// totalWord knows what a row of totals is called.
func totalWord(s string) bool {
	switch s {
	case "total", "totals", "gesamt", "summe", "gesamtsumme", "totaux", "totales", "totaal", "suma":
		return true
	}
	return false
}
