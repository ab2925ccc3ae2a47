package extract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/extract/value"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/testkit"
)

// confident is the confidence from which a wrong value counts as a confident one.
const confident = 0.7

// TestFigures measures the extractor on real documents with an answer key and prints figures per field. It asserts nothing
// but that every document is read without a panic: thresholds belong to the evaluation command. -v shows the figures,
// MILLRACE_FIGURES=wrong the values that are wrong or missing as well.
func TestFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	data := testkit.Data(t)
	e, err := extract.New(extract.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []struct{ name, key, class string }{
		{"facturx", "facturx_gold.json", "invoice"},
		{"fcc", "fcc_gold.json", "invoice"},
		{"kleister_nda", "kleister_nda_gold.json", "contract"},
		{"cuad", "cuad_gold.json", "contract"},
	} {
		t.Run(set.name, func(t *testing.T) {
			figures := newTally()
			begin, extracting := time.Now(), time.Duration(0)
			for _, c := range answerKey(t, filepath.Join(data, "_gold", "dev", set.key)) {
				doc := readPDF(t, filepath.Join(data, c.Path))
				if doc == nil {
					figures.unread++
					doc = &layout.Document{}
				}
				start := time.Now()
				fields := e.Extract(doc, set.class).Fields
				extracting += time.Since(start)
				figures.add(c, fields)
			}
			figures.report(t)
			t.Logf("extracting took %.1f %% of the %v for reading and extracting", 100*float64(extracting)/float64(time.Since(begin)), time.Since(begin).Round(time.Millisecond))
		})
	}
	t.Run("sroie", func(t *testing.T) { receipts(t, e, filepath.Join(data, "fields", "sroie", "data")) })
}

// key is a document and what it says.
type key struct {
	Path    string
	Gold    map[string][]string
	Visible map[string]bool
}

func answerKey(t *testing.T, path string) []key {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no answer key: %v", err)
	}
	var cases []struct {
		Path    string
		Gold    map[string]any
		Visible map[string]bool
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	out := make([]key, len(cases))
	for i, c := range cases {
		out[i] = key{c.Path, map[string][]string{}, c.Visible}
		for name, v := range c.Gold {
			switch v := v.(type) {
			case string:
				if v != "" && rename(name) != "" {
					out[i].Gold[rename(name)] = []string{isoDate(rename(name), v)}
				}
			case []any:
				for _, x := range v {
					out[i].Gold[rename(name)] = append(out[i].Gold[rename(name)], strings.ReplaceAll(fmt.Sprint(x), "_", " "))
				}
			}
		}
	}
	return out
}

// rename maps the answer keys' names to ours where they differ.
func rename(name string) string {
	switch name {
	case "governing_law":
		return "jurisdiction"
	case "parties", "document_name", "contract_type", "expiration_date", "agreement_date":
		return "" // texts with definitions in them, or fields that no template reads yet
	}
	return name
}

// isoDate normalises the American dates of some keys.
func isoDate(name, v string) string {
	if strings.HasSuffix(name, "_date") {
		if iso, err := value.ParseDate(v, value.Locale{MonthFirst: true}); err == nil {
			return iso
		}
	}
	return v
}

func readPDF(t *testing.T, path string) *layout.Document {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Logf("%s: %v", filepath.Base(path), err)
		return nil
	}
	doc, err := pdf.Read(t.Context(), content, pdf.Limits{})
	if err != nil {
		t.Logf("%s: %v", filepath.Base(path), err)
		return nil
	}
	return doc
}

// tally counts results by field.
type tally struct {
	fields map[string]*count
	wrong  []string
	unread int
}

type count struct{ want, right, wrong, confidentlyWrong, missing, extra int }

func newTally() *tally { return &tally{fields: map[string]*count{}} }

func (a *tally) add(c key, got []event.Field) {
	for _, name := range slices.Sorted(maps.Keys(c.Gold)) {
		visible, marked := c.Visible[name]
		if marked && !visible || c.Visible != nil && !marked {
			continue
		}
		n := a.fields[name]
		if n == nil {
			n = &count{}
			a.fields[name] = n
		}
		var values []event.Field
		for _, f := range got {
			if f.Name == name {
				values = append(values, f)
			}
		}
		a.compare(c.Path, name, n, c.Gold[name], values)
	}
}

func (a *tally) compare(path, name string, n *count, want []string, got []event.Field) {
	used := make([]bool, len(got))
	for _, w := range want {
		n.want++
		k := slices.IndexFunc(got, func(f event.Field) bool { return same(f.Value, w) })
		switch {
		case k >= 0:
			n.right++
			used[k] = true
			continue
		case len(got) == 0:
			n.missing++
		default:
			n.wrong++
			if got[0].Confidence >= confident {
				n.confidentlyWrong++
			}
		}
		var seen []string
		for _, f := range got {
			seen = append(seen, fmt.Sprintf("%q (%.2f %s)", f.Value, f.Confidence, f.Source))
		}
		a.wrong = append(a.wrong, fmt.Sprintf("%-40s %s want %q got %s", filepath.Base(path), name, w, strings.Join(seen, ", ")))
	}
	for _, u := range used {
		if !u {
			n.extra++
		}
	}
}

// same compares without case, blanks and punctuation.
func same(a, b string) bool { return bare(a) == bare(b) }

func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, strings.NewReplacer("&", "and", "_", "").Replace(s))
}

func (a *tally) report(t *testing.T) {
	t.Helper()
	var sb strings.Builder
	total := count{}
	fmt.Fprintf(&sb, "%-16s %6s %6s %6s %6s %6s %6s %6s\n", "field", "want", "right", "recall", "wrong", "conf.w", "miss", "extra")
	line := func(name string, n count) {
		fmt.Fprintf(&sb, "%-16s %6d %6d %6.3f %6d %6d %6d %6d\n", name, n.want, n.right, float64(n.right)/float64(max(n.want, 1)), n.wrong, n.confidentlyWrong, n.missing, n.extra)
	}
	for _, name := range slices.Sorted(maps.Keys(a.fields)) {
		n := *a.fields[name]
		line(name, n)
		total.want += n.want
		total.right += n.right
		total.wrong += n.wrong
		total.confidentlyWrong += n.confidentlyWrong
		total.missing += n.missing
		total.extra += n.extra
	}
	line("all", total)
	precision := float64(total.right) / float64(max(total.right+total.extra, 1))
	recall := float64(total.right) / float64(max(total.want, 1))
	fmt.Fprintf(&sb, "F1 %.3f, documents that could not be read: %d\n", 2*precision*recall/max(precision+recall, 1e-9), a.unread)
	if os.Getenv("MILLRACE_FIGURES") == "wrong" {
		sb.WriteString(strings.Join(a.wrong, "\n"))
	}
	t.Log("\n" + sb.String())
}

// receipts measures on text lines with boxes.
func receipts(t *testing.T, e *extract.Extractor, dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "box", "*.csv"))
	if len(files) == 0 {
		t.Skip("no receipts")
	}
	figures := newTally()
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, "key", strings.TrimSuffix(filepath.Base(f), ".csv")+".json"))
		if err != nil {
			continue
		}
		var gold map[string]string
		if json.Unmarshal(raw, &gold) != nil {
			continue
		}
		c := key{Path: f, Gold: map[string][]string{}}
		for k, v := range gold {
			if v != "" {
				c.Gold[k] = []string{v}
			}
		}
		doc := receiptLayout(t, f)
		normaliseReceipt(c.Gold)
		figures.add(c, e.Extract(doc, "receipt").Fields)
	}
	figures.report(t)
}
