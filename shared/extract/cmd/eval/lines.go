package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/extract/score"
	"github.com/millrace/millrace/shared/layout"
)

// lineTally compares rows that were read from pages with the lines of the XML that the documents carry.
type lineTally struct {
	rows      score.Rows
	documents int
	sums      int // documents whose rows add up to a sum that was read
	sumsTried int
}

// embeddedLines returns the lines of a document's XML as far as the page shows them: cells whose value is not in the text are
// left out (a price of an item that the page gives as a total only, a unit's code), and so are lines without an amount there.
func embeddedLines(e *extract.Extractor, doc *layout.Document, class string) []event.Item {
	var out []event.Item
	if len(doc.Attachments) == 0 {
		return nil
	}
	text := doc.Text()
	for _, it := range e.Extract(doc, class).Items {
		if !strings.HasSuffix(it.Source, "#line") {
			return nil
		}
		it.Cells = slices.DeleteFunc(slices.Clone(it.Cells), func(c event.Cell) bool {
			return c.Name == "unit" || c.Name == "position" || c.Name == "price_quantity" || !onPage(text, c)
		})
		if slices.ContainsFunc(it.Cells, func(c event.Cell) bool { return c.Name == "amount" }) {
			out = append(out, it)
		}
	}
	return out
}

// onPage says that a text shows a cell's value, however its digits are grouped.
func onPage(text string, c event.Cell) bool {
	if c.Type != "amount" && c.Type != "number" {
		return score.Contains(text, c.Value)
	}
	whole, decimals, _ := strings.Cut(c.Value, ".")
	if c.Name == "tax_rate" {
		return regexp.MustCompile(`\b` + whole + `(?:[.,]\d+)? ?%`).MatchString(text)
	}
	for _, mark := range []string{".", ","} {
		forms := []string{c.Value, whole + mark + decimals}
		if len(whole) > 3 {
			for _, group := range []string{".", ",", " ", "'", "\u00a0", "\u202f", "’"} {
				forms = append(forms, whole[:len(whole)-3]+group+whole[len(whole)-3:]+mark+decimals)
			}
		}
		if decimals == "" {
			forms = []string{whole}
		}
		for _, f := range forms {
			if strings.Contains(text, strings.TrimSuffix(f, mark)) {
				return true
			}
		}
	}
	return false
}

// add compares a document's rows with its XML's lines.
func (l *lineTally) add(document string, want []event.Item, got extract.Result) {
	if len(want) == 0 {
		return
	}
	l.documents++
	l.rows.Add(document, want, got.Items)
	for _, c := range got.Checks {
		if c.Name == "line_items" {
			l.sumsTried++
			if c.Holds {
				l.sums++
			}
		}
	}
}

// write prints the figures, the targets and what is wrong.
func (l *lineTally) write(out io.Writer, worst int) error {
	if l.documents == 0 {
		return nil
	}
	var sb strings.Builder
	fmt.Fprintf(&sb, "  rows of %d documents against the lines of their XML; those of %d add up to a printed sum, those of %d do not\n", l.documents, l.sums, l.sumsTried-l.sums)
	if err := l.rows.Write(&sb); err != nil {
		return err
	}
	writeTarget(&sb, target{name: "cells of rows right", want: 0.80}, l.rows.Cells.Recall())
	for _, m := range l.rows.Misses(worst) {
		fmt.Fprintf(&sb, "    %s\n", m)
	}
	_, err := io.WriteString(out, sb.String())
	return err
}
