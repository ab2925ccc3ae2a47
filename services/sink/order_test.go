package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/event"
)

// whole is a document that arrives twice, fails once in the parser, and is replayed to its end.
func whole(s story) []delivery {
	return []delivery{
		s.received("received", "invoice 1.pdf", 0),
		s.received("again", "copy.pdf", 60),
		s.failed("parser", event.TopicReceived, "received", 5),
		s.parsed("parsed", "1", "received", 10),
		s.classified("classified", "1", "parsed", "invoice", 11),
		s.extracted("extracted", "1", "classified", 12, amount("net_total", "100.00"), amount("grand_total", "119.00")),
	}
}

// remade is a document that newer versions look at again, and one version twice.
func remade(s story) []delivery {
	return []delivery{
		s.parsed("parsed", "1", "received", 10),
		s.parsed("parsed2", "2", "received", 50),
		s.extracted("extracted", "1", "classified", 12, amount("net_total", "100.00"), amount("grand_total", "119.00")),
		s.extracted("extracted2", "2", "classified", 90, amount("grand_total", "119.00")),
		s.extracted("extracted2-again", "2", "reclassified", 91, amount("grand_total", "120.00"), amount("tax_total", "20.00")),
	}
}

func TestEveryOrderOfEventsGivesTheSameRows(t *testing.T) {
	everyOrder(t, newWorld(t), map[string]tale{
		"whole":  {whole, []string{`"status": "stored"`, `"name": "invoice 1.pdf"`, `"arrivals": 2`, `"fields": 2`, `"failed_stage": null`}},
		"remade": {remade, []string{`"status": "classified"`, `"parse_version": "2"`, `"extraction_version": "2"`, `"value": "120.00"`}},
	})
}

// tale is a story's events, and parts of what its rows say in the end.
type tale struct {
	tell func(story) []delivery
	want []string
}

// everyOrder plays each tale as it is told, and expects the same rows of every other order.
func everyOrder(t *testing.T, w *world, tales map[string]tale) {
	t.Helper()
	for name, tt := range tales {
		t.Run(name, func(t *testing.T) {
			reference := newStory(w, t, "reference-"+name, "a text with words")
			w.play(t, tt.tell(reference)...)
			want, err := w.dump(t.Context(), reference)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range tt.want {
				if !strings.Contains(want, part) {
					t.Errorf("the rows lack %s:\n%s", part, want)
				}
			}
			checkOrders(t, w, reference, tt.tell, want)
		})
	}
}

// checkOrders plays the story in every order, four at once, so that documents can be seen not to disturb each other.
func checkOrders(t *testing.T, w *world, reference story, tell func(story) []delivery, want string) {
	t.Helper()
	orders := permutations(len(tell(reference)))
	if testing.Short() {
		orders = orders[:100]
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range next {
				s := reference
				s.salt = fmt.Sprintf("%s-%05d", reference.salt, n)
				s.id = event.DocumentID([]byte(s.salt))
				checkOrder(t, w, s, tell(s), orders[n], want)
			}
		})
	}
	for n := range orders {
		next <- n
	}
	close(next)
	wg.Wait()
}

// checkOrder delivers the story in the given order, some events twice.
func checkOrder(t *testing.T, w *world, s story, deliveries []delivery, order []int, want string) {
	var names []string
	for _, i := range order {
		for range 1 + rand.IntN(2) {
			names = append(names, deliveries[i].name)
			if err := deliveries[i].to(t.Context(), w); err != nil {
				t.Errorf("%v: %v", names, err)
				return
			}
		}
	}
	got, err := w.dump(t.Context(), s)
	if err != nil {
		t.Errorf("%v: %v", names, err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in the order %v the rows differ (-want +got):\n%s", names, diff)
	}
}

// permutations returns all orders of 0…n-1.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return all
}

// TestNothingThatIsStoredReadsAWholeTable asks for the plans of an empty database, which the sink goes on using when it has filled.
func TestNothingThatIsStoredReadsAWholeTable(t *testing.T) {
	w := newWorld(t)
	conn, err := w.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	x := extractionRow{values: []fieldRow{{}}, items: []itemRow{{}}, checks: []checkRow{{}}}
	statements, err := queueAll(rows{
		documents: []string{"id"}, mentioned: []string{"id"}, events: []eventRow{{}}, arrivals: []arrivalRow{{}}, texts: []textRow{{}}, parses: []parseRow{{}},
		classifications: []classificationRow{{}}, extractions: []extractionRow{x}, failures: []failureRow{{}}, corrections: []correctionRow{{}},
		trials: []trialRow{{}}, trialFailures: []trialFailureRow{{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, st := range statements {
		name := fmt.Sprint("statement", i)
		if _, err := conn.Conn().Prepare(t.Context(), name, st.SQL); err != nil {
			t.Fatalf("%s: %v", st.SQL, err)
		}
		explain := "explain execute " + name
		if n := len(st.Arguments); n > 0 {
			explain += "(null" + strings.Repeat(", null", n-1) + ")"
		}
		plan, err := conn.Query(t.Context(), explain, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(plan, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", st.SQL, err)
		}
		if text := strings.Join(lines, "\n"); strings.Contains(text, "Seq Scan") {
			t.Errorf("%s\n%s", st.SQL, text)
		}
	}
}
