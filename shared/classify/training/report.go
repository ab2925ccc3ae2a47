package training

import (
	"maps"
	"slices"

	"github.com/millrace/millrace/shared/classify"
)

// Report says what a model learned from and how it did on documents that were held back.
type Report struct {
	Model     string   `json:"model"` // name and version
	Labels    []string `json:"labels"`
	NewLabels []string `json:"new_labels"` // types that the made documents do not have
	Few       []Few    `json:"few"`        // types of too few documents
	Documents int      `json:"documents"`  // the user's, learned from
	Made      int      `json:"made"`       // made documents, learned from
	Seed      uint64   `json:"seed"`

	Temperature float64            `json:"temperature"`
	Threshold   float64            `json:"threshold"` // probability below which the answer is unknown
	Floor       float64            `json:"floor"`     // score below which it is unknown too
	Unseen      map[string]float64 `json:"unseen"`    // type: share of its documents called unknown by a model never shown the type

	HeldBack Figures  `json:"held_back"` // the user's documents, each asked of a model that was not shown its template
	InUse    *Figures `json:"in_use"`    // the model in use, on the same documents
}

// Few is a type of which there are fewer documents than [LeastDocuments].
type Few struct {
	Label     string `json:"label"`
	Documents int    `json:"documents"`
	LeftOut   bool   `json:"left_out"` // not learned: nothing else tells what the type looks like
}

// Figures are how a model did. Unknown for a document of a type is an error.
type Figures struct {
	Model       string                    `json:"model"`
	Documents   int                       `json:"documents"`
	MacroF1     float64                   `json:"macro_f1"` // mean over the types
	Accuracy    float64                   `json:"accuracy"`
	Unknown     float64                   `json:"unknown"`           // share of the documents of known types that were called unknown
	Calibration float64                   `json:"calibration_error"` // of the likeliest type's probability; see [classify.CalibrationError]
	Classes     []ClassFigures            `json:"classes"`
	Confusion   map[string]map[string]int `json:"confusion"` // truth, then answer
}

// ClassFigures are how a model did on one type.
type ClassFigures struct {
	Label     string  `json:"label"`
	Documents int     `json:"documents"`
	Templates int     `json:"templates"` // how many different ones the documents seem to be made from; 1: the figures speak for that one only
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// Better reports whether the new model did better than the one in use, or as well.
func (r Report) Better() bool { return r.InUse == nil || r.HeldBack.MacroF1 >= r.InUse.MacroF1 }

func (r *Report) fill(docs []Document, plan plan, m *classify.Model, held classify.Held, inUse *classify.Model) {
	r.Model, r.Labels = m.Name(), m.Labels()
	r.Temperature, r.Threshold, r.Floor, r.Unseen = held.Temperature, held.Threshold, held.Floor, held.Unseen
	r.HeldBack = figures(m.Name(), held.Answers, plan)
	if inUse == nil {
		return
	}
	answers := make([]classify.HeldAnswer, len(docs))
	for i, d := range docs {
		got := inUse.Classify(d.Layout)
		a := classify.HeldAnswer{Label: d.Label, Answer: got.Class.Label, Best: got.Class.Label, Confidence: got.Class.Confidence}
		if a.Answer == classify.Unknown && len(got.Alternatives) > 0 {
			a.Best, a.Confidence = got.Alternatives[0].Label, got.Alternatives[0].Confidence
		}
		answers[i] = a
	}
	f := figures(inUse.Name(), answers, plan)
	r.InUse = &f
}

func figures(model string, answers []classify.HeldAnswer, plan plan) Figures {
	tally := classify.NewTally()
	var confidence []float64
	var right []bool
	for _, a := range answers {
		tally.Add(a.Label, a.Answer)
		confidence, right = append(confidence, a.Confidence), append(right, a.Best == a.Label)
	}
	ev := tally.Evaluate()
	f := Figures{
		Model: model, Documents: ev.Documents, MacroF1: ev.MacroF1, Accuracy: ev.Accuracy, Unknown: ev.Abstained,
		Calibration: classify.CalibrationError(confidence, right), Confusion: ev.Confusion,
	}
	for _, c := range ev.Classes {
		f.Classes = append(f.Classes, ClassFigures{c.Label, c.Documents, plan.templates[c.Label], c.Precision, c.Recall, c.F1})
	}
	return f
}

// Errors lists the wrong answers of a type, the most frequent first, as answer and count.
func (f Figures) Errors(label string) []Answer {
	var out []Answer
	for _, got := range slices.Sorted(maps.Keys(f.Confusion[label])) {
		if got != label {
			out = append(out, Answer{got, f.Confusion[label][got]})
		}
	}
	slices.SortStableFunc(out, func(a, b Answer) int { return b.Documents - a.Documents })
	return out
}

// Answer is how often a label was answered.
type Answer struct {
	Label     string
	Documents int
}
