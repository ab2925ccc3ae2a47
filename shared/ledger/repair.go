package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/correction"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/mediatype"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/rebuild"
)

// SourceRecovered is the arrival source of documents that only the blob store still knew.
const SourceRecovered = "recovered"

// repairBatch is how many documents are rebuilt and sent at once.
const repairBatch = 200

// Repaired says what [Repair] did.
type Repaired struct {
	Sent    int64     `json:"sent"` // documents that were sent on again
	Skipped []Skipped `json:"skipped"`
}

// Skipped is a document that cannot be sent on again.
type Skipped struct {
	ID  string `json:"document_id"`
	Why string `json:"why"`
}

// Repair sends every document that the ledger misses on again, from where it was seen last: its event, made again from
// what Postgres holds, goes to the one consumer group whose answer is missing; content that was never announced is
// announced. The events have the ids that they had, so that what was not lost after all, and a second repair, do no harm.
// Told is called with the number of documents dealt with; it may be nil.
//
// It returns after the broker has confirmed everything. Errors are faults; what was sent before one stays sent. Where a queue
// is missing nothing is sent, because some of it would be lost again.
func Repair(ctx context.Context, s Sources, l Ledger, told func(done int)) (Repaired, error) {
	r := repairer{Sources: s, out: Repaired{Skipped: []Skipped{}}}
	if err := r.checkQueues(ctx); err != nil {
		return r.out, err
	}
	wanting := [results][]string{} // by the result that has to be made again
	for _, d := range l.Missing {
		if d.Loss == LossContent {
			r.skip(d.ID, "its content is gone from the blob store: drop the file again")
			continue
		}
		for i, l := range chain() {
			if l.maker == d.Stage {
				wanting[i] = append(wanting[i], d.ID)
			}
		}
	}
	done := len(r.out.Skipped)
	for i := range results {
		for ids := range slices.Chunk(wanting[i], repairBatch) {
			if err := r.send(ctx, i, ids); err != nil {
				return r.out, fmt.Errorf("send documents on again: %w", err)
			}
			if done += len(ids); told != nil {
				told(done)
			}
		}
	}
	return r.out, nil
}

type repairer struct {
	Sources
	out Repaired
}

func (r *repairer) skip(id, why string) {
	r.out.Skipped = append(r.out.Skipped, Skipped{id, why})
}

func (r *repairer) checkQueues(ctx context.Context) error {
	queues, err := r.Broker.Stats(ctx, r.Groups)
	if err != nil {
		return err
	}
	for _, q := range queues {
		if len(q.Missing) > 0 {
			return fmt.Errorf("send documents on again: %w: %s; declare all with millrace topology first", broker.ErrNoQueue, q.Missing[0])
		}
	}
	return nil
}

// send sends what result i is made from to its maker; where Postgres lacks that, it goes one stage further back.
func (r *repairer) send(ctx context.Context, i int, ids []string) error {
	if i == 0 {
		return r.announce(ctx, ids)
	}
	made, err := rebuild.Input(ctx, r.Postgres, chain()[i-1].topic, ids)
	if err != nil {
		return err
	}
	var messages []broker.Message
	var lacking []string
	for _, m := range made {
		if m.Missing != "" {
			lacking = append(lacking, m.DocumentID)
			continue
		}
		messages = append(messages, broker.Message{ID: m.ID, Metadata: m.Metadata, Body: m.Body})
	}
	if len(messages) > 0 {
		queue := broker.Group{Name: chain()[i].maker, Topic: chain()[i-1].topic}.Queue()
		if err := r.Broker.SendToQueue(ctx, queue, messages...); err != nil {
			return err
		}
		r.out.Sent += int64(len(messages))
	}
	if len(lacking) > 0 {
		return r.send(ctx, i-1, lacking)
	}
	return nil
}

// announce publishes the received events of documents whose arrival is not stored. Where later events are, they tell the id of
// the first, and everything that follows has the ids that it had; else the id derives from the content.
func (r *repairer) announce(ctx context.Context, ids []string) error {
	first, err := r.firstEvents(ctx, ids)
	if err != nil {
		return err
	}
	var messages []broker.Message
	for _, id := range ids {
		info, err := r.Blobs.Stat(blob.Ref("sha256:" + id))
		if missing(err) {
			r.skip(id, "its content is gone from the blob store: drop the file again")
			continue
		}
		if err != nil {
			return err
		}
		mediaType, err := r.kindOf(ctx, info.Ref)
		if err != nil {
			return err
		}
		m, err := recovered(id, first[id], mediaType, info)
		if err != nil {
			return err
		}
		messages = append(messages, m)
	}
	if len(messages) == 0 {
		return nil
	}
	if err := r.Broker.Send(ctx, event.TopicReceived, messages...); err != nil {
		return err
	}
	r.out.Sent += int64(len(messages))
	return nil
}

// firstEvents returns the id of the event that set off what is known of each document; a correction set off other things.
func (r *repairer) firstEvents(ctx context.Context, ids []string) (map[string]string, error) {
	rows, err := r.Postgres.Query(ctx, `
		select document_id, min(correlation_id) from millrace.events
		where document_id = any($1) and not starts_with(correlation_id, $2) group by document_id
		union all
		select document_id, min(metadata ->> 'correlation_id') from millrace.failures f
		where document_id = any($1) and not starts_with(metadata ->> 'correlation_id', $2)
		  and not exists (select from millrace.events e where e.document_id = f.document_id) group by document_id`, ids, correction.CorrelationPrefix)
	if err != nil {
		return nil, postgres.Fault(fmt.Errorf("look up first events: %w", err))
	}
	first := map[string]string{}
	var id, event string
	_, err = pgx.ForEachRow(rows, []any{&id, &event}, func() error { first[id] = event; return nil })
	return first, postgres.Fault(err)
}

// kindOf returns the media type of content that only the blob store knows. Of what tells nothing of itself the parser says so.
func (r *repairer) kindOf(ctx context.Context, ref blob.Ref) (string, error) {
	content, err := r.Blobs.Open(ctx, ref)
	if err != nil {
		return "", err
	}
	defer content.Close() //nolint:errcheck // read only
	head, err := io.ReadAll(io.LimitReader(content, mediatype.Window))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", ref, err)
	}
	return cmp.Or(mediatype.Of(head, "", ""), mediatype.PDF), nil
}

// recovered makes the received event of a document that only the blob store knows in full.
func recovered(id, eventID, mediaType string, content blob.Info) (broker.Message, error) {
	if eventID == "" {
		eventID = uuid.NewSHA1(uuid.NameSpaceURL, []byte("millrace:recovered:"+id)).String()
	}
	at := content.Stored.UTC().Truncate(time.Millisecond)
	payload := event.Received{
		DocumentID: id,
		Content:    event.Blob{Ref: content.Ref, Size: content.Size, MediaType: mediaType},
		Arrival:    event.Arrival{ID: eventID, Name: id[:12] + mediatype.Extension(mediaType), Source: SourceRecovered, At: at},
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return broker.Message{}, fmt.Errorf("announce document %s: %w", id, err)
	}
	e := event.Envelope{
		ID: eventID, Source: pipeline.Generator, Type: payload.Topic(), Subject: id, Time: at, DataSchema: event.SchemaID(payload.Topic()),
		CorrelationID: eventID,
	}
	return broker.Message{ID: eventID, Metadata: e.Metadata(), Body: body}, nil
}
