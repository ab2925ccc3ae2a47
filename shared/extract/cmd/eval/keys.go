package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/extract/score"
	"github.com/millrace/millrace/shared/extract/value"
)

// gold reads a key of the given name. With visible, values that the key does not mark as visible are not asked for; with
// absent, a field that the key lacks must not be given.
func gold(name string, fields []string, visible, absent bool) func(m *measure) ([]document, error) {
	return func(m *measure) ([]document, error) {
		path := filepath.Join(m.data, "_gold", "dev", name)
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the answer key: %w", err)
		}
		var cases []struct {
			Path    string
			Gold    map[string]any
			Visible map[string]bool
		}
		if err := json.Unmarshal(raw, &cases); err != nil {
			return nil, fmt.Errorf("read the answer key %s: %w", path, err)
		}
		var out []document
		for _, c := range cases {
			a := score.Answer{Document: c.Path, Values: map[string][]string{}}
			for _, key := range slices.Sorted(maps.Keys(c.Gold)) {
				field := rename(key)
				if slices.Contains(fields, field) && (!visible || c.Visible[key]) {
					a.Values[field] = append(a.Values[field], answers(field, c.Gold[key])...)
				}
			}
			for _, f := range fields {
				if len(a.Values[f]) == 0 {
					delete(a.Values, f)
					if absent {
						a.Absent = append(a.Absent, f)
					}
				}
			}
			out = append(out, document{path: c.Path, answer: a})
		}
		return out, nil
	}
}

// rename maps the keys' names to ours where they differ.
func rename(key string) string {
	if key == "governing_law" {
		return "jurisdiction"
	}
	return key
}

// answers returns a key's values in our form.
func answers(field string, v any) []string {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
		return []string{isoDate(field, v)}
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, isoDate(field, strings.ReplaceAll(fmt.Sprint(x), "_", " ")))
		}
		return out
	}
	return nil
}

// isoDate normalises the American dates of some keys.
func isoDate(field, v string) string {
	if strings.HasSuffix(field, "_date") {
		if iso, err := value.ParseDate(v, value.Locale{MonthFirst: true}); err == nil {
			return iso
		}
	}
	return v
}
