package event

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/millrace/millrace/shared/event/internal/shape"
	"github.com/millrace/millrace/shared/fault"
)

// MaxSize is the largest body of a message in bytes. What is larger travels by claim check.
const MaxSize = 1 << 20

//go:embed schema/*.json
var schemaFiles embed.FS

// Codec encodes and decodes payloads and checks each against its JSON Schema. It is safe for concurrent use.
type Codec struct {
	schemas map[string]schema // by topic
}

// schema is what the payloads of a topic must keep, in two forms: nearly every body is held to quick alone, which takes a
// tenth of the time; of the others full says whether and how they break it.
type schema struct {
	quick *shape.Shape // nil where the schema uses what quick does not know
	full  *jsonschema.Schema
}

// compiled is the one codec of the process: compiling takes ten milliseconds, and a codec does not change.
var compiled = sync.OnceValues(compile)

// NewCodec returns the codec of the embedded schemas, compiled by the first call.
func NewCodec() (*Codec, error) { return compiled() }

func compile() (*Codec, error) {
	compiler := jsonschema.NewCompiler()
	c := &Codec{schemas: make(map[string]schema)}
	for _, kind := range All() {
		name := SchemaFile(kind.Topic)
		raw, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("load the schema of %s: %w", kind.Topic, err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("load the schema of %s: %w", kind.Topic, err)
		}
		if err := compiler.AddResource(SchemaID(kind.Topic), doc); err != nil {
			return nil, fmt.Errorf("load the schema of %s: %w", kind.Topic, err)
		}
		full, err := compiler.Compile(SchemaID(kind.Topic))
		if err != nil {
			return nil, fmt.Errorf("compile the schema of %s: %w", kind.Topic, err)
		}
		quick, err := shape.Compile(raw)
		if err != nil && !errors.Is(err, shape.ErrUnknown) {
			return nil, fmt.Errorf("compile the schema of %s: %w", kind.Topic, err)
		}
		c.schemas[kind.Topic] = schema{quick, full}
	}
	return c, nil
}

// Encode returns the payload as JSON. A payload that breaks its own schema or is larger than [MaxSize] is Permanent, with
// the kind "invalid_payload" or "message_too_large": publishing it would only move the failure to every consumer.
func (c *Codec) Encode(p Payload) ([]byte, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fault.New(fault.ClassPermanent, "invalid_payload", "encode %s: %w", p.Topic(), err)
	}
	if len(body) > MaxSize {
		return nil, fault.New(fault.ClassPermanent, "message_too_large",
			"encode %s: %d bytes are more than the limit of %d", p.Topic(), len(body), MaxSize)
	}
	if c.schemas[p.Topic()].quick.MatchesJSON(body) {
		return body, nil
	}
	if err := c.Validate(p.Topic(), body); err != nil {
		return nil, err
	}
	return body, nil
}

// Validate checks a body against the schema of a topic. The error is Permanent, with the kind "unknown_topic" or
// "invalid_payload".
func (c *Codec) Validate(topic string, body []byte) error {
	schema, ok := c.schemas[topic]
	if !ok {
		return fault.New(fault.ClassPermanent, "unknown_topic", "no schema for topic %q is known to this version", topic)
	}
	if schema.quick.Matches(body) {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fault.New(fault.ClassPermanent, "invalid_payload", "payload of %s is not JSON: %w", topic, err)
	}
	if err := schema.full.Validate(value); err != nil {
		return fault.New(fault.ClassPermanent, "invalid_payload", "payload breaks the schema of %s: %s", topic, oneLine(err))
	}
	return nil
}

// Decode reads a message. An envelope without id or with another type than P's topic (as an unknown major version has),
// and a payload that breaks its schema, are Permanent faults: kinds "invalid_envelope", "unknown_version" and
// "invalid_payload".
func Decode[P Payload](c *Codec, metadata map[string]string, body []byte) (Envelope, P, error) {
	var p P
	e := ParseEnvelope(metadata)
	switch p := any(&p).(type) {
	case *DeadLetter:
		*p = ReadDeadLetter(metadata, body)
		return e, *(any(p).(*P)), nil
	case *Shadow:
		*p = ReadShadow(metadata, body)
		return e, *(any(p).(*P)), nil
	}
	if e.ID == "" {
		return e, p, fault.New(fault.ClassPermanent, "invalid_envelope", "message on %s has no id", p.Topic())
	}
	if e.Type != p.Topic() {
		return e, p, fault.New(fault.ClassPermanent, "unknown_version",
			"message %s has type %q; this stage reads %q", e.ID, e.Type, p.Topic())
	}
	// What can be read is known to be JSON, and nearly always keeps its schema.
	err := json.Unmarshal(body, &p)
	if err == nil && c.schemas[e.Type].quick.MatchesJSON(body) {
		return e, p, nil
	}
	if invalid := c.Validate(e.Type, body); invalid != nil {
		var none P
		return e, none, invalid
	}
	if err != nil {
		return e, p, fault.New(fault.ClassPermanent, "invalid_payload", "payload of %s: %w", e.Type, err)
	}
	return e, p, nil
}

// oneLine folds the validator's many-line report.
func oneLine(err error) string {
	lines := strings.Split(err.Error(), "\n")
	if len(lines) > 1 {
		lines = lines[1:] // the first names the schema's address only
	}
	for i := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimSpace(lines[i]), "- ")
	}
	return strings.Join(lines, "; ")
}
