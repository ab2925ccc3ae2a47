package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/testkit"
)

// unit returns rows that stand for one event about a document.
func unit(id string) rows { return rows{documents: []string{id}} }

// TestWhatWaitsIsStoredTogether holds the first transaction open while three callers come: they share the next one, and each
// gets the errors of its own rows.
func TestWhatWaitsIsStoredTogether(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	var transactions [][]string
	g := newGroup(1, func(_ context.Context, units []rows) []error {
		var ids []string
		errs := make([]error, len(units))
		for i, u := range units {
			ids = append(ids, u.documents...)
			if strings.HasPrefix(u.documents[0], "bad") {
				errs[i] = errors.New(u.documents[0])
			}
		}
		transactions = append(transactions, ids)
		if len(transactions) == 1 {
			close(entered)
			<-release
		}
		return errs
	})
	var all sync.WaitGroup
	all.Go(func() { g.put(t.Context(), []rows{unit("first")}) })
	<-entered
	for i := range 3 {
		all.Go(func() {
			bad := fmt.Sprint("bad", i)
			errs := g.put(t.Context(), []rows{unit("good"), unit(bad)})
			if len(errs) != 2 || errs[0] != nil || errs[1] == nil || errs[1].Error() != bad {
				t.Errorf("errors %v, want the one of %s", errs, bad)
			}
		})
	}
	testkit.Eventually(t, time.Minute, func() error {
		g.mu.Lock()
		defer g.mu.Unlock()
		if len(g.waiting) != 3 {
			return fmt.Errorf("%d wait", len(g.waiting))
		}
		return nil
	})
	close(release)
	all.Wait()
	if len(transactions) != 2 || len(transactions[1]) != 6 {
		t.Errorf("transactions %q, want the three that waited in one", transactions)
	}
}

func TestAGroupTakesNoMoreThanFits(t *testing.T) {
	long := rows{texts: []textRow{{Body: strings.Repeat("x", maxTexts)}}}
	for _, c := range []struct {
		name    string
		waiting [][]rows
		want    int
	}{
		{"none", nil, 0},
		{"few", [][]rows{{unit("a")}, {unit("b"), unit("c")}}, 2},
		{"as many events as a transaction takes", [][]rows{make([]rows, groupSize), {unit("a")}}, 1},
		{"one long text after another", [][]rows{{long}, {long}}, 1},
	} {
		g := newGroup(1, nil)
		for _, units := range c.waiting {
			g.add(&request{units: units})
		}
		if got := len(g.take()); got != c.want {
			t.Errorf("%s: took %d requests, want %d", c.name, got, c.want)
		}
		if len(g.full) > 0 {
			t.Errorf("%s: enough events wait, it says, when they have been taken", c.name)
		}
	}
}

// TestACallerWhoseRowsAreStoredWaitsForNothing lets one caller pause for an hour, while another stores for both.
func TestACallerWhoseRowsAreStoredWaitsForNothing(t *testing.T) {
	g := newGroup(2, func(_ context.Context, units []rows) []error { return make([]error, len(units)) })
	g.next = time.Now().Add(time.Hour)
	done := make(chan []error, 2)
	go func() { done <- g.put(t.Context(), []rows{unit("few")}) }()
	testkit.Eventually(t, time.Minute, func() error {
		if len(g.turns) == 0 {
			return errors.New("nobody has the turn")
		}
		return nil
	})
	go func() { done <- g.put(t.Context(), make([]rows, enough)) }()
	for range 2 {
		select {
		case <-done:
		case <-time.After(testkit.Patience(time.Minute)):
			t.Fatal("one still waits")
		}
	}
}

func TestACallerThatMustStopStoresNothing(t *testing.T) {
	g := newGroup(1, func(_ context.Context, units []rows) []error {
		t.Error("stored")
		return make([]error, len(units))
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if errs := g.put(ctx, []rows{unit("a")}); len(errs) != 1 || fault.ClassOf(errs[0]) != fault.ClassInterrupted {
		t.Errorf("errors %v, want interrupted", errs)
	}
}
