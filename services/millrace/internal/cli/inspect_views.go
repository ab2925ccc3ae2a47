package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/pdf/ocr"
	"github.com/millrace/millrace/shared/pdf/reader"
)

// lookFlags are the flags of inspect that say how documents are read and what is shown of them.
type lookFlags struct{ pages, engine, passwords string }

func (f *lookFlags) register(cmd *cobra.Command, cfg *inspect.Config) {
	flags := cmd.Flags()
	flags.BoolVar(&cfg.Views.Layout, "layout", false, "show the text as it stands on the page, and the outline, page labels, annotations, form fields and attachments")
	flags.BoolVar(&cfg.Views.Words, "words", false, "show every word with its box, size and weight")
	flags.StringVar(&cfg.Views.PNG, "png", "", "folder to draw each page into, with the boxes of blocks (green) and words (red)")
	flags.StringVar(&f.pages, "pages", "", "read these pages only, as 2-5, 3 or 7-")
	flags.StringVar(&f.engine, "engine", "best", "read by glyph or pdfium alone; best takes for each page the one that reads it best")
	flags.StringVar(&f.passwords, "passwords", "", "file with passwords for encrypted documents, one a line")
	flags.StringVar(&cfg.OCR, "ocr", "eng", "languages to recognize pages without text in, as eng+deu, where tesseract is installed; none for not at all")
}

// apply checks the flags and puts them into cfg.
func (f *lookFlags) apply(cmd *cobra.Command, cfg *inspect.Config) error {
	var err error
	if cfg.From, cfg.To, err = pageRange(f.pages); err != nil {
		return usage("%w", err)
	}
	switch f.engine {
	case "best":
		cfg.Engine = reader.Best
	case reader.Glyph, reader.Pdfium:
		cfg.Engine = f.engine
	default:
		return usage("--engine %s: say best, glyph or pdfium", f.engine)
	}
	if cmd.Flags().Changed("ocr") {
		if _, err := ocr.Find(cmd.Context(), cfg.OCR); err != nil {
			return fmt.Errorf("--ocr %s: %w", cfg.OCR, err)
		}
	}
	if f.passwords != "" {
		list, err := os.ReadFile(f.passwords)
		if err != nil {
			return fmt.Errorf("read the passwords: %w", err)
		}
		for line := range strings.Lines(string(list)) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				cfg.Passwords = append(cfg.Passwords, line)
			}
		}
	}
	if cfg.Views.PNG != "" {
		if err := os.MkdirAll(cfg.Views.PNG, 0o750); err != nil {
			return fmt.Errorf("make the folder for the pictures: %w", err)
		}
	}
	return nil
}

// pageRange reads "2-5", "3" or "7-"; "" stands for all pages, which is 0 and 0.
func pageRange(text string) (from, to int, err error) {
	if text == "" {
		return 0, 0, nil
	}
	first, last, ranged := strings.Cut(text, "-")
	if from, err = strconv.Atoi(strings.TrimSpace(first)); err == nil {
		to = from
	}
	if last = strings.TrimSpace(last); err == nil && ranged {
		if to = 0; last != "" {
			to, err = strconv.Atoi(last)
		}
	}
	if err != nil || from < 1 || ranged && last != "" && to < from {
		return 0, 0, fmt.Errorf("--pages %s: say 2-5, 3 or 7-", text)
	}
	return from, to, nil
}

// writeViews prints what was asked for of a document's text, and else the first lines of it.
func writeViews(sb *strings.Builder, r inspect.Result, width int) error {
	for _, path := range r.Pictures {
		fmt.Fprintf(sb, "  drawn: %s\n", table.Clean(path))
	}
	if len(r.Words) > 0 {
		t := table.New(table.Column{Title: "  WORD", Flex: true}, table.Column{Title: "PAGE", Right: true}, table.Column{Title: "X0", Right: true},
			table.Column{Title: "Y0", Right: true}, table.Column{Title: "X1", Right: true}, table.Column{Title: "Y1", Right: true},
			table.Column{Title: "SIZE", Right: true}, table.Column{Title: "WEIGHT"})
		for _, w := range r.Words {
			weight := ""
			if w.Bold {
				weight = "bold"
			}
			t.AddIndented("  ", w.Text, strconv.Itoa(w.Page), points(w.BBox[0]), points(w.BBox[1]), points(w.BBox[2]), points(w.BBox[3]), points(w.Size), weight)
		}
		if err := t.Write(sb, width); err != nil {
			return err
		}
	}
	if err := writeStructure(sb, r.Structure, width); err != nil {
		return err
	}
	switch {
	case r.Layout != "":
		writeLayout(sb, r.Layout)
	case len(r.Words) == 0:
		writeExcerpt(sb, r.Text, width, "--json prints all")
	}
	return nil
}

func points(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// writeLayout prints laid out text, a line below each page. Lines are not cut: their places are what was asked for.
func writeLayout(sb *strings.Builder, text string) {
	for i, page := range strings.Split(text, "\f") {
		if i > 0 {
			sb.WriteString("  --------\n")
		}
		for line := range strings.Lines(page) {
			indent := len(line) - len(strings.TrimLeft(line, " "))
			fmt.Fprintf(sb, "  %s%s\n", line[:indent], cleanKeepingSpaces(line[indent:]))
		}
	}
}

// cleanKeepingSpaces makes words fit for a terminal and leaves the spaces between them as they are.
func cleanKeepingSpaces(line string) string {
	parts := strings.Split(strings.TrimRight(line, "\n"), " ")
	for i, p := range parts {
		parts[i] = table.Clean(p)
	}
	return strings.Join(parts, " ")
}
