package classify

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Tally counts which type was given to documents of which type. It is not safe for concurrent use.
type Tally struct{ counts map[string]map[string]int }

// NewTally returns an empty tally.
func NewTally() *Tally { return &Tally{counts: map[string]map[string]int{}} }

// Add counts one document.
func (t *Tally) Add(truth, got string) {
	if t.counts[truth] == nil {
		t.counts[truth] = map[string]int{}
	}
	t.counts[truth][got]++
}

// ClassScore is how well one type is recognised.
type ClassScore struct {
	Label                 string
	Documents             int
	Precision, Recall, F1 float64
}

// Evaluation sums a tally up. Unknown for a document of a known type is an error.
type Evaluation struct {
	Documents int
	Accuracy  float64
	MacroF1   float64 // mean over the types that occur in truth; Unknown is not a type
	Abstained float64 // share of documents of known types that were called Unknown
	Classes   []ClassScore
	Confusion map[string]map[string]int // truth, then answer
}

// Evaluate returns the scores of what was counted so far.
func (t *Tally) Evaluate() Evaluation {
	ev := Evaluation{Confusion: t.counts}
	got := map[string]int{}
	right, known, abstained := 0, 0, 0
	for truth, row := range t.counts {
		for label, n := range row {
			ev.Documents += n
			got[label] += n
			if truth != Unknown {
				known += n
				if label == Unknown {
					abstained += n
				}
			}
		}
		right += row[truth]
	}
	for _, label := range slices.Sorted(maps.Keys(t.counts)) {
		c := ClassScore{Label: label}
		for _, n := range t.counts[label] {
			c.Documents += n
		}
		hit := float64(t.counts[label][label])
		c.Precision, c.Recall = hit/math.Max(1, float64(got[label])), hit/float64(c.Documents)
		if hit > 0 {
			c.F1 = 2 * c.Precision * c.Recall / (c.Precision + c.Recall)
		}
		ev.Classes = append(ev.Classes, c)
	}
	types := 0
	for _, c := range ev.Classes {
		if c.Label != Unknown {
			ev.MacroF1 += c.F1
			types++
		}
	}
	ev.MacroF1 /= math.Max(1, float64(types))
	ev.Accuracy = float64(right) / math.Max(1, float64(ev.Documents))
	ev.Abstained = float64(abstained) / math.Max(1, float64(known))
	return ev
}

// String returns the scores and the errors as a table for people.
func (e Evaluation) String() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "documents %d  accuracy %.3f  macro-F1 %.3f  abstained %.3f\n", e.Documents, e.Accuracy, e.MacroF1, e.Abstained)
	for _, c := range e.Classes {
		fmt.Fprintf(&sb, "  %-20s %5d  precision %.3f  recall %.3f  F1 %.3f", c.Label, c.Documents, c.Precision, c.Recall, c.F1)
		row := e.Confusion[c.Label]
		sep := "   taken for "
		for _, got := range slices.Sorted(maps.Keys(row)) {
			if got != c.Label {
				fmt.Fprintf(&sb, "%s%s %d", sep, got, row[got])
				sep = ", "
			}
		}
		sb.WriteByte('\n')
	}
	return sb.String()
}

// Risk is the share of wrong answers among the surest ones.
type Risk struct {
	Coverage   float64 // share of the documents that are answered
	Confidence float64 // of the least sure of them
	Wrong      float64 // share of their answers that are wrong
}

// RiskCoverage returns the risk of answering the surest 50, 60, … 100 % of the documents.
func RiskCoverage(confidence []float64, right []bool) []Risk {
	order := make([]int, len(confidence))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(confidence[b], confidence[a]) })
	var out []Risk
	wrong, next := 0, 5
	for n, i := range order {
		if !right[i] {
			wrong++
		}
		for ; next <= 10 && (n+1)*10 >= next*len(order); next++ {
			out = append(out, Risk{float64(next) / 10, confidence[i], float64(wrong) / float64(n+1)})
		}
	}
	return out
}

// CalibrationError is the expected calibration error over 15 equal bins (Naeini et al. 2015): the mean distance between
// confidence and share of right answers, weighted by bin size. 0 is perfect.
func CalibrationError(confidence []float64, right []bool) float64 {
	const bins = 15
	var n, sum, hits [bins]float64
	for i, c := range confidence {
		b := min(bins-1, int(c*bins))
		n[b]++
		sum[b] += c
		if right[i] {
			hits[b]++
		}
	}
	total := 0.0
	for b := range bins {
		total += math.Abs(sum[b] - hits[b])
	}
	return total / math.Max(1, float64(len(confidence)))
}
