package event

import "time"

// Shadow is a result of a trial run: what a stage made from a message that was marked with [KeyShadow]. On the wire it is
// the very event that the stage would have published, with its own type, on [TopicShadow] instead of its topic.
type Shadow struct {
	Run        string // id of the trial run
	DocumentID string
	OfTopic    string // topic that the event would have been published on
	Stage      string
	Version    string // of the stage
	EventID    string
	At         time.Time // when the event was published
	Metadata   map[string]string
	Body       []byte // the event's payload
}

// Topic returns [TopicShadow].
func (Shadow) Topic() string { return TopicShadow }

// Subject returns the document id.
func (p Shadow) Subject() string { return p.DocumentID }

// ReadShadow describes a message that was found on the shadow topic. It never fails: what is not known is empty.
func ReadShadow(metadata map[string]string, body []byte) Shadow {
	e := ParseEnvelope(metadata)
	return Shadow{
		Run: e.Shadow, DocumentID: e.Subject, OfTopic: e.Type, Stage: e.Source, Version: e.StageVersion,
		EventID: e.ID, At: e.Time, Metadata: metadata, Body: body,
	}
}
