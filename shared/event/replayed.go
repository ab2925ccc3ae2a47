package event

import "time"

// Replayed says that a message which had been a dead letter was handled after it was sent again. The group that handled it
// says so before it acknowledges the message; a replayed message that fails again comes back as a dead letter instead,
// with the same replay and dead-letter ids in its metadata.
type Replayed struct {
	Replay     string    `json:"replay" jsonschema:"minLength=1,description=Id of the replay."`
	DeadLetter string    `json:"dead_letter" jsonschema:"minLength=1,description=Id of the dead letter."`
	DocumentID string    `json:"document_id,omitempty" jsonschema:"description=The document; absent where the message names none."`
	Group      string    `json:"group" jsonschema:"minLength=1,description=The consumer group that handled it."`
	At         time.Time `json:"at"`
}

// Topic returns [TopicReplayed].
func (Replayed) Topic() string { return TopicReplayed }

// Subject returns the document id.
func (p Replayed) Subject() string { return p.DocumentID }
