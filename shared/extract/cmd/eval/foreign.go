package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/extract/score"
	"github.com/millrace/millrace/shared/layout"
)

// foreign is invoice2data's own tests: PDFs and texts with what its templates read from them.
func foreign(m *measure) ([]document, error) {
	dir := filepath.Join("fields", "invoice2data", "tests")
	keys, err := filepath.Glob(filepath.Join(m.data, dir, "*", "*.json"))
	if err != nil {
		return nil, fmt.Errorf("look for invoice2data's tests: %w", err)
	}
	var out []document
	for _, key := range keys {
		raw, err := os.ReadFile(key)
		if err != nil {
			return nil, fmt.Errorf("read an answer key: %w", err)
		}
		var cases []map[string]any
		decoder := json.NewDecoder(strings.NewReader(string(raw)))
		decoder.UseNumber()
		if err := decoder.Decode(&cases); err != nil || len(cases) != 1 {
			return nil, fmt.Errorf("read the answer key %s: %w", key, err)
		}
		base := strings.TrimSuffix(key, ".json")
		d := document{answer: score.Answer{Document: filepath.Base(base), Values: map[string][]string{}}}
		flatten(d.answer.Values, "", cases[0])
		for _, ext := range []string{".txt", ".pdf"} {
			if _, err := os.Stat(base + ext); err != nil {
				continue
			}
			if d.path, err = filepath.Rel(m.data, base+ext); err != nil {
				return nil, err
			}
			if ext == ".txt" {
				d.load = plainText
			}
		}
		d.apart = unreadable()[d.answer.Document]
		out = append(out, d)
	}
	return out, nil
}

// unreadable are the documents whose templates cannot fit, with the reason. They are listed and not counted.
func unreadable() map[string]string {
	return map[string]string{
		"saeco": "the words that its template looks for are in a picture; the expected values were read with character recognition",
	}
}

// flatten names values of lists of objects as we do: lines[0].qty.
func flatten(to map[string][]string, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			full := k
			if name != "" {
				full = name + "." + k
			}
			flatten(to, full, x)
		}
	case []any:
		for i, x := range v {
			if _, isObject := x.(map[string]any); isObject {
				flatten(to, fmt.Sprintf("%s[%d]", name, i), x)
			} else {
				flatten(to, name, x)
			}
		}
	case json.Number:
		if d, err := decimal.NewFromString(v.String()); err == nil {
			to[name] = append(to[name], inForm(d))
		}
	default:
		if s := fmt.Sprint(v); s != "" {
			to[name] = append(to[name], s)
		}
	}
}

// inForm writes a number as values have it: with two decimals where the key has any.
func inForm(d decimal.Decimal) string {
	if d.Exponent() == 0 {
		return d.String()
	}
	return d.StringFixed(2)
}

// plainText puts a text's words where they stand in it.
func plainText(_ context.Context, content []byte) (*layout.Document, error) {
	const wide, high = 6, 12
	page := layout.Page{Number: 1, Width: 200 * wide, Height: 842}
	for n, line := range strings.Split(string(content), "\n") {
		var l layout.Line
		at := 0
		for _, w := range strings.SplitAfter(line, " ") {
			size := len([]rune(w))
			if text := strings.TrimSpace(w); text != "" {
				x, y := float64(at*wide), float64(n*high)
				l.Words = append(l.Words, layout.Word{Text: text, Box: layout.Box{x, y, x + float64(len([]rune(text))*wide), y + 10}, Size: 10})
			}
			at += size
		}
		if len(l.Words) > 0 {
			page.Blocks = append(page.Blocks, layout.Block{Lines: []layout.Line{l}})
		}
	}
	return &layout.Document{Pages: []layout.Page{page}}, nil
}
