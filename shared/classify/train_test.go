package classify_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/corpus"
)

func TestTrainingIsDeterministic(t *testing.T) {
	var first []byte
	for range 2 {
		m, _ := smallModel(t)
		b, err := m.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
		}
		if !bytes.Equal(first, b) {
			t.Fatal("the same examples and settings gave another model")
		}
	}
	m, _, err := classify.Train(made(t, corpus.Config{Seed: 3}, 24, "invoice", "contract", "resume", classify.Unknown), nil,
		classify.TrainConfig{Name: "small", Epochs: 3, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := m.Bytes(); err != nil || bytes.Equal(first, b) {
		t.Errorf("another seed gave the same model (%v)", err)
	}
}

func TestHeldBackFiguresAreSane(t *testing.T) {
	m, held := smallModel(t)
	if held.ECE < 0 || held.ECE > 0.2 {
		t.Errorf("calibration error %.3f on held-back examples", held.ECE)
	}
	if held.Temperature <= 0 || held.Threshold != m.Threshold() || held.Threshold < 0.3 || held.Threshold > 0.96 {
		t.Errorf("temperature %v, threshold %v", held.Temperature, held.Threshold)
	}
	if held.Score.Documents != 96 || held.Score.Accuracy < 0.7 {
		t.Errorf("held-back score:\n%s", held.Score)
	}
	if len(held.Unseen) != 3 {
		t.Errorf("types left out in turn: %v, want three", held.Unseen)
	}
}

func TestTrainRefusesNonsense(t *testing.T) {
	few := made(t, corpus.Config{}, 2, "invoice", "contract")
	for name, tc := range map[string]struct {
		examples []classify.Example
		cfg      classify.TrainConfig
		want     string
	}{
		"nothing":         {nil, classify.TrainConfig{}, "at least two types"},
		"one type":        {made(t, corpus.Config{}, 2, "invoice", classify.Unknown), classify.TrainConfig{}, "at least two types"},
		"negative epochs": {few, classify.TrainConfig{Epochs: -1}, "epochs"},
		"drop all":        {few, classify.TrainConfig{Drop: 1}, "shares"},
		"threshold":       {few, classify.TrainConfig{Threshold: 1.5}, "shares"},
		"no names":        {few, classify.TrainConfig{Names: map[string]classify.Names{"invoice": {}}}, "no names"},
		"two stars":       {few, classify.TrainConfig{Names: map[string]classify.Names{"invoice": {Title: []string{"*rechnung*"}}}}, "*rechnung*"},
		"empty name":      {few, classify.TrainConfig{Names: map[string]classify.Names{"invoice": {Anywhere: []string{"invoice", " "}}}}, "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := classify.Train(tc.examples, nil, tc.cfg); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error about %q", err, tc.want)
			}
		})
	}
}

func TestEvaluation(t *testing.T) {
	tally := classify.NewTally()
	for _, x := range [][2]string{
		{"a", "a"}, {"a", "a"}, {"a", "b"}, {"a", classify.Unknown},
		{"b", "b"}, {"b", "b"},
		{classify.Unknown, classify.Unknown}, {classify.Unknown, "b"},
	} {
		tally.Add(x[0], x[1])
	}
	ev := tally.Evaluate()
	// a: precision 1, recall 1/2, F1 2/3. b: precision 1/2, recall 1, F1 2/3.
	if ev.Documents != 8 || !near(ev.Accuracy, 5.0/8) || !near(ev.MacroF1, 2.0/3) || !near(ev.Abstained, 1.0/6) {
		t.Errorf("got %+v", ev)
	}
	if s := ev.String(); !strings.Contains(s, "taken for b 1, unknown 1") {
		t.Errorf("the table lacks the errors:\n%s", s)
	}
}

func TestCalibrationError(t *testing.T) {
	for _, tc := range []struct {
		confidence []float64
		right      []bool
		want       float64
	}{
		{nil, nil, 0},
		{[]float64{1, 1}, []bool{true, true}, 0},
		{[]float64{0.9, 0.9}, []bool{false, false}, 0.9},
		{[]float64{0.5, 0.5, 1, 1}, []bool{true, false, true, false}, 0.25},
	} {
		if got := classify.CalibrationError(tc.confidence, tc.right); !near(got, tc.want) {
			t.Errorf("%v %v: got %v, want %v", tc.confidence, tc.right, got, tc.want)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

func TestRiskFallsWithCoverageWhereConfidenceTellsRightFromWrong(t *testing.T) {
	confidence, right := []float64{0.9, 0.2, 0.8, 0.3, 0.7, 0.6, 0.5, 0.4, 0.95, 0.1}, []bool{true, false, true, false, true, true, true, true, true, false}
	got := classify.RiskCoverage(confidence, right)
	if len(got) != 6 || got[0].Wrong != 0 || got[0].Confidence != 0.6 || got[5].Coverage != 1 || got[5].Wrong != 0.3 {
		t.Errorf("got %+v", got)
	}
}
