package event

// Topics of the pipeline, in the order a document meets them. A topic's name ends in its major version: an additive
// change keeps it, a breaking change is a new topic.
const (
	TopicReceived   = "document.received.v1"
	TopicParsed     = "document.parsed.v1"
	TopicClassified = "document.classified.v1"
	TopicExtracted  = "document.extracted.v1"

	// TopicCorrected carries what people found wrong with results; see [Corrected].
	TopicCorrected = "document.corrected.v1"

	// TopicDeadLetter carries messages that a consumer group gave up on: the original body and metadata, with the reason in
	// the dead_* metadata.
	TopicDeadLetter = "dead_letter.v1"

	// TopicReplayed tells that a replayed dead letter has been dealt with after all; see [Replayed].
	TopicReplayed = "dead_letter.replayed.v1"
	// TopicShadow carries results that are only to be looked at: those of a stage that ran again for comparison.
	TopicShadow = "shadow.v1"
)
