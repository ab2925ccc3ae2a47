package shape_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/event/internal/shape"
)

// pair is a schema as this package and as the full validator read it.
type pair struct {
	quick *shape.Shape
	full  *jsonschema.Schema
}

func compile(t testing.TB, source []byte) pair {
	t.Helper()
	quick, err := shape.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("urn:test", doc); err != nil {
		t.Fatal(err)
	}
	full, err := c.Compile("urn:test")
	if err != nil {
		t.Fatal(err)
	}
	return pair{quick, full}
}

// valid asks the full validator.
func (p pair) valid(body []byte) bool {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	return err == nil && p.full.Validate(value) == nil
}

// contract returns the schema and the golden example of every topic.
func contract(t testing.TB) (pairs []pair, examples [][]byte) {
	t.Helper()
	read := func(elements ...string) []byte {
		content, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, elements...)...))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	for _, kind := range event.All() {
		pairs = append(pairs, compile(t, read(event.SchemaFile(kind.Topic))))
		examples = append(examples, read("testdata", kind.Topic+".json"))
	}
	return pairs, examples
}

// TestEveryEventIsCheckedQuickly holds that the contract's schemas are known and that what they allow need not be asked of the
// full validator.
func TestEveryEventIsCheckedQuickly(t *testing.T) {
	pairs, examples := contract(t)
	for i, p := range pairs {
		if !p.quick.Matches(examples[i]) {
			t.Errorf("not matched:\n%s", examples[i])
		}
	}
}

// others returns values that stand in for each value of an example in turn.
func others() []string {
	return []string{
		`null`, `true`, `0`, `-1`, `1`, `1.5`, `1.0`, `1e2`, `-0`, `2`, `1.00000000000000000000001`, `-1e-400`, `1e999`, `0.99999999999999999999`,
		`""`, `"x"`, `"\u0078"`, `"ä"`, `"\ud800"`, `[]`, `[1,2,3,4]`, `[1,2,3,4,5]`, `["x"]`, `[null]`, `[{}]`, `{}`, `{"x":[1,{"y":"}"}]}`,
		`"text"`, `"invoice"`, `"` + strings.Repeat("0", 64) + `"`, `"` + strings.Repeat("0", 63) + `\u0030"`, `"` + strings.Repeat("g", 64) + `"`,
	}
}

// TestNothingPassesThatBreaksTheSchema changes the examples in every place in every way and holds each result to both
// validators: what is matched must be valid, and nearly all that is valid must be matched.
func TestNothingPassesThatBreaksTheSchema(t *testing.T) {
	pairs, examples := contract(t)
	tried, valid, asked := 0, 0, 0
	for i, p := range pairs {
		for body := range variants(t, examples[i]) {
			tried++
			matched := p.quick.Matches([]byte(body))
			if !p.valid([]byte(body)) {
				if matched {
					t.Errorf("matched, though it breaks its schema: %s", body)
				}
				continue
			}
			if valid++; !matched {
				asked++
			}
		}
	}
	if tried < 1000 || asked > valid/4 {
		t.Errorf("%d bodies, %d valid, the full validator is needed for %d", tried, valid, asked)
	}
}

// variants yields an example with each of its values replaced, left out and written twice.
func variants(t *testing.T, example []byte) func(yield func(string) bool) {
	var root any
	if err := json.Unmarshal(example, &root); err != nil {
		t.Fatal(err)
	}
	const mark, gone = `"<here>"`, `"<gone>":0`
	return func(yield func(string) bool) {
		for _, place := range places(root, nil) {
			at := encode(t, replaced(root, place, "<here>"))
			for _, other := range others() {
				if !yield(strings.Replace(at, mark, other, 1)) || !yield(" "+strings.Replace(at, mark, " "+other+"\n", 1)) {
					return
				}
			}
			name, isName := place[len(place)-1].(string)
			if !isName {
				continue
			}
			quoted := `"` + name + `":`
			for _, with := range []string{gone, quoted + `null,` + quoted + `1`, quoted + `1,` + quoted + `null`, `"\u0` + "0" + string("0123456789abcdef"[name[0]>>4]) + string("0123456789abcdef"[name[0]&15]) + name[1:] + `":null`} {
				if !yield(strings.Replace(at, quoted+mark, with, 1)) {
					return
				}
			}
		}
	}
}

func encode(t *testing.T, v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// places returns the way to each value inside a value.
func places(v any, way []any) (all [][]any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			next := append(slices.Clone(way), name)
			all = append(append(all, next), places(inner, next)...)
		}
	case []any:
		for i, inner := range v {
			next := append(slices.Clone(way), i)
			all = append(append(all, next), places(inner, next)...)
		}
	}
	return all
}

// replaced returns a copy of v with another value in one place.
func replaced(v any, way []any, with any) any {
	if len(way) == 0 {
		return with
	}
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for name, inner := range v {
			if c[name] = inner; name == way[0] {
				c[name] = replaced(inner, way[1:], with)
			}
		}
		return c
	case []any:
		c := slices.Clone(v)
		c[way[0].(int)] = replaced(c[way[0].(int)], way[1:], with)
		return c
	}
	return v
}

// TestDigests holds patterns of digits, and others that look like them, to the full validator.
func TestDigests(t *testing.T) {
	for _, pattern := range []string{
		`^[0-9a-f]{4}$`, `^x:[0-9a-f]{2}$`, `^.[0-9a-f]{2}$`, `[0-9a-f]{2}$`, `^[0-9a-f]{2}`, `^[0-9a-f]{02}$`, `^a|[0-9a-f]{2}$`, `^[0-9a-f]{2}[0-9a-f]{2}$`,
	} {
		p := compile(t, fmt.Appendf(nil, `{"type":"string","pattern":%q}`, pattern))
		for _, text := range []string{
			"", "a", "ab", "AB", "a0", "x:", "x:a", "x:0f", "x:0g", "y:0f", ".0f", "0f0f", "0f0F", "0f0g", "0f0/", "0f0:", "0f0`", "0f0f0", "a|0f", "[0-9a-f]{4}",
		} {
			body := strconv.AppendQuote(nil, text)
			if got, want := p.quick.Matches(body), p.valid(body); got != want {
				t.Errorf("%s: matched %v, valid %v: %s", pattern, got, want, text)
			}
		}
	}
}

func TestSchemasThatAreNotKnown(t *testing.T) {
	for _, source := range []string{
		`true`, `{"oneOf":[{}]}`, `{"type":["string","null"]}`, `{"type":"null"}`, `{"minLength":1}`, `{"type":"number","minLength":1}`,
		`{"type":"object","additionalProperties":false}`, `{"type":"string","enum":[1]}`, `{"type":"string","pattern":"("}`,
		`{"type":"object","properties":{"a":{"not":{}}}}`, `{"type":"array","items":{"const":1}}`,
	} {
		if _, err := shape.Compile([]byte(source)); !errors.Is(err, shape.ErrUnknown) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// FuzzMatches holds that what is matched is valid.
func FuzzMatches(f *testing.F) {
	pairs, examples := contract(f)
	for i := range examples {
		f.Add(i, examples[i])
	}
	for _, other := range others() {
		f.Add(0, []byte(other))
	}
	f.Fuzz(func(t *testing.T, which int, body []byte) {
		p := pairs[uint(which)%uint(len(pairs))]
		if p.quick.Matches(body) && !p.valid(body) {
			t.Errorf("matched, though it breaks its schema: %s", body)
		}
	})
}

// BenchmarkMatches measures both validators on the example with most in it.
func BenchmarkMatches(b *testing.B) {
	pairs, examples := contract(b)
	most := 0
	for i := range examples {
		if len(examples[i]) > len(examples[most]) {
			most = i
		}
	}
	b.Run("quick", func(b *testing.B) {
		for b.Loop() {
			pairs[most].quick.Matches(examples[most])
		}
	})
	b.Run("full", func(b *testing.B) {
		for b.Loop() {
			pairs[most].valid(examples[most])
		}
	})
}
