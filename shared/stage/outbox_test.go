package stage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/fault"
)

// postOffice is an outbox with a broker that remembers what it was sent, each Publish as "topic id id …".
type postOffice struct {
	*outbox
	slow time.Duration // until a confirm

	mu       sync.Mutex
	sent     []string
	answered []string // by the id of the letter's first message, with the error
}

func newPostOffice(most int) *postOffice {
	p := &postOffice{}
	p.outbox = newOutbox(p.take, most)
	return p
}

func (p *postOffice) take(topic string, messages ...*message.Message) error {
	time.Sleep(p.slow)
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := []string{topic}
	var err error
	for _, m := range messages {
		ids = append(ids, m.UUID)
		switch m.UUID {
		case "impossible":
			err = fault.Permanent(errors.New("impossible"))
		case "unlucky":
			err = errors.New("unlucky")
		}
	}
	p.sent = append(p.sent, strings.Join(ids, " "))
	return err
}

// write posts a letter with a parcel for each of "topic/id".
func (p *postOffice) write(parcels ...string) {
	var l letter
	for _, text := range parcels {
		topic, id, _ := strings.Cut(text, "/")
		l.parcels = append(l.parcels, parcel{topic, []*message.Message{message.NewMessage(id, nil)}})
	}
	l.done = func(err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.answered = append(p.answered, fmt.Sprint(l.parcels[0].messages[0].UUID, ": ", err))
	}
	p.post(l)
}

func (p *postOffice) want(t *testing.T, what string, got *[]string, want ...string) {
	t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(*got, want) {
		t.Errorf("%s %q, want %q", what, *got, want)
	}
}

func TestWhatIsMadeAloneIsPublishedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPostOffice(8)
		p.begin()
		p.write("parsed/a")
		p.want(t, "before the call has ended: sent", &p.sent)
		p.end()
		p.want(t, "sent", &p.sent, "parsed a")
		p.want(t, "answered", &p.answered, "a: <nil>")
	})
}

func TestWhatIsMadeTogetherIsPublishedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPostOffice(8)
		p.begin()
		p.begin()
		p.write("received/x", "parsed/a")
		p.end()
		p.write("parsed/b")
		p.want(t, "while a call is in work: sent", &p.sent)
		p.end()
		p.want(t, "sent", &p.sent, "received x", "parsed b", "parsed a")
		p.want(t, "answered", &p.answered, "x: <nil>", "b: <nil>")
	})
}

func TestEnoughIsPublishedWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPostOffice(2)
		p.begin()
		p.write("parsed/a")
		p.write("parsed/b")
		p.want(t, "sent", &p.sent, "parsed a b")
	})
}

func TestASlowCallHoldsNothingUpForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPostOffice(8)
		p.begin() // and works for ever
		p.write("parsed/a")
		time.Sleep(outboxWait - time.Millisecond)
		p.want(t, "too early: sent", &p.sent)
		time.Sleep(time.Millisecond)
		p.want(t, "sent", &p.sent, "parsed a")
	})
}

func TestWhatComesWhileAConfirmIsAwaitedGoesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPostOffice(8)
		p.slow = outboxWait / 2
		for _, id := range []string{"a", "b", "c"} {
			p.write("parsed/" + id)
		}
		p.wait()
		p.want(t, "sent", &p.sent, "parsed a", "parsed b c")
		p.want(t, "answered", &p.answered, "a: <nil>", "b: <nil>", "c: <nil>")
	})
}

func TestAMessageThatCanNeverBePublishedTakesNoOtherAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPostOffice(8)
		p.begin()
		p.write("parsed/a")
		p.write("parsed/impossible")
		p.write("parsed/b")
		p.end()
		p.want(t, "answered", &p.answered, "a: <nil>", "impossible: impossible", "b: <nil>")
	})
}

func TestAFailedPublishIsToldToAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPostOffice(8)
		p.begin()
		p.write("parsed/a")
		p.write("parsed/unlucky")
		p.end()
		p.wait()
		slices.Sort(p.answered)
		p.want(t, "answered", &p.answered, "a: unlucky", "unlucky: unlucky")
		p.want(t, "sent", &p.sent, "parsed a unlucky")
	})
}
