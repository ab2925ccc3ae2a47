package extract

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/extract/value"
	"github.com/millrace/millrace/shared/layout"
)

// reading is the work on one document with one plan.
type reading struct {
	plan       *plan
	sheet      *sheet
	locale     value.Locale
	labels     [][]found // by row
	byRule     [][]place // by rule, from top to bottom
	regions    []region
	addresses  []block       // nil until they are looked for
	candidates [][]candidate // by rule
	form       []layout.FormField
	near       [][]int // places of the plan's near words; nil until they are looked for
	traits     []trait // by row; nil until one is asked for
	nameRow    int     // what mastheadRow returns, and 2; 0 until it is asked for
	period     period  // of a statement's transactions; zero until they are read
	room       room
}

// place is where a label is kept: labels[row][nth].
type place struct{ row, nth int }

// candidate is a value that may be the field's, with its evidence.
type candidate struct {
	value string
	raw   string
	page  int
	box   layout.Box
	score float64
	rule  string // what found it: the part of the source behind #
	order int    // place in the document
}

// maxCandidates bounds the candidates of a field.
const maxCandidates = 400

// Scores of the ways to find a value. They were set by hand so that the more a way says about a value, the more it counts;
// what they lead to is measured by the evaluation, not assumed.
const (
	scoreAfterMark  = 0.92 // label behind punctuation within a line
	scoreMidColon   = 0.80 // label in the middle of a line, with a colon
	scoreMid        = 0.42 // label in the middle of a line
	scoreWeakLabel  = 0.72
	scoreNextPart   = 0.97 // value across a gap
	scoreLaterPart  = 0.85
	scoreBelow      = 0.88
	scoreBelowCell  = 0.74 // below, but not right under the label
	scoreLowerRight = 0.70 // to the right, but in the next row
	scoreNoColon    = 0.60 // text right behind a label without a colon
	scoreAvoided    = 0.30 // in another party's section
	scoreNotLast    = 0.60 // an amount with another one behind it
	acceptThreshold = 0.30
)

func newReading(p *plan, s *sheet) *reading {
	r := &reading{plan: p, sheet: s, candidates: make([][]candidate, len(p.rules))}
	r.labels = make([][]found, len(s.rows))
	labels := make([]found, 0, 2*len(s.rows))
	for i := range s.rows {
		first := len(labels)
		labels = p.matcher.find(labels, s.rows, i)
		r.labels[i] = labels[first:len(labels):len(labels)]
	}
	r.dropNames()
	r.indexLabels()
	r.locale = localeOf(s.flow.text, s.flow.lower)
	return r
}

// dropNames removes labels of sections that are part of a name or a sentence.
func (r *reading) dropNames() {
	dropped := func(f found) bool { return onlySection(f) && (!f.start || !r.heads(f)) }
	for at, labels := range r.labels {
		first := slices.IndexFunc(labels, dropped)
		if first < 0 {
			continue
		}
		// The row's labels stay as they are until all are judged, because one may be the value of another.
		kept := slices.Clone(labels[:first])
		for _, f := range labels[first+1:] {
			if !dropped(f) {
				kept = append(kept, f)
			}
		}
		r.labels[at] = kept
	}
}

// indexLabels notes for each rule which labels may be its own.
func (r *reading) indexLabels() {
	r.byRule = make([][]place, len(r.plan.rules))
	for at := range r.labels {
		for k := range r.labels[at] {
			for _, m := range r.labels[at][k].entry.meanings {
				if m.kind > innerLabel {
					continue
				}
				if list := r.byRule[m.index]; len(list) == 0 || list[len(list)-1] != (place{at, k}) {
					r.byRule[m.index] = append(list, place{at, k})
				}
			}
		}
	}
}

// onlySection says that a label means nothing but a section.
func onlySection(f found) bool {
	for _, m := range f.entry.meanings {
		if m.kind != sectionLabel {
			return false
		}
	}
	return true
}

// add keeps a candidate that counts at all.
func (r *reading) add(rule int, c candidate) {
	if c.score < acceptThreshold || len(r.candidates[rule]) >= maxCandidates {
		return
	}
	r.candidates[rule] = append(r.candidates[rule], c)
}

// collect finds the candidates of a rule in every way that the rule allows.
func (r *reading) collect(i int) {
	r.byForm(i)
	r.byLabel(i)
	r.byPattern(i)
	if r.plan.rules[i].Anywhere > 0 {
		r.anywhere(i)
	}
	if r.plan.rules[i].Type == typeParty && r.plan.rules[i].Section != "" {
		r.bySection(i)
	}
	for _, g := range r.plan.rules[i].Guess {
		r.guess(i, g)
	}
}

// byLabel finds values to the right of the rule's labels and below them.
func (r *reading) byLabel(i int) {
	for _, p := range r.byRule[i] {
		f := &r.labels[p.row][p.nth]
		weight := r.labelWeight(i, f)
		if weight == 0 || r.plan.rules[i].Colon && !f.colon {
			continue
		}
		before := len(r.candidates[i])
		if r.plan.rules[i].right {
			r.rightOf(i, f, r.nextLabel(p.row, p.nth), weight)
		}
		if r.plan.rules[i].below {
			r.below(i, f, weight)
		}
		if r.plan.rules[i].right && len(r.candidates[i]) == before {
			r.lowerRight(i, f, weight)
		}
	}
}

// labelWeight says how much a label says about a rule; 0 is nothing.
func (r *reading) labelWeight(rule int, f *found) float64 {
	best := 0.0
	for _, m := range f.entry.meanings {
		if m.index != rule {
			continue
		}
		switch m.kind {
		case strongLabel:
			best = max(best, 1)
		case weakLabel:
			best = max(best, scoreWeakLabel)
		case innerLabel:
			if r.sectionAt(f.row, f.from) == r.plan.rules[rule].Section {
				best = max(best, 1)
			}
		}
	}
	switch {
	case best == 0 || f.start:
		return best
	case f.afterMark:
		return best * scoreAfterMark
	case f.colon:
		return best * scoreMidColon
	default:
		return best * scoreMid
	}
}

// nextLabel returns where the value of label k of a row ends: at the next label that stands as one.
func (r *reading) nextLabel(at, k int) int {
	for _, f := range r.labels[at][k+1:] {
		if f.start || f.colon || len(f.entry.tokens) > 1 {
			return f.from
		}
	}
	return len(r.sheet.rows[at].text)
}

// rightOf reads the value between a label and the next one in its row.
func (r *reading) rightOf(i int, f *found, stop int, weight float64) {
	row := &r.sheet.rows[f.row]
	first := row.partAt(f.to)
	nth := 0
	for p := first; p < len(row.parts) && nth < 4; p++ {
		from, to := max(row.parts[p].from, f.to), min(row.parts[p].to, stop)
		if from >= to {
			if row.parts[p].from >= stop {
				return
			}
			continue
		}
		if strings.Trim(row.text[from:to], " .:#-–—=|*_") == "" {
			continue
		}
		score := weight
		same := p == f.part
		switch {
		case same && nth == 0:
			if rule := &r.plan.rules[i]; !f.colon && (rule.Type == typeText || rule.Type == typeParty) {
				score *= scoreNoColon
			}
		case nth == 0:
			score *= scoreNextPart
		default:
			score *= scoreLaterPart
		}
		got := r.readInto(i, f.row, span{from, to}, score, "label")
		nth++
		amounts := r.plan.rules[i].Type == typeAmount
		if got && (!amounts || same) {
			return
		}
		if !amounts && r.plan.rules[i].Type != typeDate {
			return
		}
	}
	if r.plan.rules[i].Type == typeAmount {
		r.preferLast(i, f.row, weight)
	}
}

// preferLast lowers the candidates of a row that have another one to their right: totals stand at the end of their row.
// Behind a weak label such as "Total" several amounts are rather a table's row.
func (r *reading) preferLast(i, rowIndex int, weight float64) {
	list := r.candidates[i]
	last := -1
	if n := len(list); n > 1 && weight <= scoreWeakLabel && list[n-2].order/orderStep == rowIndex {
		list[n-1].score *= 0.8
	}
	for k := len(list) - 1; k >= 0 && list[k].order/orderStep == rowIndex; k-- {
		if last < 0 {
			last = k
			continue
		}
		if list[k].order < list[last].order && list[k].score > list[last].score*scoreNotLast {
			list[k].score = list[last].score * scoreNotLast
		}
	}
}

// orderStep separates rows in candidate.order; the rest is the offset in the row.
const orderStep = 1 << 20

// readInto reads the values of a stretch of a row and adds them as candidates. It says whether there was one.
func (r *reading) readInto(i, rowIndex int, s span, score float64, how string) bool {
	row := &r.sheet.rows[rowIndex]
	values := r.read(&r.plan.rules[i], row.text[s.from:s.to])
	if n := r.plan.rules[i].Nth; n > 1 {
		values = values[min(n-1, len(values)):min(n, len(values))]
	}
	for _, v := range values {
		from, to := s.from+v.from, s.from+v.to
		final := score * v.quality
		if avoid := r.plan.rules[i].Avoid; avoid != "" && r.sectionAt(rowIndex, from) == avoid {
			final *= scoreAvoided
		}
		if final < acceptThreshold {
			continue
		}
		r.add(i, candidate{
			value: v.value, raw: row.text[from:to], page: row.page, box: row.evidence(from, to), score: final,
			rule: r.plan.rules[i].Name + "." + how + v.note, order: rowIndex*orderStep + min(from, orderStep-1),
		})
	}
	return len(values) > 0
}

func partEnd(row *row, p int) int {
	if p < len(row.parts) {
		return row.parts[p].to
	}
	return len(row.text)
}

// isLabel says that a part of a row begins with a label.
func (r *reading) isLabel(at int, s span) bool {
	for i := range r.labels[at] {
		f := &r.labels[at][i]
		if f.start && f.from >= s.from && f.from < s.to {
			return true
		}
	}
	return false
}

// anywhere takes values that need no label because their own shape says what they are.
func (r *reading) anywhere(i int) {
	for at := range r.sheet.rows {
		row := &r.sheet.rows[at]
		weight := r.plan.rules[i].Anywhere
		if row.page > 1 {
			weight *= 0.9
		}
		for _, p := range row.parts {
			r.readInto(i, at, p.span, weight, "shape")
		}
		if len(r.candidates[i]) >= maxCandidates {
			return
		}
	}
}
