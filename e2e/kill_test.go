package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/testkit"
)

// flood is how many synthetic documents flow while a service is stopped.
const flood = 500

const (
	storedDocuments = `select count(*) from documents where status = 'stored'`
	allDocuments    = `select count(*) from documents`
	allArrivals     = `select count(*) from arrivals`
	allFailures     = `select count(*) from failures`
	ended           = `select count(*) from documents where status in ('stored', 'failed')`
)

// TestStoppingAnyServiceLosesNothing stops each service with SIGTERM and with SIGKILL while documents flow, and starts it
// again: every document is stored once, whatever was in its hands.
func TestStoppingAnyServiceLosesNothing(t *testing.T) {
	for _, name := range system.Services() {
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
			t.Run(fmt.Sprintf("%s/%v", name, signal), func(t *testing.T) {
				s := system.New(t, programs)
				s.Env["MILLRACE_SYNTHETIC_COUNT"] = fmt.Sprint(flood)
				s.Env["MILLRACE_SYNTHETIC_SEED"] = "7"
				s.Start(system.Services()...)
				for _, received := range []int{20, 150, 300} { // at different depths of the flood
					waitAtLeast(t, s, received)
					if code := s.Signal(name, signal); signal == syscall.SIGTERM && code != 0 {
						t.Errorf("%s ended with code %d after SIGTERM", name, code)
					}
					s.Start(name)
				}
				s.WaitCount(5*time.Minute, flood, storedDocuments)
				assertStoredOnce(t, s, flood)
			})
		}
	}
}

// waitAtLeast waits until so many documents have reached the database, in whatever state, or the generator has emitted
// as many while the sink lags.
func waitAtLeast(t *testing.T, s *system.System, n int) {
	t.Helper()
	testkit.Eventually(t, 5*time.Minute, func() error {
		if got := s.Count(allDocuments); got < n {
			return fmt.Errorf("%d of %d documents have been seen", got, n)
		}
		return nil
	})
}

// assertStoredOnce checks that exactly n documents are there, each with one current result per stage and no failure, and
// that nothing is left in a queue.
func assertStoredOnce(t *testing.T, s *system.System, n int) {
	t.Helper()
	for query, want := range map[string]int{
		allDocuments:    n,
		storedDocuments: n,
		allArrivals:     n,
		allFailures:     0,
		`select count(*) from (select document_id from millrace.parses group by 1 having count(*) = 1) x`:                                      n,
		`select count(*) from (select document_id from millrace.classifications group by 1 having count(*) = 1) x`:                             n,
		`select count(*) from (select document_id from millrace.extractions group by 1 having count(*) = 1) x`:                                 n,
		`select count(*) from (select document_id, name, value, page, bbox from millrace.fields group by 1, 2, 3, 4, 5 having count(*) > 1) x`: 0,
	} {
		if got := s.Count(query); got != want {
			t.Errorf("%s gives %d, not %d", query, got, want)
		}
	}
	testkit.Eventually(t, time.Minute, func() error {
		waiting, unrouted := s.Backlog()
		if waiting != 0 || unrouted != 0 {
			return fmt.Errorf("%d messages are left in the queues and %d are unrouted", waiting, unrouted)
		}
		return nil
	})
}
