package main

import (
	"context"
	"strconv"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/mail"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage"
)

// sourceAttachment is the arrival source of what came with an e-mail.
const sourceAttachment = "attachment"

// attachments stores the documents that are attached to a mail and returns their arrivals. An arrival's id is a function of the mail's
// event and the attachment's place: a mail that is handled again announces the same arrivals again, and one that came again
// others. It is the id of the event too, as of every arrival.
//
// A trial run stores and announces nothing: its output is only looked at.
func (p *Parser) attachments(ctx context.Context, in event.Received, parts []mail.Part) ([]stage.Event[event.Received], error) {
	e, _ := event.FromContext(ctx)
	if e.Shadow != "" {
		return nil, nil
	}
	var all []stage.Event[event.Received]
	for i, part := range parts {
		ref, err := p.Blobs.PutBytes(ctx, part.Content)
		if err != nil {
			return nil, err
		}
		id := event.OutputID(e.ID, pipeline.Parser, "attachment "+strconv.Itoa(i+1), event.TopicReceived)
		all = append(all, stage.Event[event.Received]{ID: id, Payload: event.Received{
			DocumentID: ref.Hex(),
			Content:    event.Blob{Ref: ref, Size: int64(len(part.Content)), MediaType: part.MediaType},
			// The time is the mail's, so that the same work gives the same event.
			Arrival: event.Arrival{ID: id, Name: part.Name, Source: sourceAttachment, At: in.Arrival.At, Parent: in.DocumentID},
		}})
	}
	return all, nil
}
