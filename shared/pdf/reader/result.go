package reader

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

// reasons say which engine read what, and why, where it was not the first one.
type reasons struct {
	whole []string
	pages []reason
}

type reason struct {
	engine, why string
	numbers     []int
}

// page notes that an engine read a page, and why.
func (r *reasons) page(engine, why string, number int) {
	for i := range r.pages {
		if r.pages[i].engine == engine && r.pages[i].why == why {
			r.pages[i].numbers = append(r.pages[i].numbers, number)
			return
		}
	}
	r.pages = append(r.pages, reason{engine, why, []int{number}})
}

// String returns the reasons for people, or "".
func (r *reasons) String() string {
	parts := slices.Clone(r.whole)
	for _, p := range r.pages {
		parts = append(parts, fmt.Sprintf("%s by %s: %s", pagesText(p.numbers), p.engine, p.why))
	}
	return strings.Join(parts, "; ")
}

// pagesText names pages: "page 3", "pages 1-4, 9".
func pagesText(numbers []int) string {
	if len(numbers) == 1 {
		return fmt.Sprintf("page %d", numbers[0])
	}
	var parts []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if end > i {
			parts = append(parts, fmt.Sprintf("%d-%d", numbers[i], numbers[end]))
		} else {
			parts = append(parts, fmt.Sprint(numbers[i]))
		}
		i = end + 1
	}
	return "pages " + strings.Join(parts, ", ")
}

// engines names the engines that read the document, the one it began with first.
func (r *reasons) engines(first string, pages int) string {
	names := []string{first}
	replaced := 0
	for _, p := range r.pages {
		replaced += len(p.numbers)
		if !slices.Contains(names, p.engine) {
			names = append(names, p.engine)
		}
	}
	if replaced == pages && len(names) > 1 {
		names = names[1:] // nothing of the first one is left
	}
	return strings.Join(names, "+")
}

// finish recognizes what is still without text, and makes the result. err is what the first engine said of the document.
func (w *work) finish(err error) (pdf.Reading, error) {
	doc := w.reading.Document
	failed := w.recognize()
	if errors.Is(failed, ErrNotCompiled) {
		return w.reading, failed
	}
	doc.Outcome = w.outcome()
	doc.Engine = w.reasons.engines(doc.Engine, len(doc.Pages))
	if why := w.reasons.String(); why != "" {
		if doc.EngineReason != "" {
			why = doc.EngineReason + "; " + why
		}
		doc.EngineReason = why
	}
	if doc.Words() > 0 {
		if doc.Language == "" || len(w.reasons.pages) > 0 { // else package pdf has said it, of the same words
			doc.Language = doc.GuessLanguage()
		}
		return w.reading, nil
	}
	switch {
	case w.limits.From > 0 || w.limits.To > 0:
		return w.reading, nil
	case failed != nil:
		return w.reading, failed
	case err != nil && len(w.reasons.whole) == 0:
		return w.reading, err
	}
	return w.reading, w.reading.Textless()
}

// outcome is partial where a page has an error, or where the end of the file is missing: nobody knows which pages it held.
func (w *work) outcome() layout.Outcome {
	for i := range w.reading.Document.Pages {
		if w.reading.Document.Pages[i].Error != "" {
			return layout.Partial
		}
	}
	if pdf.Truncated(w.content) {
		return layout.Partial
	}
	return layout.Complete
}
