// Package ledger is the conservation ledger: what was accepted is stored, in flight, waiting for a retry, dead, discarded or
// rejected, and what is none of these is named.
//
// The books are kept in three places that can be lost apart from each other: the blob store says what was accepted,
// Postgres says how far it got, and RabbitMQ says how many messages wait in each queue. RabbitMQ does not say which
// messages, nor how many its consumers hold, so membership is computed from Postgres: a document that waits for a result
// is accounted for as long as the queues that may hold its message hold enough, or as long as it may be in a consumer's
// hands. docs/ledger.md has the rules.
//
// The arithmetic is [Balance], a pure function; [Take] reads the sources and watches what may be in somebody's hands.
// The package only reads, but for [Repair]. It knows the standard chain of stages, and nothing of how they work. Trial runs
// never count.
package ledger

import "time"

// Ledger is the outcome of one reconciliation. Lists are never nil.
type Ledger struct {
	At        time.Time  `json:"at"` // the database's clock
	Total     Total      `json:"total"`
	Stages    []Stage    `json:"stages"`    // generator to sink, in the order a document meets them
	Missing   []Document `json:"missing"`   // unaccounted for; the oldest first within each stage
	Shortages []Shortage `json:"shortages"` // where the number is known and the names are not
	Doubled   []Doubled  `json:"doubled"`
	// NotAccepted names content that is in the blob store and was never announced because its source still has it.
	NotAccepted []Document `json:"not_accepted"`
	Strays      Strays     `json:"strays"`
}

// Balanced reports whether nothing is missing and nothing is doubled.
func (l Ledger) Balanced() bool { return l.Total.Missing == 0 && len(l.Doubled) == 0 }

// Total is the equation: Accepted is the sum of the others. Numbers are documents, by content; rejected files, which are no
// documents yet, count one each.
type Total struct {
	Accepted  int64  `json:"accepted"`
	Stored    int64  `json:"stored"`
	InFlight  int64  `json:"in_flight"`
	Retry     int64  `json:"retry"`
	Dead      int64  `json:"dead"` // a person has to decide: replay or discard
	Discarded int64  `json:"discarded"`
	Rejected  *int64 `json:"rejected"` // null where the inbox is not on this machine
	Missing   int64  `json:"missing"`
}

// Stage is the equation of one stage: In is the sum of the others. A document may be in flight in two stages: in the one that
// works on it, and in the sink, which has yet to store what an earlier one found.
type Stage struct {
	Stage     string `json:"stage"`
	In        int64  `json:"in"`
	Done      int64  `json:"done"`
	InFlight  int64  `json:"in_flight"`
	Retry     int64  `json:"retry"`
	Dead      int64  `json:"dead"`
	Discarded int64  `json:"discarded"`
	Rejected  int64  `json:"rejected"` // by the generator
	Missing   int64  `json:"missing"`
}

// Loss says what of a document is missing.
type Loss string

const (
	// LossAnswer means that a stage was given the document, and neither its answer nor a dead letter is anywhere.
	LossAnswer Loss = "answer"
	// LossResult means that a stage's result was made, as a later stage's result shows, and the sink never stored it.
	LossResult Loss = "result"
	// LossAnnouncement means that the content is in the blob store and no event of it was ever stored.
	LossAnnouncement Loss = "announcement"
	// LossDeadLetter means that a stage gave up on the document and the message, which a replay needs, is gone.
	LossDeadLetter Loss = "dead_letter"
	// LossContent means that Postgres knows the document and the blob store has lost its content.
	LossContent Loss = "content"
	// LossLayout means that Postgres knows the document's layout and the blob store has lost it.
	LossLayout Loss = "layout"
)

// Document is one that is unaccounted for.
type Document struct {
	ID    string `json:"document_id"`
	Name  string `json:"name"`  // of its first arrival; empty where no arrival is stored
	Loss  Loss   `json:"loss"`  // empty for what is not accepted yet
	Stage string `json:"stage"` // the stage whose result is missing; for content and layouts the stage that stored them
	// Certain is false for one of a [Shortage]: some of these are missing, not all of them need be.
	Certain bool `json:"certain"`
	Last    Seen `json:"last_seen"`
}

// Seen says where a document was seen last.
type Seen struct {
	At    time.Time `json:"at"`              // zero where nobody knows
	Topic string    `json:"topic,omitempty"` // of the furthest event that is stored
	Stage string    `json:"stage,omitempty"` // that published it
	Text  string    `json:"text"`            // for people
}

// Shortage says that documents are missing among several, because the queues that may hold them hold too few messages.
type Shortage struct {
	Stage   string `json:"stage"` // whose results are missing
	Missing int64  `json:"missing"`
	Among   int64  `json:"among"` // that many documents are named in Missing, not certain
}

// Doubled is something that is there more often than once.
type Doubled struct {
	What       string `json:"what" db:"what"` // event or arrival
	DocumentID string `json:"document_id" db:"document_id"`
	Stage      string `json:"stage" db:"stage"`
	Times      int64  `json:"times" db:"times"`
	Text       string `json:"text" db:"text"` // of what there are so many, for people
}

// Strays are messages that no document's books can hold.
type Strays struct {
	Unrouted    int      `json:"unrouted"`     // met no queue
	Parked      int      `json:"parked"`       // dead letters that could not be taken in
	DeadUnnamed int64    `json:"dead_unnamed"` // open dead letters that name no document that was ever accepted
	NoQueue     []string `json:"no_queue"`     // queues that should exist and do not
}
