package prove

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/ledger"
)

// stillFor is how long nothing may change, with nothing waiting, before what is missing counts as lost. It is longer than the
// longest retry tier, and than what a stage may hold in its hands without an answer after a stall.
const stillFor = 45 * time.Second

// settle waits until everything that the books know has come to its end, or nothing moves any more. It returns false when
// something still waits when the time for it is over.
func (r *run) settle(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Drain)
	defer cancel()
	want := r.books.totals()
	var mark [4]int
	moved := time.Now()
	for {
		s := r.sampler.last()
		if s.asked {
			now := [4]int{*s.Stored, *s.Dead, s.events, s.waiting()}
			if now != mark {
				mark, moved = now, time.Now()
			}
			if s.waiting() == 0 && *s.Stored >= want.Stored && *s.Dead >= want.DeadLetters && s.events >= want.Events {
				return true
			}
			if s.waiting() == 0 && time.Since(moved) > stillFor {
				return true // nothing waits; what is missing is lost
			}
		}
		if !pause(ctx, 200*time.Millisecond) {
			return false
		}
	}
}

// finish stops the services, so that everything in their hands is in a queue again, and judges what is there.
func (r *run) finish(ctx context.Context, report Report) (Report, error) {
	crashes := r.fleet.crashes()
	if err := r.fleet.close(); err != nil {
		report.Reasons = append(report.Reasons, "a service did not end in time when it was asked to: "+err.Error())
	}
	queues, err := r.broker.Stats(ctx, r.groups)
	if err != nil {
		return report, err
	}
	f, err := look(ctx, r.pool, r.inbox, queues, r.cfg.Services)
	if err != nil {
		return report, err
	}
	report.Verdict = judge(r.books, f)
	blobs, err := blob.OpenExisting(r.cfg.Dir.BlobURL())
	if err != nil {
		return report, err
	}
	// Nothing runs any more, so nobody holds anything: no grace.
	l, err := ledger.Take(ctx, ledger.Sources{
		Broker: r.broker, Groups: r.groups, Postgres: r.pool, Blobs: blobs, Inbox: r.inbox, Rejected: filepath.Join(r.inbox, rejectedFolder),
	}, ledger.Options{})
	if err != nil {
		return report, err
	}
	report.Ledger = l.Total
	report.Verdict.reconcile(l)
	report.Samples, report.Crashes = r.sampler.all(), crashes
	report.Stages = stages(r.cfg.Services, report.Samples)
	report.Faults = numbered(r.records)
	report.Speed = float64(report.Verdict.Stored) / (report.Load + report.Drain)
	report.conclude()
	return report, nil
}

// numbered sorts the faults by their begin and numbers them; those that were left out come last.
func numbered(records []FaultRecord) []FaultRecord {
	slices.SortStableFunc(records, func(a, b FaultRecord) int {
		switch {
		case (a.Skipped == "") != (b.Skipped == ""):
			if a.Skipped == "" {
				return -1
			}
			return 1
		case a.From < b.From:
			return -1
		case a.From > b.From:
			return 1
		}
		return 0
	})
	for i := range records {
		if records[i].Skipped == "" {
			records[i].Number = i + 1
		}
	}
	return records
}

// conclude says whether the run passed, and why not.
func (r *Report) conclude() {
	v := r.Verdict
	for _, part := range []struct {
		n    int
		what string
	}{
		{len(v.Lost), "lost"}, {len(v.Doubled), "doubled"}, {len(v.Unexpected), "dead or refused without need"}, {len(v.Unfinished), "left waiting"},
	} {
		if part.n > 0 {
			r.Reasons = append(r.Reasons, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if v.Documents == 0 {
		r.Reasons = append(r.Reasons, "no document went in")
	}
	for _, f := range r.Faults {
		if f.Error != "" {
			r.Reasons = append(r.Reasons, f.Name+" went wrong: "+f.Error)
		}
	}
	r.Passed = len(r.Reasons) == 0
}
