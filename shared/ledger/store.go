package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
)

// kindMissing is the kind of fault of a blob that is not in the store, which dead letters carry too.
const kindMissing = "blob_missing"

func missing(err error) bool { return fault.KindOf(err) == kindMissing }

// shelf is what the blob store holds, compared with what Postgres knew when it was listed.
type shelf struct {
	unknown []blob.Info // documents' contents that Postgres did not know
	lost    []lost      // what Postgres knew and the store did not hold
}

// lost is content or a layout that the blob store should hold.
type lost struct {
	digest digest
	layout bool
}

// listStore compares the blob store with what Postgres knows, which must have been read before: a document's content is
// stored before anybody hears of it.
func listStore(ctx context.Context, blobs *blob.Store, known map[digest]mark) (shelf, error) {
	var s shelf
	var strange []blob.Ref
	err := blobs.Walk(ctx, func(ref blob.Ref) error {
		d, ok := digestOf(string(ref))
		if m, isKnown := known[d]; ok && isKnown {
			known[d] = m | isThere
		} else {
			strange = append(strange, ref)
		}
		return nil
	})
	if err != nil {
		return s, err
	}
	for d, m := range known {
		if m&isThere == 0 && m&isDocument != 0 {
			s.lost = append(s.lost, lost{d, false})
		}
		if m&isThere == 0 && m&isCurrent != 0 {
			s.lost = append(s.lost, lost{d, true})
		}
	}
	for _, ref := range strange {
		is, err := layoutstore.Holds(ctx, blobs, ref)
		if missing(err) {
			continue
		}
		if err != nil {
			return s, err
		}
		if is {
			continue // the parser's, of an event that is on its way, lost (then the document is missed) or of a trial run
		}
		info, err := blobs.Stat(ref)
		if missing(err) {
			continue
		}
		if err != nil {
			return s, err
		}
		s.unknown = append(s.unknown, info)
	}
	return s, nil
}

// unannounced returns the contents that Postgres still does not know, less what the inbox holds; those are returned apart.
func (s shelf) unannounced(known map[digest]mark, inbox string, at time.Time) (contents []Content, held []Document, err error) {
	var unknown []blob.Info
	for _, info := range s.unknown {
		if d, _ := digestOf(string(info.Ref)); known[d]&isDocument == 0 {
			unknown = append(unknown, info)
		}
	}
	names, err := inboxHolds(inbox, unknown)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	for _, info := range unknown {
		if name, ok := names[info.Ref]; ok {
			held = append(held, Document{ID: info.Ref.Hex(), Name: name, Stage: pipeline.Generator,
				Last: Seen{At: info.Stored, Text: "its content is in the blob store; the inbox still holds the file and announces it again"}})
			continue
		}
		// Ages are what counts: two clocks are never compared.
		contents = append(contents, Content{ID: info.Ref.Hex(), Seen: at.Add(-now.Sub(info.Stored))})
	}
	return contents, held, nil
}

// stillLost returns what the blob store really has lost, of what was not on its list: it may have been put since.
// Excused are documents whose content need not be there.
func (s shelf) stillLost(ctx context.Context, blobs *blob.Store, pool *postgres.Pool, known map[digest]mark, excused map[string]bool) ([]Document, int64, error) {
	gone := map[string]Loss{}
	var contents, layouts []string
	for _, l := range s.lost {
		_, err := blobs.Stat(l.digest.ref())
		if err == nil {
			continue
		}
		if !missing(err) {
			return nil, 0, err
		}
		if l.layout {
			layouts = append(layouts, string(l.digest.ref()))
		} else if !excused[l.digest.hex()] {
			contents = append(contents, l.digest.hex())
			gone[l.digest.hex()] = LossContent
		}
	}
	if len(contents)+len(layouts) == 0 {
		return nil, 0, nil
	}
	rows, err := pool.Query(ctx, `select document_id, coalesce(name, '') as name, coalesce(stored_at, received_at) as at
		from millrace.documents where document_id = any($1) or layout_ref = any($2) order by received_at, document_id`, contents, layouts)
	if err != nil {
		return nil, 0, postgres.Fault(fmt.Errorf("look up lost blobs: %w", err))
	}
	var (
		all      []Document
		complete int64
		id, name string
		seen     *time.Time
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &name, &seen}, func() error {
		d := Document{ID: id, Name: name, Loss: LossLayout, Stage: pipeline.Parser, Certain: true,
			Last: Seen{Text: "Postgres knows its layout; the blob store has lost it"}}
		if gone[id] == LossContent {
			d.Loss, d.Stage, d.Last.Text = LossContent, pipeline.Generator, "Postgres knows the document; the blob store has lost its content"
		}
		if seen != nil {
			d.Last.At = *seen
		}
		if key, ok := digestOf(id); ok && known[key]&isComplete != 0 {
			complete++
		}
		all = append(all, d)
		return nil
	})
	if err != nil {
		return nil, 0, postgres.Fault(fmt.Errorf("look up lost blobs: %w", err))
	}
	return all, complete, nil
}
