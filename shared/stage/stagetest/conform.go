package stagetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/testkit"
)

// turns bounds how many promises are tried at the same time in this process, whatever the number of subjects: they wait
// more than they compute, and each costs RabbitMQ a dozen queues.
var turns = make(chan struct{}, 8) //nolint:gochecknoglobals // it is the process that is to be bounded

// promise is one sentence of the delivery contract and the check that it is kept.
type promise[In, Out event.Payload] struct {
	says    string
	check   func(*rig[In, Out])
	private bool // it needs the server that may be killed
}

func (p promise[In, Out]) try(t testing.TB, k *kit[In, Out]) {
	t.Helper()
	url := k.url
	if p.private {
		url = private.url(t)
	}
	p.check(newRig(t, k, p.says, url))
}

// kit is what the promises of one subject share.
type kit[In, Out event.Payload] struct {
	subject Subject[In, Out]
	test    string // name of the test that called Conform, for the child process
	url     string // of the vhost
	next    atomic.Int64
}

// patience is how long the kit waits for what was promised before it calls it broken.
func (k *kit[In, Out]) patience() time.Duration { return testkit.Patience(k.subject.Patience) }

// Conform proves that a stage keeps the delivery contract, one subtest per promise. open returns the subject with all that
// it depends on. Make everything inside open and nothing before Conform: to see what a crash of the whole process does,
// Conform starts the test binary again, and that process must come to the same call without side effects; open is not
// called in it.
//
// It needs RabbitMQ as package testkit does, and one to install and kill for the promises about its restart; what is
// missing skips with a word, and fails where CI=true. Several subjects may conform at the same time.
func Conform[In, Out event.Payload](t *testing.T, open func(t *testing.T) Subject[In, Out]) {
	t.Helper()
	if serveAsChild[In, Out](t) {
		return
	}
	k := newKit(t, open)
	var all sync.WaitGroup
	for _, p := range k.promises() {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			t.Run(p.says, func(t *testing.T) { p.try(t, k) })
		})
	}
	all.Wait()
}

func newKit[In, Out event.Payload](t *testing.T, open func(t *testing.T) Subject[In, Out]) *kit[In, Out] {
	t.Helper()
	subject, err := open(t).withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	private.join(t)
	return &kit[In, Out]{subject: subject, test: t.Name(), url: testkit.Vhost(t)}
}

// promises returns the delivery contract, the parts that need longest first.
func (k *kit[In, Out]) promises() []promise[In, Out] {
	all := []promise[In, Out]{
		{says: "a broker that is restarted, and one that is killed, in mid-message loses and doubles nothing", check: disturbed[In, Out], private: true},
		{says: "a message that crashes the process becomes a dead letter, and its neighbours do not", check: crash[In, Out]},
		{says: "a call that ignores the end of its context is given up and tried again", check: stuck[In, Out]},
		{says: "each input has its result exactly once", check: once[In, Out]},
		{says: "an input that is published several times has one result", check: duplicates[In, Out]},
		{says: "an input that is delivered again has the same result", check: redelivery[In, Out]},
		{says: "an input that can never succeed goes to the dead letters at once", check: permanent[In, Out]},
		{says: "a message that cannot be read goes to the dead letters and never to the function", check: unreadable[In, Out]},
		{says: "a failure that may pass is tried again by its own group only", check: transient[In, Out]},
		{says: "a failure that does not pass goes to the dead letters with its attempts", check: exhausted[In, Out]},
		{says: "a dependency that is down costs no attempt, and the stage waits for it", check: dependencyDown[In, Out]},
		{says: "a call that is cut short is made again and leaves nothing half done", check: interrupted[In, Out]},
		{says: "a panic costs its own input only", check: panics[In, Out]},
		{says: "a slow call delays its own input only", check: slow[In, Out]},
		{says: "a shutdown finishes what is in hand", check: shutdown[In, Out]},
		{says: "a shutdown that cannot wait gives back what is in hand", check: impatientShutdown[In, Out]},
		{says: "an input whose retry cannot be published is not lost", check: unpublishedRetry[In, Out]},
		{says: "an input whose dead letter cannot be published is not lost", check: unpublishedDeadLetter[In, Out]},
		{says: "an input that cannot be put back is not lost", check: unpublishedPutBack[In, Out]},
	}
	if topicOf[Out]() != "" {
		all = append(all, promise[In, Out]{says: "an input is acknowledged only after its output is confirmed", check: unpublishedOutput[In, Out]})
	}
	if len(k.subject.Poison) > 0 {
		all = append(all, promise[In, Out]{says: "an input that the stage refuses goes to the dead letters at once, every time", check: refused[In, Out]})
	}
	return all
}
