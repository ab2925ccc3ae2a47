// Package table lays out rows in columns for people to read in a terminal.
//
// A table never wraps: where it is wider than the terminal, its widest flexible columns are cut, with an ellipsis. Cells
// come from documents and are therefore hostile: control characters, which could move the cursor or change colours, are
// replaced. The package knows nothing of what the rows mean.
package table

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Column describes one column. Its zero value is left-aligned and keeps its full width.
type Column struct {
	Title string
	Right bool // align to the right, for numbers
	Flex  bool // may be cut when the table is too wide
}

// Table collects rows. It is for one goroutine. Its zero value has no columns.
type Table struct {
	Columns []Column
	rows    [][]string
}

const (
	gap      = "  "
	minFlex  = 8
	ellipsis = "…"
)

// New returns an empty table.
func New(columns ...Column) *Table { return &Table{Columns: columns} }

// Add appends a row. Missing cells are empty; surplus cells are dropped.
func (t *Table) Add(cells ...string) {
	row := make([]string, len(t.Columns))
	for i := range row {
		if i < len(cells) {
			row[i] = Clean(cells[i])
		}
	}
	t.rows = append(t.rows, row)
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Write prints the table, header first. No line is wider than terminal columns as long as the flexible columns can be cut
// that far; a terminal of 0 columns or fewer means no limit.
func (t *Table) Write(w io.Writer, terminal int) error {
	widths := t.widths(terminal)
	out := bufio.NewWriter(w)
	header := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = c.Title
	}
	t.line(out, header, widths)
	for _, row := range t.rows {
		t.line(out, row, widths)
	}
	return out.Flush()
}

func (t *Table) line(out *bufio.Writer, row []string, widths []int) {
	var sb strings.Builder
	for i, cell := range row {
		if i > 0 {
			sb.WriteString(gap)
		}
		cell = Cut(cell, widths[i])
		pad := strings.Repeat(" ", widths[i]-Width(cell))
		if t.Columns[i].Right {
			sb.WriteString(pad + cell)
		} else {
			sb.WriteString(cell + pad)
		}
	}
	_, _ = out.WriteString(strings.TrimRight(sb.String(), " ") + "\n") // Flush reports the error
}

// widths returns the width of every column: the natural one, less what has to go for the table to fit.
func (t *Table) widths(terminal int) []int {
	widths := make([]int, len(t.Columns))
	total := len(gap) * max(0, len(t.Columns)-1)
	for i, c := range t.Columns {
		widths[i] = Width(c.Title)
		for _, row := range t.rows {
			widths[i] = max(widths[i], Width(row[i]))
		}
		total += widths[i]
	}
	for terminal > 0 && total > terminal {
		widest := -1
		for i, c := range t.Columns {
			if c.Flex && widths[i] > minFlex && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

// Width returns the number of terminal columns that s takes: two for wide East Asian characters, none for combining marks.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// Cut returns s shortened to at most columns terminal columns, ending in an ellipsis where something was cut.
func Cut(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	if columns <= 0 {
		return ""
	}
	n, end := 0, 0
	for i, r := range s {
		w := runeWidth(r)
		if n+w > columns-1 {
			break
		}
		n += w
		end = i + utf8.RuneLen(r)
	}
	return strings.TrimRight(s[:end], " ") + ellipsis
}

// Clean returns s on one line and without anything that a terminal would obey: control characters and runs of white space
// become one space, bidirectional overrides and invalid bytes are dropped.
func Clean(s string) string {
	var sb strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = true
			continue
		case unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		if space && sb.Len() > 0 {
			sb.WriteByte(' ')
		}
		space = false
		sb.WriteRune(r)
	}
	return sb.String()
}

// AddIndented is Add with an indent before the first cell, which Add would take for padding.
func (t *Table) AddIndented(indent string, cells ...string) {
	t.Add(cells...)
	row := t.rows[len(t.rows)-1]
	row[0] = indent + row[0]
}
