package prove

import (
	"slices"
	"sync"

	"github.com/millrace/millrace/shared/broker"
)

// books keep what was put in and what has to become of it. They are safe for concurrent use while the load runs.
type books struct {
	mu        sync.Mutex
	documents map[string]*entry // by document id
	refused   map[string]string // kind of refusal, by file name
	messages  map[string]poison // by message id
	arrivals  int
}

// entry is a document that was dropped into the inbox.
type entry struct {
	Name     string // of its first arrival
	Arrivals int
	Kind     string // of the failure that it has to end in; "" when it has to be stored
}

// poison is a message that no stage can handle.
type poison struct {
	Topic  string
	Kind   string   // of the dead letter
	Groups []string // consumer groups that each have to give up on it
}

func newBooks() *books {
	return &books{documents: map[string]*entry{}, refused: map[string]string{}, messages: map[string]poison{}}
}

// document notes an arrival of a document that has to be stored, or, with a kind, has to fail.
func (b *books) document(id, name, kind string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.arrivals++
	if e, ok := b.documents[id]; ok {
		e.Arrivals++
		return
	}
	b.documents[id] = &entry{Name: name, Arrivals: 1, Kind: kind}
}

// file notes a file that has to be refused.
func (b *books) file(name, kind string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused[name] = kind
}

// message notes a message of a topic that each of the topic's groups has to give up on.
func (b *books) message(id, topic, kind string, groups []broker.Group) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := poison{Topic: topic, Kind: kind}
	for _, g := range groups {
		if g.Topic == topic {
			p.Groups = append(p.Groups, g.Name)
		}
	}
	b.messages[id] = p
}

// totals are the books' sums.
type totals struct {
	Documents   int // distinct contents that were accepted
	Arrivals    int // their arrivals, duplicates included
	Stored      int // documents that have to be stored
	Failing     int // documents that have to fail
	Refused     int // files
	Messages    int // poison
	DeadLetters int // of failing documents and poison: one for each arrival, and one for each group that has to give up
	Events      int // that the sink has to store: one on each topic for each arrival, as far as the document gets
}

func (b *books) totals() totals {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := totals{Documents: len(b.documents), Arrivals: b.arrivals, Refused: len(b.refused), Messages: len(b.messages)}
	for _, e := range b.documents {
		if e.Kind == "" {
			t.Stored++
			t.Events += e.Arrivals * len(topics())
			continue
		}
		t.Failing++
		t.Events += e.Arrivals
		t.DeadLetters += e.Arrivals
	}
	for _, p := range b.messages {
		t.DeadLetters += len(p.Groups)
	}
	return t
}

// failsAs reports whether group has to give up on a poison message, and as what.
func (p poison) failsAs(group string) (kind string, ok bool) {
	return p.Kind, slices.Contains(p.Groups, group)
}
