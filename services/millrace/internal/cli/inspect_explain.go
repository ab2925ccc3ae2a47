package cli

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/classify"
)

// maxTemplates bounds the templates that people are shown.
const maxTemplates = 6

// writeExplained prints what spoke for the class, which values lost and which templates nearly fitted.
func writeExplained(sb *strings.Builder, e *inspect.Explanation, width int) error {
	if e == nil {
		return nil
	}
	if err := writeReasons(sb, e.Class, width); err != nil {
		return err
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

// writeReasons prints what spoke for the class.
func writeReasons(sb *strings.Builder, w classify.Why, width int) error {
	if w.Label == classify.Unknown {
		sb.WriteString("  no type: there are no words to tell it by\n")
		return nil
	}
	fmt.Fprintf(sb, "  %s rather than %s: %s likely (%s needed), score %.1f (%.1f needed), by %s\n", w.Label, w.Over, percent(w.Probability),
		percent(w.Threshold), w.Score, w.Floor, table.Clean(w.Model))
	if w.Unnamed {
		fmt.Fprintf(sb, "  but it is nowhere called by a name of that type, such as its title, so its class is %s\n", classify.Unknown)
	}
	t := table.New(table.Column{Title: "  SPEAKS FOR"}, table.Column{Title: "BY", Flex: true}, table.Column{Title: "AS"}, table.Column{Title: "WEIGHT", Right: true})
	for _, side := range []struct {
		label   string
		reasons []classify.Reason
	}{{w.Label, w.For}, {w.Over, w.Against}} {
		for _, r := range side.reasons {
			t.AddIndented("  ", side.label, r.Text, r.Kind, fmt.Sprintf("%+.2f", r.Weight))
		}
	}
	t.AddIndented("  ", "", "all else", "", fmt.Sprintf("%+.2f", w.Rest+w.Bias))
	return t.Write(sb, width)
}
