package cli

import (
	"errors"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/correction"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/query"
)

// kindsOf returns what is known of a document's fields, by name: first as they are, then by the template of its class. The
// template also knows the formats.
func kindsOf(d query.Detail, class string, templates *extract.Extractor) map[string]correction.Field {
	kinds := map[string]correction.Field{}
	add := func(name, kind, format string) {
		known, is := kinds[name]
		switch {
		case !is:
			kinds[name] = correction.Field{Name: name, Type: kind, Format: format}
		case known.Type == kind && known.Format == "":
			known.Format = format
			kinds[name] = known
		}
	}
	for _, f := range d.FieldList {
		add(f.Name, f.Type, "")
	}
	_, asked := templates.Asks(class)
	for _, f := range asked {
		add(f.Name, f.Type, f.Format)
	}
	for _, c := range d.Corrections {
		if c.Name != "" {
			add(c.Name, c.Type, "")
		}
	}
	return kinds
}

// readFields reads name=value arguments; the values of a name that is repeated are put together. Unknown are the names that
// no kind is known for. Every argument that is wrong is told of.
func readFields(args []string, kinds map[string]correction.Field, language string) (fields []event.CorrectedField, unknown []string, err error) {
	var wrong []error
	empty := map[string]bool{}
	for _, arg := range args {
		name, text, found := strings.Cut(arg, "=")
		if name = strings.TrimSpace(name); !found || name == "" {
			wrong = append(wrong, usage("--field %q is not of the form name=value", arg))
			continue
		}
		kind, known := kinds[name]
		if !known {
			kind = correction.Field{Name: name, Type: "text"}
		}
		at := slices.IndexFunc(fields, func(f event.CorrectedField) bool { return f.Name == name })
		if at < 0 {
			at = len(fields)
			fields = append(fields, event.CorrectedField{Name: name, Type: kind.Type})
			if !known {
				unknown = append(unknown, name)
			}
		} else if empty[name] || strings.TrimSpace(text) == "" {
			wrong = append(wrong, usage("--field %s= says that there is none, so no other value of %s can be given", name, name))
			continue
		}
		if strings.TrimSpace(text) == "" {
			empty[name] = true
			continue
		}
		value, err := correction.Normal(kind, text, language)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		fields[at].Values = append(fields[at].Values, value)
	}
	if len(wrong) > 0 {
		return nil, nil, usage("%w", errors.Join(wrong...))
	}
	return fields, unknown, nil
}
