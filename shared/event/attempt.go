package event

import (
	"encoding/json"
	"time"
	"unicode/utf8"
)

// KeyAttemptLog holds the attempts that failed so far, as a JSON array of [Attempt]. It travels with a message through its
// retries and into the dead letters, and is not passed on to what is made from it.
const KeyAttemptLog = "attempt_log"

// Bounds of the log: all of a message's metadata must fit one AMQP frame.
const (
	maxAttempts    = 16
	maxAttemptText = 300 // bytes of error text per attempt
)

// Attempt is one failed attempt at a message.
type Attempt struct {
	At    time.Time `json:"at"`
	Class string    `json:"class"` // fault class
	Kind  string    `json:"kind,omitempty"`
	Error string    `json:"error"`
}

// ReadAttempts returns the attempts in a message's metadata, oldest first; a damaged log is empty.
func ReadAttempts(metadata map[string]string) []Attempt {
	var log []Attempt
	if err := json.Unmarshal([]byte(metadata[KeyAttemptLog]), &log); err != nil {
		return nil
	}
	return log
}

// AddAttempt adds an attempt to the log in a message's metadata. Of more than 16 the latest are kept, and a long error is
// cut.
func AddAttempt(metadata map[string]string, a Attempt) {
	if len(a.Error) > maxAttemptText {
		cut := maxAttemptText
		for cut > 0 && !utf8.RuneStart(a.Error[cut]) {
			cut--
		}
		a.Error = a.Error[:cut]
	}
	log := append(ReadAttempts(metadata), a)
	log = log[max(0, len(log)-maxAttempts):]
	encoded, err := json.Marshal(log)
	if err != nil {
		return // strings and times marshal
	}
	metadata[KeyAttemptLog] = string(encoded)
}
