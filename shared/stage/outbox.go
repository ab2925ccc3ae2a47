package stage

import (
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/fault"
)

// outboxWait is the longest that a message waits for company while more is in work.
const outboxWait = 20 * time.Millisecond

// outbox publishes together what is made within a short time: RabbitMQ, and whoever consumes it, wake up once for all of it.
// What is made while nothing else is in work goes out at once, so that one document alone never waits. It is safe for
// concurrent use.
type outbox struct {
	publish func(topic string, messages ...*message.Message) error // returns when all are confirmed
	most    int                                                    // so many letters do not wait for more

	mu       sync.Mutex
	idle     *sync.Cond // everything has been posted and answered
	busy     int        // calls in work, each of which may post a letter
	sending  int        // bundles on their way
	open     int        // letters without an answer
	waiting  []letter
	deadline *time.Timer // of the first that waits
}

// letter is what came of one call.
type letter struct {
	parcels []parcel // in the order in which they have to be confirmed
	done    func(error)
}

// parcel is the messages for one topic.
type parcel struct {
	topic    string
	messages []*message.Message
}

func newOutbox(publish func(string, ...*message.Message) error, most int) *outbox {
	o := &outbox{publish: publish, most: max(most, 1)}
	o.idle = sync.NewCond(&o.mu)
	o.deadline = time.AfterFunc(time.Hour, o.expire)
	o.deadline.Stop()
	return o
}

// begin says that a call is in work that may post a letter before it ends.
func (o *outbox) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy++
}

// end takes back a begin.
func (o *outbox) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy--
	o.look()
}

// post publishes a letter soon and returns at once; done is then called with the outcome, on another goroutine.
func (o *outbox) post(l letter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open++
	if o.waiting = append(o.waiting, l); len(o.waiting) == 1 {
		o.deadline.Reset(outboxWait)
	}
	o.look()
}

// wait returns when every letter has been answered.
func (o *outbox) wait() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.open > 0 {
		o.idle.Wait()
	}
}

// look sends what waits if nothing is to be expected that could go with it, or enough waits.
func (o *outbox) look() {
	if len(o.waiting) > 0 && (len(o.waiting) >= o.most || o.busy == 0 && o.sending == 0) {
		o.send()
	}
}

func (o *outbox) expire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) > 0 {
		o.send()
	}
}

func (o *outbox) send() {
	bundle := o.waiting
	o.waiting = nil
	o.deadline.Stop()
	o.sending++
	go func() {
		o.deliver(bundle)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.sending--
		if o.open -= len(bundle); o.open == 0 {
			o.idle.Broadcast()
		}
		o.look()
	}()
}

// deliver publishes letters and answers them. One that can never be published does not take the others along.
func (o *outbox) deliver(bundle []letter) {
	err := o.confirm(bundle)
	if len(bundle) > 1 && fault.ClassOf(err) == fault.ClassPermanent {
		for i := range bundle {
			o.deliver(bundle[i : i+1])
		}
		return
	}
	if err == nil {
		for _, l := range bundle {
			l.done(nil)
		}
		return
	}
	var all sync.WaitGroup
	for _, l := range bundle {
		all.Go(func() { l.done(err) }) // which may take a while
	}
	all.Wait()
}

// confirm publishes the letters' first parcels, then their second ones, and so on: parcels of one topic go together.
func (o *outbox) confirm(bundle []letter) error {
	for at := 0; ; at++ {
		var topics []string
		together := map[string][]*message.Message{}
		for _, l := range bundle {
			if at < len(l.parcels) {
				p := l.parcels[at]
				if together[p.topic] == nil {
					topics = append(topics, p.topic)
				}
				together[p.topic] = append(together[p.topic], p.messages...)
			}
		}
		if len(topics) == 0 {
			return nil
		}
		for _, topic := range topics {
			if err := o.publish(topic, together[topic]...); err != nil {
				return err
			}
		}
	}
}
