package value_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract/value"
)

func TestParseDate(t *testing.T) {
	american := value.Locale{Language: "en", MonthFirst: true}
	for _, tc := range []struct {
		text string
		loc  value.Locale
		want string
	}{
		{"2018-06-13", value.Locale{}, "2018-06-13"},
		{"2018/6/3", value.Locale{}, "2018-06-03"},
		{"2018.06.13", value.Locale{}, "2018-06-13"},
		{"20180613", value.Locale{}, "2018-06-13"},
		{"13.06.2018", value.Locale{}, "2018-06-13"},
		{"13. 06. 2018", value.Locale{}, "2018-06-13"},
		{"13.6.18", value.Locale{}, "2018-06-13"},
		{"03.04.2020", american, "2020-04-03"}, // full stops put the day first everywhere
		{"03/04/2020", value.Locale{}, "2020-04-03"},
		{"03/04/2020", american, "2020-03-04"},
		{"13/06/2018", american, "2018-06-13"},
		{"06/13/2018", value.Locale{}, "2018-06-13"},
		{"12-01-19", value.Locale{}, "2019-01-12"},
		{"31/12/99", value.Locale{}, "1999-12-31"},
		{"13 June 2018", value.Locale{}, "2018-06-13"},
		{"June 13th, 2018", value.Locale{}, "2018-06-13"},
		{"June 13 th , 2018", value.Locale{}, "2018-06-13"},
		{"Jun. 13, 2018", value.Locale{}, "2018-06-13"},
		{"December 11,2014", value.Locale{}, "2014-12-11"},
		{"13-Jun-18", value.Locale{}, "2018-06-13"},
		{"13JUN2018", value.Locale{}, "2018-06-13"},
		{"3rd day of August, 2009", value.Locale{}, "2009-08-03"},
		{"13. Juni 2018", value.Locale{}, "2018-06-13"},
		{"den 1. März 2021", value.Locale{}, "2021-03-01"},
		{"1. Jänner 2021", value.Locale{}, "2021-01-01"},
		{"le 1er juin 2018", value.Locale{}, "2018-06-01"},
		{"15 août 2018", value.Locale{}, "2018-08-15"},
		{"2 févr. 2020", value.Locale{}, "2020-02-02"},
		{"13 de junio de 2018", value.Locale{}, "2018-06-13"},
		{"1 de septiembre del 2019", value.Locale{}, "2019-09-01"},
		{"7 maart 2022", value.Locale{}, "2022-03-07"},
		{"29 februari 2024", value.Locale{}, "2024-02-29"},
		{"(13.06.2018)", value.Locale{}, "2018-06-13"},
	} {
		got, err := value.ParseDate(tc.text, tc.loc)
		if err != nil || got != tc.want {
			t.Errorf("ParseDate(%q, %+v) = %q, %v; want %q", tc.text, tc.loc, got, err, tc.want)
		}
	}
}

func TestParseDateRefuses(t *testing.T) {
	for _, text := range []string{
		"", "soon", "13.13.2018", "31.02.2018", "29.02.2019", "00.01.2020", "2018-13-01", "13.06", "June 2018", "13 June", "12:30", "1.234.567",
		"13.06.2018 and 14.06.2018", "06/13/2018 x", "99/99/9999", "2018-06-13-22", "123.06.2018", "13.06.1850", "May 45, 2020", "13 Flurb 2018",
	} {
		if got, err := value.ParseDate(text, value.Locale{}); err == nil {
			t.Errorf("ParseDate(%q) = %q, want an error", text, got)
		}
	}
}

func TestFindDatesMarksWhatIsAmbiguous(t *testing.T) {
	for _, tc := range []struct {
		text      string
		loc       value.Locale
		ambiguous bool
	}{
		{"03/04/2020", value.Locale{}, true},
		{"03/04/2020", value.Locale{OrderKnown: true}, false},
		{"04/04/2020", value.Locale{}, false},
		{"13/04/2020", value.Locale{}, false},
		{"03.04.2020", value.Locale{}, false},
		{"2020-04-03", value.Locale{}, false},
	} {
		got := value.FindDates(tc.text, tc.loc)
		if len(got) != 1 || got[0].Ambiguous != tc.ambiguous {
			t.Errorf("FindDates(%q, %+v) = %+v, want one date with Ambiguous %v", tc.text, tc.loc, got, tc.ambiguous)
		}
	}
}

func TestFindDatesInRunningText(t *testing.T) {
	text := "Flight: 12/30/19 - 1/8/20, printed on 01/08/2020 at 04:36 PM; ref 12/34; IP 10.12.20.1; v1.2.2018.3"
	var got []string
	for _, d := range value.FindDates(text, value.Locale{MonthFirst: true}) {
		got = append(got, text[d.Start:d.End]+"="+d.ISO)
	}
	want := "12/30/19=2019-12-30 1/8/20=2020-01-08 01/08/2020=2020-01-08"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

func TestDateOrderCountsWhatADocumentShows(t *testing.T) {
	day, month := value.DateOrder("03/04/2020 13/04/2020 04/25/2020 2020-01-31 25.12.2020 113/04/2020 1.13/04/2020 x13/04/2020 13-Apr-2020 13/04 5 30/9/19")
	if day != 3 || month != 1 {
		t.Errorf("got %d day first and %d month first, want 3 and 1", day, month)
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"13.06.2018", "June 13th, 2018", "3rd day of August, 2009", "1er juin 2018", "13-Jun-18 20180613", "\xff13/06/2018", "१३/०६/२०१८", "13 \u00a0de \xe2\x80"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, monthFirst bool) {
		last := 0
		for _, d := range value.FindDates(s, value.Locale{MonthFirst: monthFirst}) {
			if d.Start < last || d.End <= d.Start || d.End > len(s) {
				t.Fatalf("FindDates(%q): bad place %+v after %d", s, d.Span, last)
			}
			last = d.End
			if again, err := value.ParseDate(d.ISO, value.Locale{}); err != nil || again != d.ISO {
				t.Fatalf("FindDates(%q) gives %q, which reads as %q, %v", s, d.ISO, again, err)
			}
		}
	})
}
