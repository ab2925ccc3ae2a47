package event

import "strings"

// Kind describes one event: its topic, what it says, who publishes it, and an empty payload.
type Kind struct {
	Topic   string
	Summary string
	Source  string  // the stage that publishes it
	Payload Payload // zero value
}

// All lists every event, in the order a document meets them. An enricher's event (tags, sentiment, keywords, embedding)
// joins by a line here: schemas, examples and the AsyncAPI document are generated from this list.
func All() []Kind {
	return []Kind{
		{TopicReceived, "A document's content is stored and one of its arrivals is on record.", "generator", Received{}},
		{TopicParsed, "A document has been read; its layout is stored.", "parser", Parsed{}},
		{TopicClassified, "The type of a document is known, or known to be unknown.", "classifier", Classified{}},
		{TopicExtracted, "The fields of a document have been read.", "extractor", Extracted{}},
		{TopicCorrected, "A person has said what is wrong with a document's results and what is right.", "a person", Corrected{}},
		{TopicReplayed, "A replayed dead letter has been dealt with by the consumer group that had given up on it.", "any stage", Replayed{}},
	}
}

// SchemaID returns the identifier of a topic's JSON Schema, as in the envelope's dataschema.
func SchemaID(topic string) string { return "urn:millrace:schema:" + topic }

// SchemaFile returns the path of a topic's JSON Schema within this package's folder.
func SchemaFile(topic string) string {
	return "schema/" + strings.ReplaceAll(topic, "/", "_") + ".json"
}
