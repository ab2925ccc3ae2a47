package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/training"
)

// writeTrained prints the report of a training for people.
func writeTrained(w io.Writer, r trained, inUse *classify.Model, width int) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "learned from %s", count(r.Documents, "document"))
	if r.Made > 0 {
		fmt.Fprintf(&sb, " of yours and %d made ones", r.Made)
	}
	fmt.Fprintf(&sb, "; %s held back in turn, each asked of a model that had not seen its template\n\n", count(r.HeldBack.Documents, "document"))
	if err := writeFigures(&sb, r, width); err != nil {
		return err
	}
	writeSummary(&sb, r)
	for _, f := range r.Few {
		if f.LeftOut {
			fmt.Fprintf(&sb, "left out: %s has %s; a new type needs %d\n", table.Clean(f.Label), count(f.Documents, "document"), training.LeastDocuments)
		} else {
			fmt.Fprintf(&sb, "%s has %s: too few for its figures to say much\n", table.Clean(f.Label), count(f.Documents, "document"))
		}
	}
	for _, c := range r.HeldBack.Classes {
		if c.Templates == 1 && c.Label != classify.Unknown {
			fmt.Fprintf(&sb, "%s: all documents look like one template, so its figures speak for that template only\n", table.Clean(c.Label))
		}
	}
	if len(r.NewLabels) > 0 && r.Made > 0 {
		fmt.Fprintf(&sb, "new types: %s\n", table.Clean(strings.Join(r.NewLabels, ", ")))
	}
	if builtIn, err := classify.Default(); err == nil && builtIn.Name() != inUse.Name() {
		sb.WriteString("the model in use may have learned from these very documents, which flatters it\n")
	}
	writeWhatNext(&sb, r)
	_, err := io.WriteString(w, sb.String())
	return err
}

func writeFigures(sb *strings.Builder, r trained, width int) error {
	t := table.New(table.Column{Title: "TYPE"}, table.Column{Title: "DOCUMENTS", Right: true}, table.Column{Title: "TEMPLATES", Right: true},
		table.Column{Title: "PRECISION", Right: true}, table.Column{Title: "RECALL", Right: true}, table.Column{Title: "F1", Right: true},
		table.Column{Title: "IN USE: F1", Right: true}, table.Column{Title: "TAKEN FOR", Flex: true})
	before := map[string]float64{}
	for _, c := range r.InUse.Classes {
		before[c.Label] = c.F1
	}
	for _, c := range r.HeldBack.Classes {
		var wrong []string
		for _, e := range r.HeldBack.Errors(c.Label) {
			wrong = append(wrong, fmt.Sprintf("%s %d", e.Label, e.Documents))
		}
		t.Add(c.Label, fmt.Sprint(c.Documents), fmt.Sprint(c.Templates), three(c.Precision), three(c.Recall), three(c.F1), three(before[c.Label]),
			strings.Join(wrong, ", "))
	}
	return t.Write(sb, width)
}

func writeSummary(sb *strings.Builder, r trained) {
	fmt.Fprintf(sb, "\n%-26s%-12s%s\n", "on held-back documents", "new model", "in use: "+r.InUse.Model)
	for _, line := range []struct {
		what        string
		now, before float64
	}{
		{"macro-F1", r.HeldBack.MacroF1, r.InUse.MacroF1},
		{"right", r.HeldBack.Accuracy, r.InUse.Accuracy},
		{"called unknown", r.HeldBack.Unknown, r.InUse.Unknown},
		{"calibration error", r.HeldBack.Calibration, r.InUse.Calibration},
	} {
		fmt.Fprintf(sb, "  %-24s%-12s%s\n", line.what, three(line.now), three(line.before))
	}
	fmt.Fprintf(sb, "unknown below a probability of %.2f or a score of %.1f", r.Threshold, r.Floor)
	if len(r.Unseen) > 0 {
		mean := 0.0
		for _, label := range slices.Sorted(maps.Keys(r.Unseen)) {
			mean += r.Unseen[label] / float64(len(r.Unseen))
		}
		fmt.Fprintf(sb, "; of types it never saw, %.0f %% were called unknown", 100*mean)
	}
	sb.WriteString("\n")
}

// writeWhatNext says where the model is and what to type.
func writeWhatNext(sb *strings.Builder, r trained) {
	verdict := "better than the model in use"
	switch cmp.Compare(r.HeldBack.MacroF1, r.InUse.MacroF1) {
	case 0:
		verdict = "as good as the model in use"
	case -1:
		verdict = "worse than the model in use"
	}
	fmt.Fprintf(sb, "\n%s, on these documents %s: %s\n", r.Model, verdict, r.File)
	switch {
	case r.Installed:
		sb.WriteString("it is in use now; millrace models rollback goes back\n")
	case r.Name != "":
		fmt.Fprintf(sb, "put it to use with: millrace models use %s\n", r.Name)
	default:
		fmt.Fprintf(sb, "put it to use by setting MILLRACE_CLASSIFIER_MODEL to that file\n")
	}
}

func three(x float64) string { return fmt.Sprintf("%.3f", x) }
