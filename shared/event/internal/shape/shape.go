// Package shape tells quickly that a JSON body keeps its schema. It knows the keywords that the contract's schemas use and is
// only ever sure of a yes: who gets a no asks a full validator, which also has the words for what is wrong.
package shape

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrUnknown says that a schema uses what this package does not know.
var ErrUnknown = errors.New("not a schema of the kind that can be checked quickly")

// Shape is a compiled schema. It is safe for concurrent use.
type Shape struct {
	kind       byte // first letter of the type, 0 for any; integers are 'i' and numbers 'n'
	properties map[string]property
	required   uint64 // a bit for each required property
	items      *Shape
	least      int // of items or characters
	most       int // of items; -1 for any number
	minimum    *float64
	maximum    *float64
	pattern    *pattern
	enum       map[string]bool
}

type property struct {
	shape *Shape
	bit   uint64 // of required; 0 where the property may be absent
}

// schema lists the keywords that are known. Formats are annotations, as they are by default in draft 2020-12.
type schema struct {
	Schema      string          `json:"$schema"`
	ID          string          `json:"$id"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Format      string          `json:"format"`
	Type        string          `json:"type"`
	Properties  map[string]node `json:"properties"`
	Required    []string        `json:"required"`
	Items       *node           `json:"items"`
	MinItems    *int            `json:"minItems"`
	MaxItems    *int            `json:"maxItems"`
	MinLength   *int            `json:"minLength"`
	Minimum     *float64        `json:"minimum"`
	Maximum     *float64        `json:"maximum"`
	Pattern     string          `json:"pattern"`
	Enum        []string        `json:"enum"`
}

type node struct{ json.RawMessage }

// Compile returns the shape of a JSON Schema, or an error that wraps [ErrUnknown].
func Compile(source []byte) (*Shape, error) {
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.DisallowUnknownFields()
	var s schema
	if err := decoder.Decode(&s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	out := &Shape{most: -1, minimum: s.Minimum, maximum: s.Maximum}
	// A keyword says nothing about a value of another type, so each is taken with its own type only.
	var known bool
	switch s.Type {
	case "", "boolean":
		known = s.plain()
	case "object":
		known = !s.array() && !s.text() && !s.number()
	case "array":
		known = !s.object() && !s.text() && !s.number()
	case "string":
		known = !s.object() && !s.array() && !s.number()
	case "integer", "number":
		known = !s.object() && !s.array() && !s.text()
	}
	if !known || len(s.Required) > 64 {
		return nil, ErrUnknown
	}
	if s.Type != "" {
		out.kind = s.Type[0]
	}
	return out, out.fill(s)
}

func (s *schema) object() bool { return s.Properties != nil || s.Required != nil }
func (s *schema) array() bool  { return s.Items != nil || s.MinItems != nil || s.MaxItems != nil }
func (s *schema) text() bool   { return s.MinLength != nil || s.Pattern != "" || s.Enum != nil }
func (s *schema) number() bool { return s.Minimum != nil || s.Maximum != nil }
func (s *schema) plain() bool  { return !s.object() && !s.array() && !s.text() && !s.number() }

func (s *Shape) fill(from schema) (err error) {
	if from.MinItems != nil {
		s.least = *from.MinItems
	}
	if from.MaxItems != nil {
		s.most = *from.MaxItems
	}
	if from.MinLength != nil {
		s.least = *from.MinLength
	}
	if from.Pattern != "" {
		if s.pattern, err = compilePattern(from.Pattern); err != nil {
			return fmt.Errorf("%w: %w", ErrUnknown, err)
		}
	}
	if from.Enum != nil {
		s.enum = make(map[string]bool, len(from.Enum))
		for _, value := range from.Enum {
			s.enum[value] = true
		}
	}
	if from.Items != nil {
		if s.items, err = Compile(from.Items.RawMessage); err != nil {
			return err
		}
	}
	s.properties = make(map[string]property, len(from.Properties))
	for name, source := range from.Properties {
		inner, err := Compile(source.RawMessage)
		if err != nil {
			return err
		}
		s.properties[name] = property{shape: inner}
	}
	for i, name := range from.Required {
		p, described := s.properties[name]
		if !described {
			p.shape = &Shape{most: -1}
		}
		p.bit = 1 << i
		s.properties[name] = p
		s.required |= p.bit
	}
	return nil
}
