package rebuild

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// read returns the events of a topic by document.
func read(ctx context.Context, db postgres.Querier, topic string, ids []string) (map[string]made, error) {
	switch topic {
	case event.TopicReceived:
		return rows[arrivalRow](ctx, db, sqlArrivals, ids)
	case event.TopicParsed:
		return rows[parseRow](ctx, db, sqlParses, ids)
	case event.TopicClassified:
		return rows[classificationRow](ctx, db, sqlClassifications, ids)
	case event.TopicExtracted:
		return rows[extractionRow](ctx, db, sqlExtractions, ids)
	default:
		return nil, fmt.Errorf("events of %q cannot be made again: only those of %s, %s, %s and %s are in Postgres",
			topic, event.TopicReceived, event.TopicParsed, event.TopicClassified, event.TopicExtracted)
	}
}

// row is what a query gives: where the event came from and what it said.
type row interface {
	from() origin
	payload() event.Payload
}

func (o origin) from() origin { return o }

func rows[R row](ctx context.Context, db postgres.Querier, sql string, ids []string) (map[string]made, error) {
	list, err := postgres.Collect[R](ctx, db, sql, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]made, len(list))
	for _, r := range list {
		out[r.from().DocumentID] = made{origin: r.from(), payload: r.payload()}
	}
	return out, nil
}

// The event's own row tells what the result's row does not; results that were stored without one (by hand) do without.
const (
	eventColumns = `coalesce(e.stage_version, '') as stage_version, coalesce(e.correlation_id, r.event_id) as correlation_id,
		coalesce(e.causation_id, '') as causation_id, e.started_at`

	sqlArrivals = `select distinct on (r.document_id) r.document_id, r.event_id, coalesce(e.stage, 'generator') as stage,
			coalesce(e.published_at, r.arrived_at) as at, ` + eventColumns + `,
			r.arrival_id, r.name, r.source, r.media_type, r.size, r.content_ref, r.arrived_at, coalesce(r.parent, '') as parent
		from millrace.arrivals r left join millrace.events e using (event_id)
		where r.document_id = any($1) order by r.document_id, r.arrived_at, r.arrival_id`

	sqlParses = `select r.document_id, r.event_id, coalesce(e.stage, 'parser') as stage, r.produced_at as at, ` + eventColumns + `,
			r.layout_ref, r.layout_size, r.layout_type, r.content_ref, r.content_size, r.content_type, r.outcome, r.engine,
			coalesce(r.engine_reason, '') as engine_reason, coalesce(r.language, '') as language, r.pages, r.failed_pages, r.words
		from millrace.parses r
		join millrace.documents d on d.document_id = r.document_id and d.parse_version = r.version
		left join millrace.events e using (event_id)
		where r.document_id = any($1)`

	// What a person said of the class holds for the current layout, too.
	sqlClassifications = `select r.document_id, r.event_id, coalesce(e.stage, 'classifier') as stage, r.produced_at as at, ` + eventColumns + `,
			coalesce(p.layout_ref, r.layout_ref) as layout_ref, coalesce(p.layout_size, r.layout_size) as layout_size,
			coalesce(p.layout_type, r.layout_type) as layout_type, r.class, r.confidence, r.model, r.alternatives
		from millrace.classifications r
		join millrace.documents d on d.document_id = r.document_id and d.classification_version = r.version
		left join millrace.parses p on p.document_id = r.document_id and p.version = d.parse_version and starts_with(r.model, 'person:')
		left join millrace.events e on e.event_id = r.event_id
		where r.document_id = any($1)`

	sqlExtractions = `select r.document_id, r.event_id, coalesce(e.stage, 'extractor') as stage, r.produced_at as at, ` + eventColumns + `,
			r.class, r.confidence, r.template,
			coalesce((select jsonb_agg(jsonb_build_object('name', f.name, 'value', f.value, 'type', f.type, 'raw', coalesce(f.raw, ''),
					'page', coalesce(f.page, 0), 'bbox', f.bbox, 'confidence', f.confidence, 'source', f.source) order by f.ordinal)
				from millrace.fields f where f.document_id = r.document_id and f.version = r.version), '[]') as fields,
			coalesce((select jsonb_agg(jsonb_build_object('kind', i.kind, 'cells', i.cells, 'page', coalesce(i.page, 0), 'bbox', i.bbox,
					'confidence', i.confidence, 'source', i.source) order by i.ordinal)
				from millrace.items i where i.document_id = r.document_id and i.version = r.version), '[]') as items, r.omitted_items,
			coalesce((select jsonb_agg(jsonb_build_object('name', c.name, 'holds', c.holds, 'detail', coalesce(c.detail, '')) order by c.ordinal)
				from millrace.checks c where c.document_id = r.document_id and c.version = r.version), '[]') as checks
		from millrace.extractions r
		join millrace.documents d on d.document_id = r.document_id and d.extraction_version = r.version
		left join millrace.events e using (event_id)
		where r.document_id = any($1)`
)

type arrivalRow struct {
	origin
	ArrivalID  string    `db:"arrival_id"`
	Name       string    `db:"name"`
	Source     string    `db:"source"`
	MediaType  string    `db:"media_type"`
	Size       int64     `db:"size"`
	ContentRef string    `db:"content_ref"`
	ArrivedAt  time.Time `db:"arrived_at"`
	Parent     string    `db:"parent"`
}

func (r arrivalRow) payload() event.Payload {
	return event.Received{
		DocumentID: r.DocumentID, Content: claim(r.ContentRef, r.Size, r.MediaType),
		Arrival: event.Arrival{ID: r.ArrivalID, Name: r.Name, Source: r.Source, At: r.ArrivedAt.UTC(), Parent: r.Parent},
	}
}

type parseRow struct {
	origin
	LayoutRef   string `db:"layout_ref"`
	LayoutSize  int64  `db:"layout_size"`
	LayoutType  string `db:"layout_type"`
	ContentRef  string `db:"content_ref"`
	ContentSize int64  `db:"content_size"`
	ContentType string `db:"content_type"`
	Outcome     string `db:"outcome"`
	Engine      string `db:"engine"`
	Reason      string `db:"engine_reason"`
	Language    string `db:"language"`
	Pages       int    `db:"pages"`
	FailedPages []int  `db:"failed_pages"`
	Words       int    `db:"words"`
}

func (r parseRow) payload() event.Payload {
	return event.Parsed{
		DocumentID: r.DocumentID, Content: claim(r.ContentRef, r.ContentSize, r.ContentType),
		Layout:  claim(r.LayoutRef, r.LayoutSize, r.LayoutType),
		Outcome: r.Outcome, Engine: r.Engine, Reason: r.Reason, Language: r.Language, Pages: r.Pages, FailedPages: r.FailedPages,
		Words: r.Words,
	}
}

type classificationRow struct {
	origin
	LayoutRef    string        `db:"layout_ref"`
	LayoutSize   int64         `db:"layout_size"`
	LayoutType   string        `db:"layout_type"`
	Class        string        `db:"class"`
	Confidence   float64       `db:"confidence"`
	Model        string        `db:"model"`
	Alternatives []event.Class `db:"alternatives"`
}

func (r classificationRow) payload() event.Payload {
	return event.Classified{
		DocumentID: r.DocumentID, Layout: claim(r.LayoutRef, r.LayoutSize, r.LayoutType),
		Class: event.Class{Label: r.Class, Confidence: r.Confidence}, Model: r.Model, Alternatives: r.Alternatives,
	}
}

type extractionRow struct {
	origin
	Class      string        `db:"class"`
	Confidence float64       `db:"confidence"`
	Template   string        `db:"template"`
	Fields     []event.Field `db:"fields"`
	Items      []event.Item  `db:"items"`
	Omitted    int           `db:"omitted_items"`
	Checks     []event.Check `db:"checks"`
}

func (r extractionRow) payload() event.Payload {
	return event.Extracted{
		DocumentID: r.DocumentID, Class: event.Class{Label: r.Class, Confidence: r.Confidence}, Template: r.Template, Fields: r.Fields,
		Items: r.Items, OmittedItems: r.Omitted, Checks: r.Checks,
	}
}

func claim(ref string, size int64, mediaType string) event.Blob {
	return event.Blob{Ref: blob.Ref(ref), Size: size, MediaType: mediaType}
}
