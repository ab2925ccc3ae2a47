package cli

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/services/millrace/internal/table"
)

// maxTemplates bounds the templates that people are shown.
const maxTemplates = 6

// writeWhatLost prints which values lost and which templates nearly fitted.
func writeWhatLost(sb *strings.Builder, e *inspect.Explanation, width int) error {
	if e == nil {
		return nil
	}
	fmt.Fprintf(sb, "  read by the template %s\n", table.Clean(e.Template))
	if len(e.Lost) > 0 {
		t := table.New(table.Column{Title: "  NOT TAKEN"}, table.Column{Title: "VALUE", Flex: true}, table.Column{Title: "PAGE", Right: true},
			table.Column{Title: "SURE", Right: true}, table.Column{Title: "FOUND BY", Flex: true})
		for _, f := range e.Lost {
			t.AddIndented("  ", f.Name, f.Value, fmt.Sprint(f.Page), percent(f.Confidence), f.Source)
		}
		if err := t.Write(sb, width); err != nil {
			return err
		}
	}
	t := table.New(table.Column{Title: "  TEMPLATE"}, table.Column{Title: "FITS", Right: true}, table.Column{Title: "LACKS", Flex: true})
	for _, m := range e.Templates[:min(len(e.Templates), maxTemplates)] {
		t.AddIndented("  ", m.Template, fmt.Sprintf("%d of %d", m.Found, m.Wanted), strings.Join(m.Lacks, ", "))
	}
	return t.Write(sb, width)
}
