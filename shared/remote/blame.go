package remote

import (
	"sync"

	"github.com/millrace/millrace/shared/fault"
)

// KindFails is the kind of a document on which the API fails while it answers others.
const KindFails = "model_fails"

const (
	maxBlame   = 3      // failures on one document, with answers about others between them, that prove it guilty
	maxBlamed  = 10_000 // documents remembered
	blameBegin = 1
)

// suspect is a failure that may be the document's doing: a status 500, or no answer in time.
type suspect struct {
	error
	slow bool
}

func (s *suspect) Unwrap() error { return s.error }

// blame tells an API that is down from a document that it cannot digest: it fails on that one again and again and answers
// others in between. Without this such a document would come back for ever. It is safe for concurrent use.
type blame struct {
	mu       sync.Mutex
	answered int // answers so far, about any document
	failures map[string]failures
}

type failures struct {
	times    int
	answered int // when it last counted
}

// failed notes a failure and returns what it means.
func (b *blame) failed(id string, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, again := b.failures[id]
	switch {
	case !again:
		if b.failures == nil || len(b.failures) >= maxBlamed {
			b.failures = make(map[string]failures)
		}
		f = failures{blameBegin, b.answered}
	case f.answered < b.answered:
		f = failures{f.times + 1, b.answered}
	}
	b.failures[id] = f
	if f.times < maxBlame {
		return err
	}
	return fault.New(fault.ClassTransient, KindFails, "the API failed %d times on this document and answered others in between: %w", f.times, err)
}

// done notes an answer.
func (b *blame) done(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answered++
	delete(b.failures, id)
}
