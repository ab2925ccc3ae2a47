package value_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract/value"
)

func TestValidIBAN(t *testing.T) {
	// Examples of the IBAN registry.
	for _, s := range []string{
		"DE89370400440532013000", "FR1420041010050500013M02606", "GB29NWBK60161331926819", "NL91ABNA0417164300", "ES9121000418450200051332",
		"BE68539007547034", "CH9300762011623852957", "AT611904300234573201", "IE29AIBK93115212345678", "NO9386011117947", "MT84MALT011000012345MTLCAST001S",
	} {
		if !value.ValidIBAN(s) {
			t.Errorf("ValidIBAN(%q) = false", s)
		}
	}
	for _, s := range []string{
		"", "DE", "DE89370400440532013001", "DE8937040044053201300", "DE893704004405320130000", "XX89370400440532013000", "de89370400440532013000", "DE89 3704 0044 0532 0130 00",
		"DE98370400440532013000",
	} {
		if value.ValidIBAN(s) {
			t.Errorf("ValidIBAN(%q) = true", s)
		}
	}
}

func TestFindIBANs(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "DE89370400440532013000 ok"},
		{"IBAN DE89370400440532013000.", "DE89370400440532013000 ok"},
		{"NL91 ABNA 0417 1643 00", "NL91ABNA0417164300 ok"},
		{"FR14 2004 1010 0505 0001 3M02 606 - BIC", "FR1420041010050500013M02606 ok"},
		{"DE12 1234 4321 9876 00 Konto", "DE1212344321987600 bad"},
		{"DE89370400440532013001", "DE89370400440532013001 bad"},
		{"DELIVERY NOTE 12, FR11999999998", ""},
		{"DE89 and nothing more", ""},
	} {
		var got []string
		for _, id := range value.FindIBANs(tc.text) {
			got = append(got, id.Text+map[bool]string{true: " ok", false: " bad"}[id.Valid])
		}
		s := strings.Join(got, ", ")
		if s != tc.want {
			t.Errorf("FindIBANs(%q) = %q, want %q", tc.text, s, tc.want)
		}
	}
}

func TestValidVAT(t *testing.T) {
	for _, s := range []string{
		"DE136695976", "DE811907980", "FR40303265045", "FR83404833048", "NL004495445B01", "NL810433941B01", "BE0403019261", "ATU13585627",
		"IT00743110157", "PL8567346215", "PT501964843", "DK13585628", "FI20774740", "SE556188840401", "LU15027442", "ESB58378431", "ESA28015865", "GB980780684",
		"IE6433435F", "CHE116281710MWST", "HR33392005961",
	} {
		if !value.ValidVAT(s) {
			t.Errorf("ValidVAT(%q) = false", s)
		}
	}
	for _, s := range []string{
		"", "DE", "DE136695977", "DE12345678", "FR41303265045", "NL004495446B01", "BE0403019262", "ATU13585628", "IT00743110158", "PL8567346216", "PT501964844",
		"DK13585627", "FI20774741", "SE556188840501", "LU15027443", "ESB58378432", "GB980780685", "XX123456789", "de136695976", "CHE116281711",
	} {
		if value.ValidVAT(s) {
			t.Errorf("ValidVAT(%q) = true", s)
		}
	}
}

func TestFindVATs(t *testing.T) {
	for _, tc := range []struct {
		text, want string
		valid      bool
	}{
		{"USt.-Id.-Nr.: DE136695976", "DE136695976", true},
		{"USt-IdNr. DE 136 695 976", "DE136695976", true},
		{"TVA : FR 40 303 265 045 - SIRET", "FR40303265045", true},
		{"VAT DE123456789", "DE123456789", false},
		{"btw NL004495445B01", "NL004495445B01", true},
		{"CHE-116.281.710 MWST", "CHE116281710MWST", true},
		{"MADE IN GERMANY 12", "", false},
	} {
		got := value.FindVATs(tc.text)
		if tc.want == "" {
			if len(got) != 0 {
				t.Errorf("FindVATs(%q) = %+v, want none", tc.text, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Text != tc.want || got[0].Valid != tc.valid {
			t.Errorf("FindVATs(%q) = %+v, want %s %v", tc.text, got, tc.want, tc.valid)
		}
	}
}

func TestFindOthers(t *testing.T) {
	find := map[string]func(string) []value.Identifier{"bic": value.FindBICs, "email": value.FindEmails, "phone": value.FindPhones}
	for _, tc := range []struct{ kind, text, want string }{
		{"bic", "BIC COBADEFFXXX, SWIFT: DEUTDEFF", "COBADEFFXXX DEUTDEFF"},
		{"bic", "Bank of nowhere ABCDEFGH INVOICES12", ""},
		{"email", "Write to Jane.Doe+x@Example.co.uk, or <a_b@c-d.de>.", "jane.doe+x@example.co.uk a_b@c-d.de"},
		{"email", "@home a@b x@y..z me@1.2", ""},
		{"phone", "Tel. +49 (0)89 12345-67, fax 020 7946 0958", "+490891234567 02079460958"},
		{"phone", "(703) 555-0142 or 703.555.0143", "7035550142 7035550143"},
		{"phone", "on 13.06.2018, 2020-01-31, 1,234,567.00 and 42", ""},
	} {
		var got []string
		for _, id := range find[tc.kind](tc.text) {
			got = append(got, id.Text)
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("%s in %q: got %q, want %q", tc.kind, tc.text, s, tc.want)
		}
	}
}

func FuzzIdentifiers(f *testing.F) {
	for _, s := range []string{"DE89 3704 0044 0532 0130 00", "NL91ABNA0417164300 FR 40 303 265 045", "a@b.de +49 89 1", "CHE-116.281.710 MWST", "GB\xff29", "DE"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, find := range map[string]func(string) []value.Identifier{
			"IBAN": value.FindIBANs, "VAT": value.FindVATs, "BIC": value.FindBICs, "email": value.FindEmails, "phone": value.FindPhones,
		} {
			last := 0
			for _, id := range find(s) {
				if id.Start < last || id.End <= id.Start || id.End > len(s) {
					t.Fatalf("%s in %q: bad place %+v after %d", name, s, id.Span, last)
				}
				last = id.End
			}
		}
		value.ValidIBAN(s)
		value.ValidVAT(s)
	})
}
