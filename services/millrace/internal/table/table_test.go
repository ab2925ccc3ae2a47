package table_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/services/millrace/internal/table"
)

func sample() *table.Table {
	t := table.New(
		table.Column{Title: "NAME", Flex: true},
		table.Column{Title: "CLASS"},
		table.Column{Title: "PAGES", Right: true},
		table.Column{Title: "FIELDS", Flex: true},
	)
	t.Add("invoice 0042.pdf", "invoice", "2", "grand_total=119.00 EUR seller_name=Müller & Söhne GmbH")
	t.Add("請求書.pdf", "invoice", "12", "")
	t.Add("a very long name of a document that somebody scanned.pdf", "unknown", "1", "title=x")
	return t
}

func TestWrite(t *testing.T) {
	tests := []struct {
		name     string
		terminal int
		want     string
	}{
		{"no terminal: nothing is cut", 0, `
NAME                                                      CLASS    PAGES  FIELDS
invoice 0042.pdf                                          invoice      2  grand_total=119.00 EUR seller_name=Müller & Söhne GmbH
請求書.pdf                                                invoice     12
a very long name of a document that somebody scanned.pdf  unknown      1  title=x
`},
		{"80 columns: the widest flexible columns are cut", 80, `
NAME                             CLASS    PAGES  FIELDS
invoice 0042.pdf                 invoice      2  grand_total=119.00 EUR seller_…
請求書.pdf                       invoice     12
a very long name of a document…  unknown      1  title=x
`},
		{"20 columns: columns keep a readable minimum", 20, `
NAME      CLASS    PAGES  FIELDS
invoice…  invoice      2  grand_t…
請求書.…  invoice     12
a very…   unknown      1  title=x
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var sb strings.Builder
			if err := sample().Write(&sb, tt.terminal); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), sb.String()); diff != "" {
				t.Errorf("table differs (-want +got):\n%s", diff)
			}
			for line := range strings.Lines(sb.String()) {
				if w := table.Width(strings.TrimSuffix(line, "\n")); tt.terminal == 80 && w > 80 {
					t.Errorf("line is %d columns wide: %q", w, line)
				}
			}
		})
	}
}

func TestCleanTakesAwayWhatATerminalWouldObey(t *testing.T) {
	tests := map[string]string{
		"\x1b[31mred\x1b[0m":      "[31mred [0m",
		"two\nlines\tand\r\nmore": "two lines and more",
		"  padded  ":              "padded",
		"evil\u202etxt.pdf":       "eviltxt.pdf",
		"bad \xff byte":           "bad byte",
		"nul\x00inside":           "nul inside",
	}
	for in, want := range tests {
		if got := table.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	tests := []struct {
		in      string
		columns int
		want    string
	}{
		{"short", 10, "short"},
		{"exactly", 7, "exactly"},
		{"too long", 5, "too…"},
		{"請求書請求書", 5, "請求…"},
		{"請求書請求書", 4, "請…"},
		{"x", 0, ""},
		{"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
	}
	for _, tt := range tests {
		got := table.Cut(tt.in, tt.columns)
		if got != tt.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", tt.in, tt.columns, got, tt.want)
		}
		if table.Width(got) > tt.columns {
			t.Errorf("Cut(%q, %d) is %d columns wide", tt.in, tt.columns, table.Width(got))
		}
	}
}
