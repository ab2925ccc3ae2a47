package deadletter

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// Death is one time that a consumer group gave up on a message. Its texts are such as Postgres can store.
type Death struct {
	ID         string // the same for every delivery of the same death
	Letter     string // id of the dead letter; several deaths of one message share it
	Replay     string // the replay whose message this was; empty for the first death
	MessageID  string // empty where the message has none
	DocumentID string // empty where the message names none
	Topic      string
	Group      string
	Queue      string // the group's work queue, without the installation's prefix
	Stage      string
	Class      string
	Kind       string
	Message    string
	Stack      string
	Shadow     string // the trial run it belongs to; empty for real work
	Attempts   int
	Log        []event.Attempt
	At         time.Time
	Metadata   map[string]string
	Body       []byte
}

// validDocumentID is what the database takes as a document; a damaged message may name anything.
var validDocumentID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Read describes a dead letter as it was found on its topic. prefix is the installation's, which stages put before the name
// of their queue. The time of a message that the broker dead-lettered is now.
func Read(p event.DeadLetter, prefix string, now time.Time) Death {
	at := p.At
	if at.IsZero() {
		at = now
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%q %q %d", p.Key(), p.Metadata[event.KeyReplay], p.At.UnixNano()))
	d := Death{
		ID:        hex.EncodeToString(id[:]),
		Letter:    postgres.Text(p.Key()),
		Replay:    postgres.Text(p.Metadata[event.KeyReplay]),
		MessageID: postgres.Text(p.ID),
		Topic:     postgres.Text(p.FromTopic),
		Group:     postgres.Text(p.Group),
		Queue:     postgres.Text(strings.TrimPrefix(p.Queue, prefix)),
		Class:     postgres.Text(p.Class),
		Kind:      postgres.Text(p.Kind),
		Message:   postgres.Text(p.Message),
		Stack:     postgres.Text(p.Stack),
		Shadow:    postgres.Text(p.Metadata[event.KeyShadow]),
		Attempts:  p.Attempts,
		Log:       make([]event.Attempt, len(p.Log)),
		At:        at.Truncate(time.Microsecond), // as Postgres keeps it
		Metadata:  make(map[string]string, len(p.Metadata)),
		Body:      p.Body,
	}
	d.Stage = cmp.Or(postgres.Text(p.Stage), d.Group)
	if validDocumentID.MatchString(p.DocumentID) {
		d.DocumentID = p.DocumentID
	}
	for i, a := range p.Log {
		d.Log[i] = event.Attempt{At: a.At, Class: postgres.Text(a.Class), Kind: postgres.Text(a.Kind), Error: postgres.Text(a.Error)}
	}
	for key, value := range p.Metadata {
		d.Metadata[postgres.Text(key)] = postgres.Text(value)
	}
	return d
}
