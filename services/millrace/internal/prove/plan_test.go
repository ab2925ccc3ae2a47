package prove

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testServices() []string {
	return []string{"generator", "parser", "classifier", "extractor", "sink", "deadletters"}
}

func names(turns []turn) []string {
	var all []string
	for _, t := range turns {
		all = append(all, t.Fault.Name)
	}
	return all
}

func TestEveryFaultComesAtLeastOnceAndEndsInTime(t *testing.T) {
	all := faults(testServices(), true)
	for _, length := range []time.Duration{90 * time.Second, 3 * time.Minute, 10 * time.Minute, time.Hour} {
		turns, err := plan(all, length, rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatalf("%v: %v", length, err)
		}
		planned := slices.Concat(turns[:]...)
		for _, f := range all {
			if !slices.Contains(names(planned), f.Name) {
				t.Errorf("%v: %s never comes", length, f.Name)
			}
		}
		for l, lane := range turns {
			for i, one := range lane {
				end := one.At + one.For
				if one.At < calm || end >= length {
					t.Errorf("%v: %s lasts from %v to %v", length, one.Fault.Name, one.At, end)
				}
				if i > 0 && lane[i-1].At+lane[i-1].For > one.At {
					t.Errorf("%v, lane %d: %s begins before %s is over", length, l, one.Fault.Name, lane[i-1].Fault.Name)
				}
			}
		}
	}
}

func TestSomethingIsWrongMostOfTheTime(t *testing.T) {
	length := 3 * time.Minute
	turns, err := plan(faults(testServices(), true), length, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	var on time.Duration
	for _, one := range turns[outages] {
		on += one.For
		if one.Fault.Brief {
			on += leastTurn // about what the way back takes
		}
	}
	if on < length/2 {
		t.Errorf("faults of servers and connections are on for %v of %v", on, length)
	}
}

func TestTheSeedDecidesTheOrder(t *testing.T) {
	order := func(seed uint64) []string {
		turns, err := plan(faults(testServices(), true), 3*time.Minute, rand.New(rand.NewPCG(seed, 0)))
		if err != nil {
			t.Fatal(err)
		}
		return slices.Concat(names(turns[outages]), names(turns[blows]))
	}
	if d := cmp.Diff(order(7), order(7)); d != "" {
		t.Errorf("the same seed gives another order:\n%s", d)
	}
	if cmp.Equal(order(7), order(8)) {
		t.Error("two seeds give the same order")
	}
}

func TestATimeTooShortForAllFaultsIsRefused(t *testing.T) {
	if _, err := plan(faults(testServices(), true), 30*time.Second, rand.New(rand.NewPCG(1, 0))); err == nil {
		t.Error("half a minute was taken as enough")
	}
}

func TestASingleNodeIsKilledOnlyInACluster(t *testing.T) {
	for _, cluster := range []bool{false, true} {
		turns, err := plan(faults(testServices(), cluster), 3*time.Minute, rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatal(err)
		}
		if planned := slices.Contains(names(turns[outages]), "rabbitmq-node-kill"); planned != cluster {
			t.Errorf("cluster %v: a node is killed: %v", cluster, planned)
		}
	}
}

func TestEveryServiceIsKilledAndEveryFaultSaysWhatItProves(t *testing.T) {
	all := faults(testServices(), true)
	for _, name := range testServices() {
		if !slices.ContainsFunc(all, func(f Fault) bool { return f.Name == "kill-"+name }) {
			t.Errorf("nothing kills %s", name)
		}
	}
	seen := map[string]bool{}
	for _, f := range all {
		if f.Proves == "" || f.Inflict == nil || seen[f.Name] || f.Blow && f.Lift != nil {
			t.Errorf("%s is incomplete, twice there, or a blow that has to be lifted", f.Name)
		}
		seen[f.Name] = true
	}
}
