package score_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract/score"
)

func TestEveryWantedValueIsRightWrongOrMissing(t *testing.T) {
	var tally score.Tally
	tally.Add(score.Answer{
		Document: "a.pdf", Absent: []string{"term"},
		Values: map[string][]string{"party": {"Elm & Oak Ltd.", "Maple GmbH"}, "date": {"2025-04-03"}, "total": {"9.00"}},
	}, []event.Field{
		{Name: "party", Value: "ELM AND OAK LTD", Confidence: 0.9}, {Name: "party", Value: "Birch AG", Confidence: 0.4},
		{Name: "date", Value: "2025-03-04", Confidence: 0.8}, {Name: "term", Value: "2 years", Confidence: 0.5}, {Name: "other", Value: "x"},
	}, func(field, want string) string { return field + "/" + want })
	for name, want := range map[string]score.Count{
		"party": {Want: 2, Right: 1, Wrong: 1, ConfidentlyWrong: 1, Extra: 1},
		"date":  {Want: 1, Wrong: 1, ConfidentlyWrong: 1, Extra: 1},
		"total": {Want: 1, Missing: 1},
		"term":  {Extra: 1},
		"other": {},
	} {
		if got := tally.Field(name); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	all := tally.Total()
	if all.Recall() != 0.25 || all.F1() != 0.25 || all.ConfidentErrors() != 0.5 {
		t.Errorf("right %v, F1 %v, confidently wrong %v", all.Recall(), all.F1(), all.ConfidentErrors())
	}
	worst := tally.Worst(2)
	if len(worst) != 2 || worst[0].Field != "party" || worst[0].Why != "party/Maple GmbH" || worst[1].Field != "date" {
		t.Errorf("worst: %+v", worst)
	}
	var sb strings.Builder
	if err := tally.Write(&sb); err != nil || !strings.Contains(sb.String(), "party") || !strings.Contains(sb.String(), "all") {
		t.Errorf("the table is\n%s (%v)", sb.String(), err)
	}
}
