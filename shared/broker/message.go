package broker

import (
	"context"
	"maps"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Message is a message as programs see it that do not run a stage: the command line, set-up, replays.
type Message struct {
	ID       string
	Metadata map[string]string
	Body     []byte
}

// SendToQueue puts the messages into one queue, named as by [Group.Queue] without a prefix; nobody else receives them. It
// returns after the broker has confirmed them all. A queue that does not exist is [ErrNoQueue]; for the rest it is
// [Publisher.PublishToQueue].
func (b *Broker) SendToQueue(ctx context.Context, queue string, messages ...Message) error {
	return b.Publisher().PublishToQueue(ctx, queue, toWatermill(ctx, messages)...)
}

// Send publishes the messages to every consumer group of the topic and returns after the broker has confirmed them all; for
// the rest it is [Publisher.Publish].
func (b *Broker) Send(ctx context.Context, topic string, messages ...Message) error {
	return b.Publisher().Publish(topic, toWatermill(ctx, messages)...)
}

func toWatermill(ctx context.Context, messages []Message) []*message.Message {
	all := make([]*message.Message, len(messages))
	for i, m := range messages {
		all[i] = message.NewMessageWithContext(ctx, m.ID, m.Body)
		maps.Copy(all[i].Metadata, m.Metadata)
	}
	return all
}
