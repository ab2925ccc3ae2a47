package value_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract/value"
)

func TestParseAmount(t *testing.T) {
	de, en, fr := value.Locale{Language: "de"}, value.Locale{Language: "en"}, value.Locale{Language: "fr"}
	for _, tc := range []struct {
		text     string
		loc      value.Locale
		want     string
		currency string
	}{
		{"1234.50", value.Locale{}, "1234.50", ""},
		{"1.234,50", value.Locale{}, "1234.50", ""},
		{"1,234.50", value.Locale{}, "1234.50", ""},
		{"1 234,50", value.Locale{}, "1234.50", ""},
		{"1\u00a0234,50", en, "1234.50", ""},
		{"1\u202f234\u202f567,5", fr, "1234567.50", ""},
		{"1'234.50", value.Locale{}, "1234.50", ""},
		{"1’234’567.05", value.Locale{}, "1234567.05", ""},
		{"12,34,567.80", value.Locale{}, "1234567.80", ""},
		{"1.234.567", value.Locale{}, "1234567.00", ""},
		{"1.000", de, "1000.00", ""},
		{"1,000", en, "1000.00", ""},
		{"1,000", de, "1.00", ""},
		{"9,9000", de, "9.90", ""},
		{"0,025", value.Locale{}, "0.025", ""},
		{"0007,50", value.Locale{}, "7.50", ""},
		{".50", value.Locale{}, "0.50", ""},
		{"42", value.Locale{}, "42.00", ""},
		{"-50,00", value.Locale{}, "-50.00", ""},
		{"−50,00", value.Locale{}, "-50.00", ""},
		{"50,00-", value.Locale{}, "-50.00", ""},
		{"(50.00)", value.Locale{}, "-50.00", ""},
		{"-0,00", value.Locale{}, "0.00", ""},
		{"€ 12,50", value.Locale{}, "12.50", "EUR"},
		{"12,50 €", value.Locale{}, "12.50", "EUR"},
		{"12,50€", value.Locale{}, "12.50", "EUR"},
		{"$1,234.50", en, "1234.50", "USD"},
		{"US$ 1,234.50", en, "1234.50", "USD"},
		{"CHF 1'234.50", value.Locale{}, "1234.50", "CHF"},
		{"1 234,50 EUR", fr, "1234.50", "EUR"},
		{"RM 33.90", en, "33.90", "MYR"},
		{"RM33.90", en, "33.90", "MYR"},
		{"R$ 1.234,50", value.Locale{}, "1234.50", "BRL"},
		{"£99.00", en, "99.00", "GBP"},
		{"¥1,000", en, "1000.00", "JPY"},
		{"12,50 Euro", de, "12.50", "EUR"},
		{"100,00 zł", value.Locale{}, "100.00", "PLN"},
	} {
		got, err := value.ParseAmount(tc.text, tc.loc)
		if err != nil || got.Decimal != tc.want || got.Currency != tc.currency {
			t.Errorf("ParseAmount(%q, %q) = %q %q, %v; want %q %q", tc.text, tc.loc.Language, got.Decimal, got.Currency, err, tc.want, tc.currency)
		}
	}
}

func TestParseAmountRefuses(t *testing.T) {
	for _, text := range []string{
		"", "ten", "12.34.56", "1,23,45", "13.06.2018", "10:30", "A123", "123A", "1/2", "19 %", "12.5%", "DE123456789", "1234567890123456", "1.2.3.4", "3-4-5", "12.00 13.00",
	} {
		if got, err := value.ParseAmount(text, value.Locale{}); err == nil {
			t.Errorf("ParseAmount(%q) = %+v, want an error", text, got)
		}
	}
}

func TestFindAmountsInRunningText(t *testing.T) {
	for _, tc := range []struct {
		text, language, want string
	}{
		{"19 % von 336,00 € sind 63,84 €", "de", "%19.00 336.00EUR 63.84EUR"},
		{"Invoice RE-2019/507 of 2019-06-10: total $5.00 $6.00", "en", "5.00USD 6.00USD"},
		{"2 600.00", "en", "2.00 600.00"},
		{"160,00 € 1 160,00 €", "fr", "160.00EUR 1160.00EUR"},
		{"30% d'acompte", "fr", "%30.00"},
		{"IBAN DE88 2008 0000", "de", "2008.00 0.00"},
	} {
		var got []string
		for _, a := range value.FindAmounts(tc.text, value.Locale{Language: tc.language}) {
			s := a.Decimal + a.Currency
			if a.Percent {
				s = "%" + s
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("FindAmounts(%q) = %s, want %s", tc.text, s, tc.want)
		}
	}
}

func TestParseCurrency(t *testing.T) {
	for text, want := range map[string]string{"EUR": "EUR", "€": "EUR", "(EUR)": "EUR", "Euro": "EUR", "eur": "EUR", "US$": "USD", "$": "USD", "US Dollars": "USD", "CHF": "CHF", "RM": "MYR"} {
		if got, ok := value.ParseCurrency(text); !ok || got != want {
			t.Errorf("ParseCurrency(%q) = %q, %v, want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "ABC", "the", "E", "EURO5"} {
		if got, ok := value.ParseCurrency(text); ok {
			t.Errorf("ParseCurrency(%q) = %q, want none", text, got)
		}
	}
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"1.234,50 €", "$1,234.50", "CHF 1'234.50", "(5.00)", "1 234,50-", "\u00a01\u202f234", "-.5", "1,,2", "€\xff1", "99999999999999999999", ",0'0"} {
		f.Add(s, "de")
		f.Add(s, "en")
	}
	f.Fuzz(func(t *testing.T, s, language string) {
		last := 0
		for _, a := range value.FindAmounts(s, value.Locale{Language: language}) {
			if a.Start < last || a.End <= a.Start || a.End > len(s) {
				t.Fatalf("FindAmounts(%q): bad place %+v after %d", s, a.Span, last)
			}
			last = a.End
			whole, decimals, ok := strings.Cut(strings.TrimPrefix(a.Decimal, "-"), ".")
			if !ok || len(decimals) < 2 || whole == "" || len(whole) > 1 && whole[0] == '0' || strings.Trim(whole+decimals, "0123456789") != "" {
				t.Fatalf("FindAmounts(%q) gives %q, which is no normalised decimal", s, a.Decimal)
			}
		}
	})
}

// What is asked about amounts without writing them agrees with what FindAmounts writes.
func TestAmountsAreTheSameWhoeverAsks(t *testing.T) {
	for _, text := range []string{
		"", "none", "7", "7.00", "a7.00", "7 %", "7,5 % of 12.50", "2.50 %", "1.234,50 € and $ 7", "12.50-", "(12.50 EUR)", "12/31/2024 4711", ".50 x 2",
		"EUR 7 8 EUR 9", "1'234'567.89", "1,23,456.00", "12,34,5", "0000000000000001.00", "123456789012345678.00", "− 3.00", "Fr. 12.–", "7\u00a0000,00",
	} {
		for _, language := range []string{"", "en", "de"} {
			loc := value.Locale{Language: language}
			all := value.FindAmounts(text, loc)
			var codes, found []string
			money := false
			for _, a := range all {
				money = money || a.Decimals == 2 && !a.Percent
				if a.Currency != "" {
					codes = append(codes, a.Currency, text[a.Start:a.End])
				}
			}
			value.VisitAmounts(text, loc, func(a value.Amount) {
				if a.Currency != "" {
					found = append(found, a.Currency, text[a.Start:a.End])
				}
			})
			if got := value.HasMoney(text, loc); got != money || !slices.Equal(codes, found) {
				t.Errorf("%q (%s): money %v, currencies %q, want %v and %q", text, language, got, found, money, codes)
			}
			if sole, ok := value.SoleAmount(text, loc); ok != (len(all) == 1) || ok && sole != all[0] {
				t.Errorf("%q (%s): %+v, want the only one of %+v", text, language, sole, all)
			}
		}
		for i := range len(text) + 1 {
			want := strings.IndexAny(text[i:], "0123456789")
			if want < 0 {
				want = len(text) - i
			}
			if got := value.NextDigit(text, i); got != i+want {
				t.Errorf("%q: the next digit from %d is at %d, want %d", text, i, got, i+want)
			}
		}
	}
}

func TestSymbolsStandBeforeAndBehindNumbers(t *testing.T) {
	for symbol, want := range map[string]string{
		"US$": "USD", "C$": "CAD", "NZ$": "NZD", "$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "zł": "PLN", "Kč": "CZK", "RM": "MYR", "Rs.": "INR",
		"Rs": "INR", "Fr.": "CHF", "SFr.": "CHF", "EUR": "EUR", "MYR": "MYR",
		"s": "", ".": "", "M": "", "KM": "", "As": "", "or.": "",
	} {
		for _, text := range []string{symbol + " 7.50", "sum " + symbol + "\u00a07.50", "7.50 " + symbol, "7.50" + symbol} {
			if found := value.FindAmounts(text, value.Locale{Language: "en"}); len(found) == 1 && found[0].Currency != want || len(found) != 1 && want != "" {
				t.Errorf("%q: got %+v, want the currency %q", text, found, want)
			}
		}
	}
}
