package classify

import "testing"

// A type that was never seen gets a probability near 1 where all others are unlikelier still. Only its low score tells.
func TestTheFloorRejectsWhatTheThresholdCannot(t *testing.T) {
	labels := []string{"invoice", "letter", Unknown}
	var pool, strange []answer
	for range 50 {
		pool = append(pool, answer{label: "invoice", logits: []float64{3, -1, -2}}, answer{label: "letter", logits: []float64{-1, 3, -2}})
		strange = append(strange, answer{label: "receipt", logits: []float64{0.25, -9, -9}})
	}
	threshold, floor := limits(pool, map[string][]answer{"letter": strange}, labels, 0.3)
	if floor <= 0.25 || floor > 3 {
		t.Fatalf("threshold %v, floor %v", threshold, floor)
	}
	for logits, want := range map[[3]float64]string{{3, -1, -2}: "invoice", {-1, 3, -2}: "letter", {0.25, -9, -9}: Unknown, {2, 1.9, 3}: Unknown} {
		if got := weigh(answer{logits: logits[:]}, labels, 0.3).answer(threshold, floor); got != want {
			t.Errorf("%v is called %s, want %s", logits, got, want)
		}
	}
	if got := weigh(answer{logits: []float64{0.25, -9, -9}}, labels, 0.3).answer(threshold, noFloor); got != "invoice" {
		t.Errorf("without the floor it is called %s, so this shows nothing", got)
	}
}
