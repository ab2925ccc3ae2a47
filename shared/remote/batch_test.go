package remote

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/fault"
)

func batch(ids ...string) []Document {
	var docs []Document
	for _, id := range ids {
		docs = append(docs, one(id)...)
	}
	return docs
}

func invoices(n int) map[string]any {
	results := []any{}
	for range n {
		results = append(results, map[string]any{"label": "invoice", "confidence": 0.9})
	}
	return map[string]any{"results": results}
}

func TestABatchIsOneRequest(t *testing.T) {
	a := newAPI(t, echo(func(q question) any {
		r := invoices(len(q.Documents))
		r["results"].([]any)[1] = map[string]any{"label": "receipt", "confidence": 0.5}
		return r
	}))
	got := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), batch("a", "b", "c"))
	if a.asked.Load() != 1 {
		t.Errorf("%d requests", a.asked.Load())
	}
	for i, want := range []string{"invoice", "receipt", "invoice"} {
		if got[i].Err != nil || got[i].Class.Label != want {
			t.Errorf("%d: %+v", i, got[i])
		}
	}
}

func TestAWrongNumberOfAnswersIsPaidForByWhoeverCausesIt(t *testing.T) {
	a := newAPI(t, echo(func(q question) any {
		n := len(q.Documents)
		for _, d := range q.Documents {
			if d.ID == "poison" {
				n--
			}
		}
		return invoices(n)
	}))
	got := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), batch("a", "poison", "c"))
	if got[0].Err != nil || got[2].Err != nil {
		t.Errorf("the innocent pay: %v, %v", got[0].Err, got[2].Err)
	}
	if fault.ClassOf(got[1].Err) != fault.ClassTransient || fault.KindOf(got[1].Err) != KindAnswer {
		t.Errorf("got %v", got[1].Err)
	}
}

func TestABatchThatIsRefusedOrBreaksTheAPIIsAskedOneByOne(t *testing.T) {
	for status, want := range map[int]fault.Class{400: fault.ClassPermanent, 413: fault.ClassPermanent, 500: fault.ClassDependencyDown} {
		a := newAPI(t, nil)
		a.set(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), "poison") {
				w.WriteHeader(status)
				return
			}
			saysJSON(good)(w, r)
		})
		got := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), batch("poison", "b", "c"))
		if got[1].Err != nil || got[2].Err != nil || fault.ClassOf(got[0].Err) != want {
			t.Errorf("%d: got %v, %v, %v", status, got[0].Err, got[1].Err, got[2].Err)
		}
	}
}

func TestABatchIsNotAskedOneByOneWhileTheAPIIsDown(t *testing.T) {
	a := newAPI(t, says(503, "text/plain", ""))
	for _, got := range classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), batch("a", "b", "c")) {
		if fault.ClassOf(got.Err) != fault.ClassDependencyDown {
			t.Errorf("got %v", got.Err)
		}
	}
	if a.asked.Load() != 1 {
		t.Errorf("%d requests", a.asked.Load())
	}
}

func TestAnAnswerAboutOneOfABatchDoesNotShowTheOthers(t *testing.T) {
	a := newAPI(t, saysJSON(`{"results":[{"label":"invoice","confidence":0.9},{"label":"MINE","confidence":0.9},{"label":"OTHER","confidence":0.9}]}`))
	got := classifier(t, settings(HTTP, a.URL)).Classify(t.Context(), batch("a", "b", "c"))
	if got[0].Err != nil || !strings.Contains(fmt.Sprint(got[1].Err), "MINE") || strings.Contains(fmt.Sprint(got[1].Err), "OTHER") {
		t.Errorf("got %v and %v", got[0].Err, got[1].Err)
	}
}
