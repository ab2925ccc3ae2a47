package prove

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/synthetic"
)

// load drops documents into the inbox, and beside them duplicates and poison, and writes everything into the books.
type load struct {
	source *synthetic.Source
	inbox  deliver.Inbox
	broker *broker.Broker // past the proxy
	groups []broker.Group
	books  *books
	seed   uint64
	spice  int64 // every so many documents something else comes
	// held reports whether the load has to wait because enough waits already.
	held   func() bool
	waited time.Duration // that it was held
}

const (
	// usualSpice makes every twentieth document a duplicate and every twentieth a poison too.
	usualSpice = 20
	// leastOfEach is how often each kind of spice comes at least, however few documents there are.
	leastOfEach = 2
	// dropsAtOnce is how many documents are made and dropped at once.
	dropsAtOnce = 4
	// holdFor is how long a load that is held waits before it asks again.
	holdFor = 100 * time.Millisecond
	// farthestBack is how many documents may lie between one and its duplicate: some are done by then, some are not.
	farthestBack = 300
)

// spices is how many kinds of spice there are beside duplicates.
func spices() int64 { return int64(len(badFiles()) + len(badMessages())) }

// spiceFor returns the distance between two spices for a load of about so many documents.
func spiceFor(documents int64) int64 {
	return max(1, min(usualSpice, documents/(leastOfEach*spices()+1)))
}

// run drops documents at rate per second until more says no. It returns how many there were.
func (l *load) run(ctx context.Context, rate float64, more func(dropped int64) bool) (dropped int64, err error) {
	group, dropping := errgroup.WithContext(ctx)
	slots := make(chan struct{}, dropsAtOnce)
	due := time.Now()
	for more(dropped) && dropping.Err() == nil {
		if l.held() {
			if !pause(dropping, holdFor) {
				break
			}
			l.waited += holdFor
			due = time.Now() // what was not dropped meanwhile is not made up for: the rate is a promise to the machine
			continue
		}
		if wait := time.Until(due); wait > 0 && !pause(dropping, wait) {
			break
		}
		// What could not be dropped in time is not made up for in a burst, but for a second's worth.
		due = latest(due, time.Now().Add(-time.Second)).Add(time.Duration(float64(time.Second) / rate))
		n := dropped
		slots <- struct{}{}
		group.Go(func() error {
			err := l.drop(dropping, n)
			<-slots
			if err == nil && l.isPoison(n) {
				err = l.poison(dropping, n) // waits for a broker that is down, and nothing waits for it
			}
			return err
		})
		dropped++
	}
	return dropped, errors.Join(group.Wait(), ctx.Err())
}

// drop drops document n, and a duplicate where it is time for one.
func (l *load) drop(ctx context.Context, n int64) error {
	doc, err := l.source.At(n)
	if err != nil {
		return err
	}
	if err := l.put(ctx, doc.Name, doc.PDF, ""); err != nil {
		return err
	}
	if n%l.spice == l.spice-1 {
		return l.duplicate(ctx, n)
	}
	return nil
}

// isPoison reports whether poison comes after document n.
func (l *load) isPoison(n int64) bool { return n%l.spice == l.spice/2 }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// put drops a file that is accepted; kind is how it has to fail, if it has to.
func (l *load) put(ctx context.Context, name string, content []byte, kind string) error {
	// The books come first: nothing may be in that they do not know of. A drop that fails ends the run.
	l.books.document(event.DocumentID(content), name, kind)
	_, err := l.inbox.Put(ctx, name, bytes.NewReader(content))
	return err
}

// duplicate drops an earlier document once more, under another name.
func (l *load) duplicate(ctx context.Context, n int64) error {
	dice := rand.New(rand.NewPCG(l.seed, uint64(n))) //nolint:gosec // no secret
	again, err := l.source.At(max(0, n-dice.Int64N(farthestBack)))
	if err != nil {
		return err
	}
	return l.put(ctx, fmt.Sprintf("again-%06d-%s", n, again.Name), again.PDF, "")
}

// poison sends the kind of poison whose turn it is.
func (l *load) poison(ctx context.Context, n int64) error {
	turn := n / l.spice
	files, messages := badFiles(), badMessages()
	i := turn % spices()
	if i < int64(len(files)) {
		bad := files[i]
		name := fmt.Sprintf("%s-%06d.pdf", bad.Kind, n)
		if !bad.Refused {
			return l.put(ctx, name, bad.Content(n), bad.Kind)
		}
		l.books.file(name, bad.Kind)
		return l.inbox.Replace(name, bad.Content(n))
	}
	bad := messages[i-int64(len(files))]
	topic := badTopics()[turn/spices()%int64(len(badTopics()))]
	id := fmt.Sprintf("poison-%s-%06d", bad.Kind, n)
	l.books.message(id, topic, bad.Kind, l.groups)
	return l.send(ctx, topic, broker.Message{ID: id, Metadata: withID(bad.Metadata(topic), id), Body: []byte(bad.Body)})
}

func withID(metadata map[string]string, id string) map[string]string {
	metadata[event.KeyID] = id
	return metadata
}

// send publishes until the broker has confirmed: it may be down now. A message that was in doubt is sent twice under one id.
func (l *load) send(ctx context.Context, topic string, m broker.Message) error {
	for {
		err := l.broker.Send(ctx, topic, m)
		if err == nil {
			return nil
		}
		if !pause(ctx, 500*time.Millisecond) {
			return fmt.Errorf("send poison to %s: %w", topic, err)
		}
	}
}
