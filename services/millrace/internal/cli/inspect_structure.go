package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/layout"
)

// writeStructure prints what a document holds beside the text of its pages; nothing of what it does not have.
func writeStructure(sb *strings.Builder, s *inspect.Structure, width int) error {
	if s == nil {
		return nil
	}
	if s.Language != "" {
		fmt.Fprintf(sb, "  language: %s\n", table.Clean(s.Language))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Info)) {
		fmt.Fprintf(sb, "  %s: %s\n", table.Clean(name), table.Clean(s.Info[name]))
	}
	if len(s.Labels) > 0 {
		fmt.Fprintf(sb, "  page labels: %s\n", table.Clean(strings.Join(s.Labels, " ")))
	}
	for _, a := range s.Attachments {
		fmt.Fprintf(sb, "  attached: %s (%s, %s)\n", table.Clean(a.Name), table.Clean(a.MediaType), count(a.Bytes, "byte"))
	}
	if len(s.Outline) > 0 {
		sb.WriteString("  OUTLINE\n")
		writeHeadings(sb, s.Outline, "    ")
	}
	return writeMarks(sb, s, width)
}

func writeHeadings(sb *strings.Builder, list []layout.Heading, indent string) {
	for _, h := range list {
		fmt.Fprintf(sb, "%s%s", indent, table.Clean(h.Title))
		if h.Page > 0 {
			fmt.Fprintf(sb, ", page %d", h.Page)
		}
		sb.WriteByte('\n')
		writeHeadings(sb, h.Items, indent+"  ")
	}
}

// writeMarks prints the form fields and annotations.
func writeMarks(sb *strings.Builder, s *inspect.Structure, width int) error {
	if len(s.Form)+len(s.Annotations) == 0 {
		return nil
	}
	t := table.New(table.Column{Title: "  ON THE PAGE"}, table.Column{Title: "SAYS", Flex: true}, table.Column{Title: "BY", Flex: true},
		table.Column{Title: "PAGE", Right: true}, table.Column{Title: "X0", Right: true}, table.Column{Title: "Y0", Right: true})
	for _, f := range s.Form {
		t.AddIndented("  ", "field", f.Name+": "+f.Value, "", strconv.Itoa(f.Page), points(f.Box[0]), points(f.Box[1]))
	}
	for _, a := range s.Annotations {
		parts := []string{}
		if a.URI != "" {
			parts = append(parts, a.URI)
		}
		if a.Target > 0 {
			parts = append(parts, fmt.Sprintf("to page %d", a.Target))
		}
		if a.Contents != "" {
			parts = append(parts, a.Contents)
		}
		t.AddIndented("  ", a.Kind, strings.Join(parts, ": "), a.Author, strconv.Itoa(a.Page), points(a.Box[0]), points(a.Box[1]))
	}
	return t.Write(sb, width)
}
