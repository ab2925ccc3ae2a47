// Package pipeline is the one list of the standard pipeline's consumer groups. Set-up declares their queues from it, and
// status, replay and the ledger walk it. It knows nothing of what the stages do.
package pipeline

import (
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
)

// Names of the standard stages, which are also the names of their consumer groups.
const (
	Generator   = "generator"
	Parser      = "parser"
	Classifier  = "classifier"
	Extractor   = "extractor"
	Sink        = "sink"
	DeadLetters = "deadletters" // keeps every dead letter until a person has dealt with it
)

// Groups returns the consumer groups with their topics, in the order a document meets them. A new model is one more line.
// The tiers and the delivery limit must be those that the services run with.
func Groups(tiers []time.Duration, deliveryLimit int) []broker.Group {
	var groups []broker.Group
	for _, g := range []struct{ name, topic string }{
		{Parser, event.TopicReceived},
		{Classifier, event.TopicParsed},
		{Extractor, event.TopicClassified},
		{Sink, event.TopicReceived},
		{Sink, event.TopicParsed},
		{Sink, event.TopicClassified},
		{Sink, event.TopicExtracted},
		{Sink, event.TopicCorrected},
		{Sink, event.TopicShadow},
		{Sink, event.TopicDeadLetter},
		{DeadLetters, event.TopicDeadLetter},
		{DeadLetters, event.TopicReplayed},
	} {
		groups = append(groups, broker.Group{Name: g.name, Topic: g.topic, Tiers: tiers, DeliveryLimit: deliveryLimit})
	}
	return groups
}

// Topics returns every topic of the standard pipeline, the shadow and the dead-letter topic last.
func Topics() []string {
	var topics []string
	for _, kind := range event.All() {
		topics = append(topics, kind.Topic)
	}
	return append(topics, event.TopicShadow, event.TopicDeadLetter)
}
