package query_test

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/shared/query"
)

func TestExplainTellsOfDeadLettersAndTheirReplays(t *testing.T) {
	pool := filled(t)
	if _, err := pool.Exec(t.Context(), `
		insert into millrace.dead_letters (dead_letter_id, state, message_id, document_id, topic, consumer_group, queue, stage, class, kind, message,
			fingerprint, pattern, attempts, attempt_log, first_died_at, died_at, metadata, body, shadow)
		values ('l1', 'open', 'm1', '`+id("b00000")+`', 'document.received.v1', 'parser', 'parser.document.received.v1', 'parser', 'permanent', 'encrypted',
				'needs its password', '', '', 2, '[{"at":"2026-01-01T00:00:00Z","class":"transient","error":"a hiccup"}]', '2026-01-01', '2026-01-02', '{}', '', null),
			('l2', 'open', 'm2', '`+id("b00000")+`', 'document.received.v1', 'parser', '', 'parser', 'permanent', '', '', '', '', 1, '[]', '2026-01-01', '2026-01-01', '{}', '', 'trial');
		insert into millrace.dead_letter_history (dead_letter_id, at, what, actor, replay_id, detail) values
			('l1', '2026-01-01', 'died', 'parser', null, 'needs its password'), ('l1', '2026-01-02', 'sent', 'anna@desk', 'r1', null)`); err != nil {
		t.Fatal(err)
	}
	s, err := query.Explain(t.Context(), pool, "b00000")
	if err != nil {
		t.Fatal(err)
	}
	if s.ID != id("b00000") || len(s.Failures) != 1 || len(s.DeadLetters) != 1 {
		t.Fatalf("%+v", s)
	}
	l := s.DeadLetters[0]
	if l.ID != "l1" || l.Attempts != 2 || len(l.Log) != 1 || l.Log[0].Error != "a hiccup" || len(l.History) != 2 || l.History[1].Replay != "r1" || l.History[1].Actor != "anna@desk" {
		t.Errorf("%+v", l)
	}
	if s, err = query.Explain(t.Context(), pool, "abcdef1"); err != nil || len(s.DeadLetters) != 0 || s.Status != query.StatusStored {
		t.Errorf("a document without dead letters: %v, %+v", err, s.DeadLetters)
	}
	if _, err = query.Explain(t.Context(), pool, "ffffff"); !errors.Is(err, query.ErrNotFound) {
		t.Errorf("an unknown id: %v", err)
	}
}
