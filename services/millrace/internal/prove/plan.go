package prove

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// turn is when a fault is on, counted from the begin of the load.
type turn struct {
	Fault Fault
	At    time.Duration // earliest begin; a turn waits for the end of the one before it
	For   time.Duration // how long it lasts; 0 for a blow
}

const (
	// leastTurn is the shortest turn in which a server can go down and come back on a slow machine.
	leastTurn = 7 * time.Second
	// bestTurn is the length of a turn that longer runs are divided into; slowTurn is that of what has to wait for its moment.
	bestTurn = 20 * time.Second
	slowTurn = time.Minute
	// calm is how long the load runs undisturbed at first. It also keeps a kill of RabbitMQ away from the first declaration of its
	// queues: 3.10.8 loses the content of a queue that was declared within the two seconds before.
	calm = 4 * time.Second
	// onShare is the share of a turn of the outages during which its fault is on; the rest is for recovery.
	onShare = 0.55
	// longestOutage keeps outages below the broker's confirm timeout, heartbeats and the like, which have tests of their own.
	longestOutage = 20 * time.Second
	briefOutage   = 4 * time.Second
)

// plan spreads faults over the length of a run: each lane in a seeded order of its own, every fault at least once and as
// many times as fits, so that something is wrong most of the time.
func plan(all []Fault, length time.Duration, dice *rand.Rand) ([lanes][]turn, error) {
	var turns [lanes][]turn
	whole := length
	length -= calm
	for l := range lanes {
		var mine []Fault
		for _, f := range all {
			if f.Lane == l {
				mine = append(mine, f)
			}
		}
		if len(mine) == 0 {
			continue
		}
		best := bestTurn
		if l == hands {
			best = slowTurn
		}
		rounds := max(1, int(length/(time.Duration(len(mine))*best)))
		each := length / time.Duration(rounds*len(mine))
		if each < leastTurn {
			least := (calm + time.Duration(len(mine))*leastTurn).Round(time.Second)
			return turns, fmt.Errorf("%v are too short for %d faults in a row: give at least %v (--minutes %.1f)", whole, len(mine), least, math.Ceil(least.Minutes()*10)/10)
		}
		for r := range rounds {
			for i, n := range dice.Perm(len(mine)) {
				t := turn{Fault: mine[n], At: calm + time.Duration(r*len(mine)+i)*each}
				if !t.Fault.Blow {
					t.For = min(longestOutage, time.Duration(onShare*float64(each)))
					if t.Fault.Brief {
						t.For = min(t.For, briefOutage)
					}
				} else {
					t.At += time.Duration(dice.Int64N(int64(each) / 2)) // not in step with the outages
				}
				turns[l] = append(turns[l], t)
			}
		}
	}
	return turns, nil
}
