package testkit

import (
	"testing"
	"time"
)

// slowness is how many times longer than on an idle machine tests wait for something before they call it missing: machines share
// their processors and disks with others, and stand still for seconds.
const slowness = 5

// Patience is how long a test waits for what takes at most so long on an idle machine.
func Patience(idle time.Duration) time.Duration { return slowness * idle }

// Eventually asks until the answer is nil, and fails the test with the last answer when that takes longer than the [Patience] of within.
func Eventually(t testing.TB, within time.Duration, ask func() error) {
	t.Helper()
	within = Patience(within)
	deadline := time.Now().Add(within)
	for {
		err := ask()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %v", within, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
