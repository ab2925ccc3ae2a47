package event

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Metadata keys of the envelope. All values are strings. The first group are CloudEvents attributes
// (https://github.com/cloudevents/spec, version 1.0) under their own names.
const (
	KeySpecVersion = "specversion"
	KeyID          = "id"
	KeySource      = "source"
	KeyType        = "type"
	KeySubject     = "subject"
	KeyTime        = "time"
	KeyDataSchema  = "dataschema"

	KeyCorrelationID = "correlation_id"
	KeyCausationID   = "causation_id"
	KeyAttempt       = "attempt"
	KeyTraceParent   = "traceparent"
	KeyStageVersion  = "stage_version"
	KeyStarted       = "started"

	// KeyShadow marks a message of a trial run ("millrace reprocess"): what is made from it goes to [TopicShadow].
	KeyShadow = "shadow"
	// KeyReplay and KeyDeadLetter are on a message that came back from the dead letters: the ids of the replay and of the
	// dead letter. They are not passed on to what is made from it.
	KeyReplay     = "replay"
	KeyDeadLetter = "dead_letter"
)

const specVersion = "1.0"

// Envelope is what every message says about itself, beside its payload.
type Envelope struct {
	ID            string    // unique to the event; the same work on the same input gives the same id (see [OutputID])
	Source        string    // the stage that published it
	Type          string    // the topic, which holds the major version
	Subject       string    // the document id
	Time          time.Time // when the event came to be, UTC
	DataSchema    string    // identifier of the payload's JSON Schema
	CorrelationID string    // the same for all that follows from one arrival, or from one correction
	CausationID   string    // id of the event that this one was made from; empty for the first
	Attempt       int       // how many attempts have been spent on this message by its consumer group; 0 at first
	TraceParent   string    // W3C trace context (https://www.w3.org/TR/trace-context)
	StageVersion  string    // version of the stage that published it
	Started       time.Time // when that stage began the work; zero where unknown
	Shadow        string    // id of the trial run that the message belongs to; empty for real work
	Replay        string    // id of the replay that sent the message again; empty otherwise
	DeadLetter    string    // id of the dead letter that the message was; empty otherwise
}

// Metadata returns the envelope as message metadata; empty attributes are left out.
func (e Envelope) Metadata() map[string]string {
	m := map[string]string{KeySpecVersion: specVersion}
	set := func(key, value string) {
		if value != "" {
			m[key] = value
		}
	}
	set(KeyID, e.ID)
	set(KeySource, e.Source)
	set(KeyType, e.Type)
	set(KeySubject, e.Subject)
	set(KeyTime, formatTime(e.Time))
	set(KeyDataSchema, e.DataSchema)
	set(KeyCorrelationID, e.CorrelationID)
	set(KeyCausationID, e.CausationID)
	set(KeyTraceParent, e.TraceParent)
	set(KeyStageVersion, e.StageVersion)
	set(KeyStarted, formatTime(e.Started))
	set(KeyShadow, e.Shadow)
	set(KeyReplay, e.Replay)
	set(KeyDeadLetter, e.DeadLetter)
	if e.Attempt > 0 {
		m[KeyAttempt] = strconv.Itoa(e.Attempt)
	}
	return m
}

// ParseEnvelope reads the envelope from message metadata. It is lenient: what is missing or malformed stays zero, so
// that a message with a damaged envelope can still be dead-lettered with what is known of it. [Decode] is strict.
func ParseEnvelope(metadata map[string]string) Envelope {
	attempt, err := strconv.Atoi(metadata[KeyAttempt])
	if err != nil || attempt < 0 {
		attempt = 0
	}
	return Envelope{
		ID:            metadata[KeyID],
		Source:        metadata[KeySource],
		Type:          metadata[KeyType],
		Subject:       metadata[KeySubject],
		Time:          parseTime(metadata[KeyTime]),
		DataSchema:    metadata[KeyDataSchema],
		CorrelationID: metadata[KeyCorrelationID],
		CausationID:   metadata[KeyCausationID],
		Attempt:       attempt,
		TraceParent:   metadata[KeyTraceParent],
		StageVersion:  metadata[KeyStageVersion],
		Started:       parseTime(metadata[KeyStarted]),
		Shadow:        metadata[KeyShadow],
		Replay:        metadata[KeyReplay],
		DeadLetter:    metadata[KeyDeadLetter],
	}
}

// OutputID returns the id of what a stage makes from an input: a UUID in the form of version 8 (RFC 9562) over a SHA-256
// of the input's id, the stage, its version and the output's topic. A redelivered input gives the same output id.
func OutputID(inputID, stage, version, topic string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", inputID, stage, version, topic))
	var id uuid.UUID
	copy(id[:], sum[:16])
	id[6] = id[6]&0x0f | 0x80 // version 8
	id[8] = id[8]&0x3f | 0x80 // RFC variant
	return id.String()
}

// DocumentID returns the id of a document: the SHA-256 of its content in lower-case hexadecimal.
func DocumentID(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

type contextKey struct{}

// NewContext returns a context that carries the envelope of the message in hand.
func NewContext(ctx context.Context, e Envelope) context.Context {
	return context.WithValue(ctx, contextKey{}, e)
}

// FromContext returns the envelope of the message in hand, when the context has one.
func FromContext(ctx context.Context) (Envelope, bool) {
	e, ok := ctx.Value(contextKey{}).(Envelope)
	return e, ok
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
