// Package contract derives the published contract (JSON Schemas and an AsyncAPI document) from the payload structs.
// Nothing but the generator and the drift test uses it, so that its dependency stays out of the services.
package contract

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
)

// Files returns the generated files by their path within package event's folder.
func Files() (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, kind := range event.All() {
		content, err := indent(Schema(kind))
		if err != nil {
			return nil, fmt.Errorf("schema of %s: %w", kind.Topic, err)
		}
		files[event.SchemaFile(kind.Topic)] = content
	}
	content, err := indent(asyncAPI())
	if err != nil {
		return nil, fmt.Errorf("asyncapi: %w", err)
	}
	files["asyncapi.json"] = content
	return files, nil
}

// Schema returns the JSON Schema (draft 2020-12) of one event. Unknown properties are allowed: that is what lets an
// additive change keep the version.
func Schema(kind event.Kind) *jsonschema.Schema {
	r := jsonschema.Reflector{
		AllowAdditionalProperties: true,
		DoNotReference:            true,
		Anonymous:                 true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t == reflect.TypeFor[blob.Ref]() {
				return &jsonschema.Schema{Type: "string"}
			}
			return nil
		},
	}
	s := r.Reflect(kind.Payload)
	s.ID = jsonschema.ID(event.SchemaID(kind.Topic))
	s.Title = kind.Topic
	s.Description = kind.Summary
	return s
}

// asyncAPI returns the AsyncAPI 3.0 document of all topics.
func asyncAPI() any {
	channels, operations, messages := object{}, object{}, object{}
	for _, kind := range event.All() {
		name := strings.ReplaceAll(kind.Topic, ".", "_")
		messages[name] = object{
			"name":        kind.Topic,
			"summary":     kind.Summary,
			"contentType": "application/json",
			"headers":     ref("#/components/schemas/envelope"),
			"payload":     ref("./" + event.SchemaFile(kind.Topic)),
		}
		channels[name] = channel(kind.Topic, kind.Summary, name)
		operations["publish_"+name] = object{
			"action":   "send",
			"summary":  kind.Source + " publishes " + kind.Topic,
			"channel":  ref("#/channels/" + name),
			"messages": []any{ref("#/channels/" + name + "/messages/" + name)},
		}
	}
	messages["dead_letter_v1"] = object{
		"name":        event.TopicDeadLetter,
		"summary":     "A message that a consumer group gave up on: the original body and headers, with dead_* headers added.",
		"contentType": "application/json",
		"headers":     ref("#/components/schemas/deadLetter"),
		"payload":     object{"description": "The original body, unchanged; it may break its schema or not be JSON at all."},
	}
	channels["dead_letter_v1"] = channel(event.TopicDeadLetter, "Messages that a consumer group gave up on.", "dead_letter_v1")
	messages["shadow_v1"] = object{
		"name":        event.TopicShadow,
		"summary":     "What a stage made in a trial run: the event that it would have published, with the header shadow.",
		"contentType": "application/json",
		"headers":     ref("#/components/schemas/envelope"),
		"payload":     object{"description": "The payload of the event that the header type names."},
	}
	channels["shadow_v1"] = channel(event.TopicShadow, "Results of trial runs, to be compared.", "shadow_v1")
	return object{
		"asyncapi": "3.0.0",
		"info": object{
			"title":       "Millrace",
			"version":     "1",
			"description": "Topics of the Millrace pipeline. Each topic is a durable fanout exchange; each consumer group has a quorum queue named <group>.<topic>. Headers are strings.",
			"license":     object{"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		"defaultContentType": "application/json",
		"channels":           channels,
		"operations":         operations,
		"components": object{
			"messages": messages,
			"schemas":  object{"envelope": envelopeSchema(), "deadLetter": deadLetterSchema()},
		},
	}
}

type object = map[string]any

func ref(to string) object { return object{"$ref": to} }

func channel(topic, summary, message string) object {
	return object{
		"address":  topic,
		"summary":  summary,
		"messages": object{message: ref("#/components/messages/" + message)},
		"bindings": object{"amqp": object{
			"is":       "routingKey",
			"exchange": object{"name": topic, "type": "fanout", "durable": true, "autoDelete": false},
		}},
	}
}

func envelopeSchema() object {
	text := func(description string) object { return object{"type": "string", "description": description} }
	return object{
		"type":     "object",
		"required": []string{event.KeyID, event.KeySource, event.KeyType, event.KeyTime},
		"properties": object{
			event.KeySpecVersion:   text("CloudEvents version: 1.0."),
			event.KeyID:            text("Unique to the event; redelivery and repeated work keep it."),
			event.KeySource:        text("The stage that published the event."),
			event.KeyType:          text("The topic."),
			event.KeySubject:       text("The document id."),
			event.KeyTime:          text("RFC 3339, UTC."),
			event.KeyDataSchema:    text("Identifier of the payload's JSON Schema."),
			event.KeyCorrelationID: text("The same for all that follows from one arrival."),
			event.KeyCausationID:   text("Id of the event that this one was made from."),
			event.KeyAttempt:       text("Attempts spent by the consumer group; absent at first."),
			event.KeyTraceParent:   text("W3C trace context."),
			event.KeyStageVersion:  text("Version of the stage that published the event."),
			event.KeyStarted:       text("When that stage began the work; RFC 3339, UTC."),
			event.KeyAttemptLog:    text("The failed attempts so far: a JSON array of {at, class, kind, error}. Not passed on."),
			event.KeyShadow:        text("Id of the trial run that the message belongs to: what is made from it carries it too and goes to " + event.TopicShadow + "."),
			event.KeyReplay:        text("Id of the replay that sent a dead letter again; whoever handles it publishes " + event.TopicReplayed + " before it acknowledges. Not passed on."),
			event.KeyDeadLetter:    text("Id of the dead letter that the message was. Not passed on."),
		},
	}
}

func deadLetterSchema() object {
	text := func(description string) object { return object{"type": "string", "description": description} }
	s := envelopeSchema()
	properties, _ := s["properties"].(object)
	for key, description := range map[string]string{
		event.KeyDeadStage:    "The stage that gave up.",
		event.KeyDeadGroup:    "Its consumer group.",
		event.KeyDeadQueue:    "Its queue.",
		event.KeyDeadTopic:    "The topic the message came by.",
		event.KeyDeadClass:    "Fault class: permanent or transient.",
		event.KeyDeadKind:     "Machine-readable reason, such as encrypted.",
		event.KeyDeadError:    "The error as text.",
		event.KeyDeadStack:    "Stack of a panic.",
		event.KeyDeadAttempts: "Attempts spent, the last one included.",
		event.KeyDeadAt:       "When; RFC 3339, UTC.",
	} {
		properties[key] = text(description)
	}
	return s
}

func indent(v any) ([]byte, error) {
	content, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(content, '\n'), nil
}
