package deadletter

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/broker"
)

const (
	beatEvery   = 10 * time.Second       // heartbeats, far within silence
	lookEvery   = 250 * time.Millisecond // looks at the outcomes
	tick        = 50 * time.Millisecond  // portions in which letters are sent
	mostAtOnce  = 100                    // letters that are claimed and sent together
	rampEvery   = 3 * time.Second        // the rate doubles
	rampFrom    = 0.1                    // share of the rate to begin with
	leastJudged = 10                     // outcomes before a share of failures means anything
	opTime      = time.Minute            // for one portion, beyond the end of the context
)

// Replayer sends letters again to the groups that gave up on them, and to nobody else. It is for one replay at a time; any
// number of replayers, of any programs, may work at once: no letter is sent by two of them.
type Replayer struct {
	Store  *Store
	Broker *broker.Broker
	// CanaryWait is how long the canaries may take to be handled. Default 2 minutes.
	CanaryWait time.Duration
	// Wait is how long the outcomes of the last letters are waited for. Default 2 minutes; negative: not at all.
	Wait time.Duration
	// Progress is told how the replay stands, several times a second. It may be nil.
	Progress func(Progress)
}

// Progress is how a replay stands.
type Progress struct {
	Replay string
	Phase  string // canary, sending or waiting
	Total  int64
	Rate   float64 // letters per second at most, now
	Counts
}

// Start freezes the plan and replays it to its end. The canaries are sent first; if one of them fails or is not handled in
// time, the replay stops. Then the rate grows from a tenth to the plan's, and the replay stops when too large a share of the
// letters fails again. When ctx ends it stops: what is in hand is finished, unsent letters stay open.
//
// The replay is returned as it ended, stopped ones too; its State and Stopped say how. The error is for what kept it from
// going on, such as a database that is down: then the replay can be resumed. Letters whose queue does not exist are not
// sent and stay open; the replay ends as stopped.
func (r *Replayer) Start(ctx context.Context, p Plan) (Replay, error) {
	if err := p.Validate(); err != nil {
		return Replay{}, fmt.Errorf("replay: %w", err)
	}
	runner := rand.Text()
	id, err := r.Store.freeze(ctx, p, runner)
	if err != nil {
		return Replay{}, err
	}
	return r.run(ctx, id, runner)
}

// Resume goes on with a replay that has stopped, or whose program has not been heard of for a minute. Letters that the program
// had in hand when it died are sent again, which is harmless.
func (r *Replayer) Resume(ctx context.Context, id string) (Replay, error) {
	runner := rand.Text()
	if err := r.Store.takeOver(ctx, id, runner); err != nil {
		return Replay{}, err
	}
	return r.run(ctx, id, runner)
}

// run is a replay in this runner's hands.
func (r *Replayer) run(ctx context.Context, id, runner string) (Replay, error) {
	plan, err := r.Store.GetReplay(ctx, id)
	if err != nil {
		return Replay{}, err
	}
	work, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	var beating sync.WaitGroup
	defer beating.Wait()
	defer lose(nil) // before the wait
	beating.Go(func() { r.beat(work, id, runner, lose) })

	job := &job{Replayer: r, plan: plan, runner: runner, counts: plan.Counts}
	why, err := job.run(work)
	if errors.Is(context.Cause(work), errTakenOver) {
		err = errTakenOver
	}
	if err != nil && ctx.Err() == nil {
		why = "it could not go on: " + err.Error()
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTime)
	defer cancel()
	if ctx.Err() != nil {
		err = nil
	}
	err = errors.Join(err, r.Store.finish(end, id, runner, why))
	final, readErr := r.Store.GetReplay(end, id)
	if readErr != nil {
		final = plan
		err = errors.Join(err, readErr)
	}
	return final, err
}

// beat says again and again that the replay is alive, until ctx ends.
func (r *Replayer) beat(ctx context.Context, id, runner string, lose context.CancelCauseFunc) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		// A database that does not answer shows in the replay's own queries.
		if lost, err := r.Store.beat(ctx, id, runner); err == nil && lost {
			lose(errTakenOver)
			return
		}
	}
}

// job is one run of a replay.
type job struct {
	*Replayer
	plan    Replay
	runner  string
	counts  Counts
	looked  time.Time
	missing []string // queues that do not exist
}

// run returns why the replay stopped; empty when everything was sent.
func (j *job) run(ctx context.Context) (why string, err error) {
	for _, phase := range []func(context.Context) (string, error){j.canaries, j.rest} {
		if why, err := phase(ctx); why != "" || err != nil {
			return why, err
		}
	}
	if err := j.look(ctx, true); err != nil {
		return j.interrupted(ctx), err
	}
	if len(j.missing) > 0 {
		return fmt.Sprintf("the queue %s does not exist, so its letters were not sent and stay open; make it with millrace topology, or start the group's service, and resume the replay",
			strings.Join(j.missing, ", ")), nil
	}
	return "", j.await(ctx)
}

func (j *job) interrupted(ctx context.Context) string {
	if ctx.Err() != nil {
		return "interrupted"
	}
	return ""
}

// canaries sends the first letters and waits until they are handled.
func (j *job) canaries(ctx context.Context) (string, error) {
	missing := j.plan.Canary - j.counts.Done
	if missing <= 0 || j.counts.Waiting <= missing {
		return "", nil // there is nothing that they could save
	}
	failed := j.counts.Failed
	for missing > 0 {
		sent, none, err := j.send(ctx, int(min(missing, mostAtOnce)))
		if err != nil || ctx.Err() != nil {
			return j.interrupted(ctx), err
		}
		if missing -= int64(sent); none {
			break
		}
	}
	deadline := time.Now().Add(cmp.Or(j.CanaryWait, 2*time.Minute))
	for {
		if err := j.look(ctx, true); err != nil {
			return j.interrupted(ctx), err
		}
		j.tell("canary", 0)
		switch {
		case j.counts.Failed > failed:
			return fmt.Sprintf("%d of %d canaries failed again", j.counts.Failed-failed, j.plan.Canary), nil
		case j.counts.outstanding() == 0:
			return "", nil
		case time.Now().After(deadline):
			return fmt.Sprintf("there is no word of %d of %d canaries; see whether their group and the service deadletters run",
				j.counts.outstanding(), j.plan.Canary), nil
		}
		if !pause(ctx, lookEvery) {
			return j.interrupted(ctx), nil
		}
	}
}

// rest sends what waits, ever faster.
func (j *job) rest(ctx context.Context) (string, error) {
	began, budget := time.Now(), 0.0
	for {
		if err := j.look(ctx, false); err != nil {
			return j.interrupted(ctx), err
		}
		if share := float64(j.counts.Failed) / float64(max(1, j.counts.settled())); j.counts.settled() >= leastJudged && share > j.plan.MaxFailures {
			return fmt.Sprintf("%d of %d letters failed again, more than the share of %g that is allowed", j.counts.Failed, j.counts.settled(), j.plan.MaxFailures), nil
		}
		rate := rampAt(j.plan.Rate, time.Since(began))
		j.tell("sending", rate)
		budget = min(budget+rate*tick.Seconds(), mostAtOnce)
		if budget >= 1 {
			sent, none, err := j.send(ctx, int(budget))
			if none || err != nil || ctx.Err() != nil {
				return j.interrupted(ctx), err
			}
			budget -= float64(sent)
		}
		if !pause(ctx, tick) {
			return j.interrupted(ctx), nil
		}
	}
}

// rampAt returns the rate after so much time of sending: a tenth of full at first, and double every few seconds.
func rampAt(full float64, elapsed time.Duration) float64 {
	share := rampFrom
	for range int(min(elapsed/rampEvery, 10)) {
		share *= 2
	}
	return full * min(share, 1)
}

// await waits for the outcomes of what was sent. The end of ctx only ends the waiting.
func (j *job) await(ctx context.Context) error {
	deadline := time.Now().Add(cmp.Or(j.Wait, 2*time.Minute))
	for j.counts.outstanding() > 0 && time.Now().Before(deadline) && pause(ctx, lookEvery) {
		if err := j.look(ctx, true); err != nil && ctx.Err() == nil {
			return err
		}
		j.tell("waiting", 0)
	}
	return nil
}

// send claims and sends up to n letters. What was begun is finished although ctx ends. none is true when nothing waits.
func (j *job) send(ctx context.Context, n int) (sent int, none bool, err error) {
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTime)
	defer cancel()
	taken, at, none, err := j.Store.claim(work, j.plan.ID, j.runner, min(n, mostAtOnce), append([]string{}, j.missing...))
	if err != nil || none {
		return 0, none, err
	}
	byQueue := make(map[string][]claimed)
	var queues []string
	for _, c := range taken {
		if byQueue[c.Queue] == nil {
			queues = append(queues, c.Queue)
		}
		byQueue[c.Queue] = append(byQueue[c.Queue], c)
	}
	for _, queue := range queues {
		ids, messages := make([]string, 0, n), make([]broker.Message, 0, n)
		for _, c := range byQueue[queue] {
			ids, messages = append(ids, c.ID), append(messages, c.message(j.plan.ID))
		}
		err := j.Broker.SendToQueue(work, queue, messages...)
		switch {
		case errors.Is(err, broker.ErrNoQueue):
			j.missing = append(j.missing, queue)
			err = j.Store.release(work, j.plan.ID, ids)
		case err == nil:
			sent += len(ids)
			err = j.Store.sent(work, j.plan.ID, j.plan.CreatedBy, at, ids)
		default:
			err = fmt.Errorf("send dead letters to %s: %w", queue, err)
		}
		if err != nil {
			return sent, false, err
		}
	}
	return sent, false, nil
}

// look counts the outcomes, unless that was done a moment ago.
func (j *job) look(ctx context.Context, now bool) error {
	if !now && time.Since(j.looked) < lookEvery {
		return nil
	}
	counts, err := j.Store.count(ctx, j.plan.ID)
	if err != nil {
		return err
	}
	j.counts, j.looked = counts, time.Now()
	return nil
}

func (j *job) tell(phase string, rate float64) {
	if j.Progress != nil {
		j.Progress(Progress{Replay: j.plan.ID, Phase: phase, Total: j.plan.Total, Rate: rate, Counts: j.counts})
	}
}

// pause waits for d; it returns false when ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
