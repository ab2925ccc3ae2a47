package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/event"
)

// mostRows is how many rows of a document's tables people are shown.
const mostRows = 25

// rowTable lists rows of a document's tables: a column for each kind of cell that any of them has, in the order of the cells,
// and how sure each row is.
func rowTable(items []event.Item) *table.Table {
	var names []string
	for _, it := range items {
		at := 0
		for _, c := range it.Cells {
			if i := slices.Index(names, c.Name); i >= 0 {
				at = i + 1
				continue
			}
			names = slices.Insert(names, at, c.Name)
			at++
		}
	}
	var columns []table.Column
	for _, name := range names {
		title := strings.ToUpper(strings.ReplaceAll(name, "_", " "))
		if len(columns) == 0 {
			title = "  " + title
		}
		columns = append(columns, table.Column{Title: title, Right: figures(items, name), Flex: name == "description"})
	}
	t := table.New(append(columns, table.Column{Title: "SURE", Right: true})...)
	for _, it := range items[:min(len(items), mostRows)] {
		cells := make([]string, len(names))
		for _, c := range it.Cells {
			cells[slices.Index(names, c.Name)] = c.Value
		}
		t.AddIndented("  ", append(cells, percent(it.Confidence))...)
	}
	return t
}

// figures says that the cells of a name are numbers.
func figures(items []event.Item, name string) bool {
	for _, it := range items {
		for _, c := range it.Cells {
			if c.Name == name {
				return c.Type == "amount" || c.Type == "number"
			}
		}
	}
	return false
}

// moreRows says how many rows are not shown.
func moreRows(items []event.Item) string {
	if len(items) <= mostRows {
		return ""
	}
	return fmt.Sprintf("  ... %s more (--json prints all)\n", count(len(items)-mostRows, "row"))
}

// checkTable lists checks, those that fail in capitals.
func checkTable(checks []event.Check) *table.Table {
	t := table.New(table.Column{Title: "  CHECK"}, table.Column{Title: "HOLDS"}, table.Column{Title: "SUM", Flex: true})
	for _, c := range checks {
		holds := "yes"
		if !c.Holds {
			holds = "NO"
		}
		t.AddIndented("  ", c.Name, holds, c.Detail)
	}
	return t
}
