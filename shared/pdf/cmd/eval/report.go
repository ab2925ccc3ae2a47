package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report prints the means, then the documents with the lowest scores.
func report(out io.Writer, m *measurement, worst int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d documents in %v; ours ended as %s\n\n", len(m.results), m.took.Round(time.Second), outcomes(m.kinds))
	fmt.Fprintln(w, "AGAINST PDFTOTEXT (documents it finds text in)\tDOCUMENTS\tBAG F1\tORDER")
	for _, folder := range append([]string{""}, m.folders...) {
		for _, tool := range m.tools {
			if tool == reference || folder != "" && tool != ours {
				continue
			}
			line(w, tool+in(folder), m.results,
				func(r *result) bool { return r.hasText && (folder == "" || r.folder == folder) },
				func(r *result) (float64, float64) { s := r.byTool[tool]; return s.bag, s.order })
		}
	}
	fmt.Fprintln(w, "\nAGAINST REFERENCE TEXT (pdfbox, CUAD)\tDOCUMENTS\tBAG F1\tORDER")
	refs := func(r *result) bool { return r.hasReference }
	for _, tool := range m.tools {
		line(w, tool, m.results, refs, func(r *result) (float64, float64) { s := r.byTool[tool]; return s.refBag, s.refOrder })
	}
	_, own, ownOrder := means(m.results, refs, func(r *result) (float64, float64) { s := r.byTool[ours]; return s.refBag, s.refOrder })
	_, its, itsOrder := means(m.results, refs, func(r *result) (float64, float64) { s := r.byTool[reference]; return s.refBag, s.refOrder })
	if its > 0 && itsOrder > 0 {
		fmt.Fprintf(w, "ours as a share of pdftotext's\t\t%.4f\t%.4f\n", own/its, ownOrder/itsOrder)
	}
	if worst > 0 {
		list(w, m.results, worst)
	}
	return w.Flush()
}

// outcomes prints how often our reading ended in which way.
func outcomes(kinds map[string]int) string {
	parts := []string{fmt.Sprintf("%d read", kinds[""])}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if kind == "" {
			continue
		}
		mark := ""
		if failed(kind) {
			mark = "!"
		}
		parts = append(parts, fmt.Sprintf("%d %s%s", kinds[kind], kind, mark))
	}
	return strings.Join(parts, ", ")
}

func in(folder string) string {
	if folder == "" {
		return ""
	}
	return ", " + folder
}

// means averages two scores over the chosen documents.
func means(results []result, choose func(*result) bool, score func(*result) (float64, float64)) (n int, a, b float64) {
	for i := range results {
		if choose(&results[i]) {
			x, y := score(&results[i])
			n, a, b = n+1, a+x, b+y
		}
	}
	if n == 0 {
		return 0, 0, 0
	}
	return n, a / float64(n), b / float64(n)
}

func line(w io.Writer, name string, results []result, choose func(*result) bool, score func(*result) (float64, float64)) {
	n, a, b := means(results, choose, score)
	fmt.Fprintf(w, "%s\t%d\t%.4f\t%.4f\n", name, n, a, b)
}

// list prints the documents on which we agree least with pdftotext, and what is wrong with each.
func list(w io.Writer, results []result, worst int) {
	var text []*result
	for i := range results {
		if results[i].hasText {
			text = append(text, &results[i])
		}
	}
	slices.SortStableFunc(text, func(a, b *result) int { return cmp.Compare(a.byTool[ours].bag, b.byTool[ours].bag) })
	fmt.Fprintln(w, "\nWORST\tWORDS\tBAG F1\tMUTOOL\tWHAT IS WRONG")
	for _, r := range text[:min(worst, len(text))] {
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%s\n", short(r.name), r.words, r.byTool[ours].bag, r.byTool[mupdf].bag, wrong(r))
	}
}

func wrong(r *result) string {
	why := r.why
	if r.kind != "" {
		why = r.kind + ": " + strings.TrimPrefix(r.fault, "the document has no text: ") + "; " + why
	}
	if agrees := agreement(r); agrees != "" {
		why = agrees + "; " + why
	}
	const longest = 400
	if len(why) > longest {
		why = strings.ToValidUTF8(why[:longest], "") + "…"
	}
	return why
}

// short keeps the end of a long path.
func short(name string) string {
	const width = 60
	if len(name) <= width {
		return name
	}
	return "…" + strings.ToValidUTF8(name[len(name)-width:], "")
}
