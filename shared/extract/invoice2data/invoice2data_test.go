package invoice2data_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/extract/invoice2data"
)

const oak = `issuer: Oak Timber
priority: 7
keywords:
  - Oak Timber
  - 'VAT\s+GB 1?0'
exclude_keywords: [CREDIT NOTE]
fields:
  amount: 'Total due(?!\s+from)\s+([\d.,]+)'
  date: 'Date:\s+(\d+/\d+/\d+)'
  invoice_number:
    parser: regex
    regex: ['No\.\s(?P<number>OT-\d{,6})', 'never (\d)']
  sum_amount_fee: ['Fee ([\d.]+)', 'Toll ([\d.]+)']
  static_country: GB
  code:
    parser: static
    value: 00420
  word:
    parser: regex
    regex: '\b(\w)\w*(?=;)'
    group: join
  goods:
    parser: lines
    start: Goods\n
    end: '\n--'
    first_line: '^(?P<pos>\d)\s+(?P<name>\S.*?)\s+(?P<qty>[\d.]+)\s+(?P<uom>\w+)$'
    line: '^\s+(?P<name>.+)$'
    skip_line: ignore
    last_line: 'serial (?P<serial>\w+)'
    types: {pos: int, qty: float}
tables:
  - start: Period
    end: Thanks
    body: '(?P<date_from>\S+) to (?P<date_to>\S+)'
    fields: {date_from: {group: first}, date_to: {group: last}}
options:
  currency: GBP
  languages: [en]
  date_formats: ['%d/%m/%Y']
  replace: [['(?P<a>Da)te:', '\g<a>te: ']]
`

const oakText = `Oak Timber   VAT  GB 10
No. OT-4711      Date: 03/04/2025
Goods
1  Planks   2.5  m
     oak; sawn;
     ignore this
   serial X9
2  Nails    100  pcs
--
Fee 1.50
Toll 2.25
Total due from last month 1.00
Total due   1,042.5
Period 01/03/2025 to 31/03/2025
01/04/2025 to 30/04/2025
Thanks
`

func mustParse(t *testing.T, text string) *invoice2data.Template {
	t.Helper()
	tpl, problems := invoice2data.Parse("oak.yml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return tpl
}

func read(t *testing.T, template, text string) (map[string][]string, invoice2data.Lack) {
	t.Helper()
	tpl := mustParse(t, template)
	prepared := tpl.Prepare(text)
	values, lack := tpl.Read(prepared)
	out := map[string][]string{}
	for _, v := range values {
		out[v.Name] = append(out[v.Name], v.Text)
		if v.At >= 0 && !strings.HasPrefix(prepared[v.At:], strings.SplitN(v.Raw, "\n", 2)[0]) && v.Name != "word" && v.Name != "amount_fee" && !strings.HasSuffix(v.Name, "unece_code") {
			t.Errorf("%s is said to stand at %q", v.Name, prepared[v.At:min(v.At+20, len(prepared))])
		}
	}
	return out, lack
}

func TestATemplateIsReadAsItIs(t *testing.T) {
	got, lack := read(t, oak, oakText)
	if !lack.Fits() {
		t.Fatalf("it lacks %+v", lack)
	}
	want := map[string][]string{
		"issuer": {"Oak Timber"}, "currency": {"GBP"}, "desc": {"Invoice from Oak Timber"}, "amount": {"1042.50"}, "date": {"2025-04-03"},
		"invoice_number": {"OT-4711"}, "amount_fee": {"3.75"}, "country": {"GB"}, "code": {"00420"}, "word": {"o s"},
		"goods[0].pos": {"1"}, "goods[0].name": {"Planks\noak; sawn;"}, "goods[0].qty": {"2.50"}, "goods[0].uom": {"m"}, "goods[0].unece_code": {"MTR"},
		"goods[0].serial": {"X9"},
		"goods[1].pos":    {"2"}, "goods[1].name": {"Nails"}, "goods[1].qty": {"100.00"}, "goods[1].uom": {"pcs"}, "goods[1].unece_code": {"H87"},
		"date_from": {"2025-03-01"}, "date_to": {"2025-04-30"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values differ (-want +got):\n%s", diff)
	}
}

func TestWhatATemplateLacksIsTold(t *testing.T) {
	for text, want := range map[string]invoice2data.Lack{
		"Oak Timber":                     {Keywords: []string{`VAT\s+GB 1?0`}},
		oakText + "CREDIT NOTE":          {Excluded: []string{"CREDIT NOTE"}},
		"Oak Timber VAT GB 10\nNo. OT-1": {Fields: []string{"date", "amount"}},
	} {
		got, lack := read(t, oak, text)
		if diff := cmp.Diff(want, lack); diff != "" || len(got) != 0 {
			t.Errorf("%.30q (-want +got):\n%s%v", text, diff, got)
		}
	}
}

func TestOptionsPrepareTheText(t *testing.T) {
	tpl := mustParse(t, "keywords: [x]\noptions: {remove_whitespace: true, remove_accents: true, lowercase: true, replace: [['a', 'b$1']]}\n")
	if got := tpl.Prepare("É  A X"); got != "eb$1x" {
		t.Errorf("prepared %q", got)
	}
}

func TestNumbersFollowTheDecimalSeparator(t *testing.T) {
	got, _ := read(t, "keywords: [x]\nrequired_fields: [amount]\nfields: {amount: 'x (.*)'}\noptions: {decimal_separator: ','}\n", "x 1.234,5\nx 1 234,50\nx 1,2,3")
	if diff := cmp.Diff([]string{"1234.50"}, got["amount"]); diff != "" {
		t.Error(diff)
	}
}

func TestProblemsNameTheirLine(t *testing.T) {
	for text, want := range map[string]invoice2data.Problem{
		"fields: {}\n":                                      {Line: 0, Field: "keywords"},
		"keywords: [a]\nfields:\n  x: '(a'\n":               {Line: 3, Field: "fields.x"},
		"keywords: [a]\nfields:\n  x:\n    parser: magic\n": {Line: 4, Field: "fields.x.parser"},
		"keywords: [a]\nfields:\n  x:\n    parser: lines\n    start: a\n    end: b\n": {Line: 3, Field: "fields.x.line"},
		"keywords: [a]\npriority: high\n":                                             {Line: 2, Field: "priority"},
		"keywords: [a]\noptions:\n  replace: [[a]]\n":                                 {Line: 3, Field: "options.replace[0]"},
		"keywords: [a\n": {Line: 1},
	} {
		tpl, problems := invoice2data.Parse("x.yml", []byte(text))
		if tpl != nil || len(problems) != 1 || problems[0].Line != want.Line || problems[0].Field != want.Field || problems[0].Text == "" {
			t.Errorf("%q: %+v, want line %d of %s", text, problems, want.Line, want.Field)
		}
	}
}

func TestTemplatesAreToldApartByTheirKeys(t *testing.T) {
	for text, want := range map[string]bool{oak: true, "template: invoice\nversion: 1\n": false, "{\"keywords\": [\"a\"]}": true, "- a\n": false, "a: [": false} {
		if got := invoice2data.Recognize([]byte(text)); got != want {
			t.Errorf("%.20q: %v", text, got)
		}
	}
}

// An expression that backtracks without end costs its field, not the service.
func TestAnExpressionWithoutEndIsGivenUp(t *testing.T) {
	got, lack := read(t, "keywords: [x]\nrequired_fields: [fine]\nfields: {slow: '(x+x+)+y', fine: 'z(.)'}\n", strings.Repeat("x", 5_000)+"z1")
	if !lack.Fits() || got["fine"] == nil || got["slow"] != nil {
		t.Errorf("lacks %+v, got %v", lack, got)
	}
}

func TestTheHighestPriorityComesFirst(t *testing.T) {
	a, b := mustParse(t, "keywords: [a]\n"), mustParse(t, oak)
	list := []*invoice2data.Template{a, b}
	if invoice2data.Sort(list); list[0] != b {
		t.Errorf("first is %s with priority %d", list[0].Issuer, list[0].Priority)
	}
}
