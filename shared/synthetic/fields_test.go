package synthetic

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// amountOf reads the normalised form back.
func amountOf(t *testing.T, s string) cents {
	t.Helper()
	var whole, part int64
	neg := strings.HasPrefix(s, "-")
	if _, err := fmt.Sscanf(strings.TrimPrefix(s, "-"), "%d.%02d", &whole, &part); err != nil {
		t.Fatalf("amount %q: %v", s, err)
	}
	c := cents(whole*100 + part)
	if neg {
		c = -c
	}
	return c
}

func TestSumsAddUp(t *testing.T) {
	s := source(t, Config{Seed: 4, Kinds: []string{"invoice", "purchase_order"}})
	checked := 0
	for i := range int64(300) {
		doc := at(t, s, i)
		net, okNet := doc.Truth.Value("net_total")
		tax, okTax := doc.Truth.Value("tax_total")
		grand, okGrand := doc.Truth.Value("grand_total")
		if !okNet || !okTax || !okGrand {
			continue
		}
		checked++
		if amountOf(t, net)+amountOf(t, tax) != amountOf(t, grand) {
			t.Errorf("%s: %s + %s is not %s", doc.Name, net, tax, grand)
		}
	}
	if checked < 100 {
		t.Errorf("only %d documents name net, tax and total", checked)
	}
}

func TestLinesSumToTheNetTotal(t *testing.T) {
	for i := range int64(200) {
		r := newDice(8, i, "sale")
		d := newDraft(r, "invoice", "test", pick(r, allLanguages()))
		s := newSale(d)
		var net, tax cents
		for _, it := range s.items {
			if it.total != it.price.times(it.qty) {
				t.Errorf("sale %d: %d × %d hundredths is not %d", i, it.price, it.qty, it.total)
			}
			net += it.total
		}
		for _, l := range s.taxes {
			tax += l.base.share(l.rate)
		}
		if net != s.net || tax != s.tax || s.net+s.tax != s.grand {
			t.Errorf("sale %d: net %d tax %d grand %d, computed %d and %d", i, s.net, s.tax, s.grand, net, tax)
		}
	}
}

func TestStatementsReconcile(t *testing.T) {
	for i := range int64(200) {
		r := newDice(8, i, "account")
		d := newDraft(r, "bank_statement", "test", pick(r, allLanguages()))
		a := newAccount(d)
		balance, last := a.opening, a.from
		for _, b := range a.bookings {
			balance += b.amount
			if b.balance != balance {
				t.Fatalf("account %d: balance %d after %q, want %d", i, b.balance, b.text, balance)
			}
			if b.on.Before(last) || b.on.After(a.to) {
				t.Errorf("account %d: booking on %s is out of order or period", i, iso(b.on))
			}
			last = b.on
		}
		if balance != a.closing || a.opening+a.in-a.out != a.closing {
			t.Errorf("account %d: %d + %d - %d is not %d", i, a.opening, a.in, a.out, a.closing)
		}
	}
}

func TestReceiptsAddUp(t *testing.T) {
	for i := range int64(200) {
		r := newDice(8, i, "purchase")
		d := newDraft(r, "receipt", "test", pick(r, allLanguages()))
		p := newPurchase(d)
		var sum cents
		for _, it := range p.items {
			sum += it.total
		}
		if p.net+p.tax != p.total || (p.added && sum != p.net) || (!p.added && sum != p.total) || p.given < p.total {
			t.Errorf("receipt %d: items %d net %d tax %d total %d given %d", i, sum, p.net, p.tax, p.total, p.given)
		}
	}
}

func TestFieldsAreNormalised(t *testing.T) {
	shapes := map[string]*regexp.Regexp{
		typeDate:     regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`),
		typeAmount:   regexp.MustCompile(`^-?\d+\.\d{2}$`),
		typeCurrency: regexp.MustCompile(`^[A-Z]{3}$`),
	}
	s := source(t, Config{Seed: 12})
	for i := range int64(400) {
		doc := at(t, s, i)
		if len(doc.Truth.Fields) == 0 {
			t.Errorf("%s (%s) has no fields", doc.Name, doc.Layout)
		}
		for _, f := range doc.Truth.Fields {
			if re := shapes[f.Type]; re != nil && !re.MatchString(f.Value) {
				t.Errorf("%s: %s %q is no normalised %s", doc.Name, f.Name, f.Value, f.Type)
			}
			if f.Value == "" || f.Raw == "" || f.Page < 1 {
				t.Errorf("%s: incomplete field %+v", doc.Name, f)
			}
			if f.Name == "iban" && mod97(f.Value[4:]+f.Value[:4]) != 1 {
				t.Errorf("%s: IBAN %s has wrong check digits", doc.Name, f.Value)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	euro := moneyStyle{decimal: ",", thousands: ".", symbol: "€", gap: true}
	dollar := moneyStyle{decimal: ".", thousands: ",", symbol: "$", before: true}
	swiss := moneyStyle{decimal: ".", thousands: "'", symbol: "CHF", before: true, gap: true}
	on := day(2024, time.March, 5)
	for _, c := range []struct{ got, want string }{
		{euro.amount(123450), "1.234,50 €"}, {euro.amount(-99), "-0,99 €"}, {dollar.amount(100000000), "$1,000,000.00"}, {dollar.amount(-500), "-$5.00"},
		{swiss.amount(123456789), "CHF 1'234'567.89"}, {euro.count(150), "1,5"}, {euro.count(125), "1,25"}, {euro.count(300), "3"}, {euro.percent(55), "5,5"}, {dollar.percent(190), "19"},
		{cents(-1).decimal(), "-0.01"}, {cents(123450).decimal(), "1234.50"}, {cents(50).share(190).decimal(), "0.10"},
		{formatDate(on, "D. MMMM YYYY", "de"), "5. März 2024"}, {formatDate(on, "DD.MM.YY", "de"), "05.03.24"}, {formatDate(on, "D de MMMM de YYYY", "es"), "5 de marzo de 2024"},
		{formatDate(on, "M/D/YYYY", "en"), "3/5/2024"}, {formatDate(on, "DD-MMM-YYYY", "en"), "05-Mar-2024"}, {slug("Müller & Söhne"), "mueller-soehne"}, {spaced4("DE8937040044"), "DE89 3704 0044"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// Known numbers, from the countries' published examples, fix the algorithms.
func TestChecksums(t *testing.T) {
	if mod97("370400440532013000"+"DE89") != 1 {
		t.Error("DE89 3704 0044 0532 0130 00 is not accepted")
	}
	for _, c := range []struct {
		name string
		got  int
		want int
	}{
		{"DE136695976", iso7064mod11("13669597"), 6}, {"SIREN 732829320", luhnDigit("73282932"), 0}, {"ATU13585627", austrian("1358562"), 7},
	} {
		if c.got != c.want {
			t.Errorf("%s: check digit %d, want %d", c.name, c.got, c.want)
		}
	}
	r := newDice(1, 1, "vat")
	for range 50 {
		if id := vatID(r, "NL"); mod97(id) != 1 {
			t.Errorf("Dutch id %s", id)
		}
		if id := vatID(r, "FR"); (12+3*(number(id[4:])%97))%97 != number(id[2:4]) {
			t.Errorf("French id %s", id)
		}
		if id := vatID(r, "BE"); 97-number(id[2:10])%97 != number(id[10:]) {
			t.Errorf("Belgian id %s", id)
		}
	}
}

// TestEveryFieldIsInTheTextOfItsPage asks an independent reader.
func TestEveryFieldIsInTheTextOfItsPage(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (poppler-utils) is not installed")
	}
	dir := t.TempDir()
	s := source(t, Config{Seed: 21})
	for i := range int64(220) {
		doc := at(t, s, i)
		file := filepath.Join(dir, doc.Name)
		if err := os.WriteFile(file, doc.PDF, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(tool, "-raw", "-enc", "UTF-8", file, "-").Output()
		if err != nil {
			t.Fatalf("%s: %v", doc.Name, err)
		}
		pages := strings.Split(string(out), "\f")
		for _, f := range doc.Truth.Fields {
			if f.Page > len(pages) || !strings.Contains(squeeze(pages[f.Page-1]), squeeze(f.Raw)) {
				t.Errorf("%s (%s, %s): %s %q is not on page %d", doc.Name, doc.Layout, doc.Language, f.Name, f.Raw, f.Page)
			}
		}
		if strings.Contains(string(out), "{nb}") || strings.ContainsAny(string(out), "{}") || strings.Contains(string(out), "%!") {
			t.Errorf("%s (%s, %s): an unfilled place holder is printed", doc.Name, doc.Layout, doc.Language)
		}
	}
}

// squeeze drops all white space, since readers differ in it, and hyphens at which lines may have been broken.
func squeeze(s string) string {
	return strings.NewReplacer("\u00a0", "", "-", "", "\u00ad", "").Replace(strings.Join(strings.Fields(s), ""))
}
