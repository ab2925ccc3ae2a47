//nolint:misspell // the texts are in five languages
package synthetic

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// typed draws one line of a fixed-pitch document and moves on, to a new page when needed.
func (d *draft) typed(f font, s string) {
	d.need(f.leading())
	d.text(d.left, d.y, f, s)
	d.y += f.leading()
}

// typedRow draws a row as typed text with its value at column gap.
func (d *draft) typedRow(f font, r row, gap int) {
	d.typed(f, padRight(r.label+":", gap)+r.value)
	d.noteRow(r)
}

func padRight(s string, n int) string {
	return s + strings.Repeat(" ", max(1, n-utf8.RuneCountInString(s)))
}

func padLeft(s string, n int) string {
	return strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) + s
}

// clip cuts s to n characters.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// invoiceTypewriter is the print-out of an old accounting program: fixed pitch, columns made of spaces.
func invoiceTypewriter(d *draft, s *sale) {
	d.restyle("courier")
	f := d.theme.body.sized(9)
	d.left, d.right = 54, 40
	d.continuation(s.words.title[0], s.number)
	d.newPage()
	const cols = 88
	d.typed(f.bold(), d.say("seller_name", typeParty, s.seller.name))
	d.typed(f, s.seller.address.street)
	d.typed(f, s.seller.address.place())
	d.typed(f, s.words.phone[0]+" "+s.seller.phone+"   "+s.seller.email)
	for _, r := range s.taxRows(d) {
		d.typedRow(f, r, 18)
	}
	d.typed(f, "")
	d.typed(f.bold(), strings.Repeat(" ", (cols-len(s.words.title[0]))/2)+strings.ToUpper(s.words.title[0]))
	d.typed(f, "")
	d.typed(f, s.words.billTo[0]+":")
	d.say("buyer_name", typeParty, s.buyer.name)
	for _, l := range s.buyer.head(false) {
		d.typed(f, "    "+l)
	}
	d.typed(f, "")
	for _, r := range s.metaRows(d, 6) {
		d.typedRow(f, r, 24)
	}
	d.typed(f, "")
	d.typed(f, strings.Repeat("-", cols))
	d.typed(f, padRight(clip(s.words.code[0], 9), 10)+padRight(clip(s.words.name[0], 35), 36)+padLeft(clip(s.words.qty[0], 9), 9)+padLeft(clip(s.words.price[0], 15), 16)+padLeft(clip(s.words.total[0], 15), 16))
	d.typed(f, strings.Repeat("-", cols))
	for _, it := range s.items {
		d.typed(f, padRight(it.code, 10)+padRight(clip(it.name, 35), 36)+padLeft(d.money.count(it.qty), 9)+padLeft(d.money.number(it.price), 16)+padLeft(d.money.number(it.total), 16))
		d.factItem(kindLineItem, codeCell(it.code), descriptionCell(clip(it.name, 35)), quantityCell(it.qty), priceCell(it.price), amountCell(it.total))
	}
	d.typed(f, strings.Repeat("-", cols))
	rows := s.totalRows(d, s.words.grand[0])
	for i, r := range rows {
		if i == len(rows)-1 {
			d.typed(f, strings.Repeat(" ", cols-40)+strings.Repeat("=", 39))
		}
		d.typed(f, padLeft(r.label+":", cols-20)+padLeft(r.value, 19))
		d.noteRow(r)
	}
	d.factCurrency(s.symbol)
	d.typed(f, "")
	for _, l := range d.wrap(f, s.terms(d), d.inner()) {
		d.typed(f, l)
	}
	d.typed(f, "")
	for _, r := range s.bankRows(d) {
		d.typedRow(f, r, 12)
	}
}

// invoiceDatasheet lists everything as label and value under headings, like the rendering of a structured invoice.
func invoiceDatasheet(d *draft, s *sale) {
	t := d.theme
	d.continuation(s.words.title[0], s.number)
	carry := d.furniture
	d.furniture = func(page int) {
		carry(page)
		d.textRight(d.edge(), d.height-40, t.small, d.pageOf(page))
	}
	d.newPage()
	d.text(d.left, d.top+6, t.head.scaled(0.75), s.words.title[0]+" "+s.number)
	d.y = d.top + 30
	gap := d.inner() * 0.34
	section := func(title string, rows []row) {
		d.need(float64(len(rows)+2) * t.body.leading() * 1.15)
		d.text(d.left, d.y, t.body.bold(), title)
		d.line(d.left, d.y+3, d.edge(), d.y+3, 0.6, t.accent)
		d.y = d.pairs(d.left+8, gap, d.y+t.body.leading()*1.3, t.body, t.body, rows) + 6
	}
	w := partyWords(d.loc.lang)
	seller := []row{textRow(w[0], "seller_name", typeParty, s.seller.name), plainRow(w[1], s.seller.address.street), plainRow("", s.seller.address.place()), plainRow(s.words.phone[0], s.seller.phone), plainRow("E-Mail", s.seller.email)}
	buyer := []row{textRow(w[0], "buyer_name", typeParty, s.buyer.name), plainRow(w[1], s.buyer.address.street), plainRow("", s.buyer.address.place())}
	if s.buyer.vat != "" && d.chance(0.6) {
		buyer = append(buyer, d.vatRow(s.words.vatID[0], "buyer_vat", s.buyer.vat))
	}
	meta := append(s.metaRows(d, 6), row{label: w[2], value: d.loc.currency, name: "currency", typ: typeCurrency, norm: d.loc.currency})
	section(s.words.title[0], meta)
	section(s.words.seller[0], append(seller, s.taxRows(d)...))
	section(s.words.billTo[0], buyer)
	if d.chance(0.5) {
		for i, it := range s.items {
			section(fmt.Sprintf("%s %d", s.words.pos[0], i+1), []row{plainRow(s.words.name[0], it.name), plainRow(s.words.qty[0], d.money.count(it.qty)+" "+it.unit),
				plainRow(s.words.price[0], d.money.number(it.price)), plainRow(s.words.rate[0], d.money.percent(it.rate)+" %"), plainRow(s.words.total[0], d.money.number(it.total))})
			d.factItem(kindLineItem, descriptionCell(it.name), quantityCell(it.qty), unitCell(it.unit), priceCell(it.price), rateCell(it.rate), amountCell(it.total))
		}
	} else {
		s.itemTable(d, d.left, d.inner(), tableStyle{head: t.small.bold(), body: t.small, pad: 2, headRule: 0.6, ink: t.ink})
	}
	section(w[3], s.totalRows(d, s.words.grand[0]))
	section(s.words.bank[0], append(s.bankRows(d), plainRow(s.words.due[0], d.date(s.due))))
}

// partyWords are the labels name, address, currency and sums.
func partyWords(lang string) [4]string {
	switch lang {
	case "de":
		return [4]string{"Name", "Anschrift", "Währung", "Gesamtbeträge"}
	case "fr":
		return [4]string{"Nom", "Adresse", "Devise", "Totaux"}
	case "es":
		return [4]string{"Nombre", "Dirección", "Moneda", "Totales"}
	case "nl":
		return [4]string{"Naam", "Adres", "Valuta", "Totalen"}
	default:
		return [4]string{"Name", "Address", "Currency", "Totals"}
	}
}

// airtime is what broadcasters sell: spots in a flight.
type airtime struct {
	station, agency, advertiser, product, rep string
	contract, estimate                        string
	from, to                                  time.Time
	spots                                     []spot
	gross, commission                         cents
}

// spot is one line of an airtime order.
type spot struct {
	program, days, slot string
	length, count       int
	rate                cents
}

func newAirtime(d *draft) *airtime {
	d.loc = locales()[0]
	d.money = moneyStyle{decimal: ".", thousands: ",", symbol: "$", before: true}
	d.datePattern = one(d.dice, "MM/DD/YY", "M/D/YY", "MM/DD/YYYY", "M/D/YYYY")
	seller := pick(d.dice, lexiconOf("en").stems)
	a := &airtime{
		station:    one(d.dice, "W", "K") + d.letters(3) + one(d.dice, "", "-TV", "-FM", "-DT"),
		agency:     seller + " " + one(d.dice, "Media Group", "Buying Services", "Communications", "Strategies"),
		advertiser: one(d.dice, personName(d.dice, "en").last+" for "+one(d.dice, "Senate", "Congress", "Governor", "Mayor"), "Citizens for "+pick(d.dice, lexiconOf("en").cities), pick(d.dice, lexiconOf("en").stems)+" Action Fund", pick(d.dice, lexiconOf("en").stems)+" Auto Group"),
		product:    one(d.dice, "POLITICAL CANDIDATE", "Issue advocacy", "Spring campaign", "Fall schedule"),
		rep:        personName(d.dice, "en").full(),
		contract:   d.digits(d.between(6, 8)), estimate: d.digits(4),
	}
	a.from = d.issued.AddDate(0, 0, d.between(3, 20))
	a.to = a.from.AddDate(0, 0, d.between(4, 45))
	programs := []string{"Morning News 5a", "News at Noon", "Evening News", "Late News", "Prime Movie", "Talk at Ten", "Quiz Hour", "Sunday Football", "Local Weather Extra", "Crime Drama", "Weekend Sports", "Breakfast Show", "Court Hour", "Family Comedy"}
	for range d.between(6, 48) {
		h := d.between(5, 10)
		a.spots = append(a.spots, spot{
			program: pick(d.dice, programs), days: one(d.dice, "M-F", "MTWTF--", "Sa", "Su", "-TWTF--", "M-Su", "Th-F"),
			slot:   fmt.Sprintf("%d:00%s-%d:%s%s", h, one(d.dice, "a", "p"), h+1, one(d.dice, "00", "30"), one(d.dice, "a", "p")),
			length: one(d.dice, 15, 30, 30, 60), count: d.between(1, 9), rate: cents(d.between(3, 360) * 500),
		})
	}
	for _, sp := range a.spots {
		a.gross += sp.rate * cents(sp.count)
	}
	a.commission = a.gross.share(150)
	return a
}

// spotTable draws the schedule.
func (a *airtime) spotTable(d *draft, dated bool) {
	st := tableStyle{head: d.theme.small.bold(), body: d.theme.small, pad: 2, headRule: 0.7, ink: d.theme.ink, rows: d.chance(0.4), zebra: d.chance(0.3)}
	cols := []column{{"Line", 0.6, 'r'}, {"Program", 2.4, 'l'}, {"Days", 1, 'l'}, {"Time", 1.5, 'l'}, {"Len", 0.6, 'r'}, {"Spots", 0.7, 'r'}, {"Rate", 1.2, 'r'}, {"Amount", 1.4, 'r'}}
	if dated {
		cols[2].title = "Air Date"
	}
	var rows [][]string
	for i, sp := range a.spots {
		days := sp.days
		facts := []Cell{positionCell(fmt.Sprint(i + 1)), descriptionCell(sp.program), quantityCell(100 * sp.count), priceCell(sp.rate), amountCell(sp.rate * cents(sp.count))}
		if dated {
			on := a.from.AddDate(0, 0, i%4)
			days = d.date(on)
			facts = append(facts, dateCell("date", on))
		}
		d.factItem(kindLineItem, facts...)
		rows = append(rows, []string{fmt.Sprint(i + 1), sp.program, days, sp.slot, fmt.Sprintf(":%d", sp.length), fmt.Sprint(sp.count), d.money.amount(sp.rate), d.money.amount(sp.rate * cents(sp.count))})
	}
	d.table(d.left, d.inner(), cols, rows, st)
}

// flightRow is the flight's first and last day in one value.
func (a *airtime) flightRows(d *draft) []row {
	if d.chance(0.5) {
		return []row{d.dateRow("Flight Start", "flight_from", a.from), d.dateRow("Flight End", "flight_to", a.to)}
	}
	return []row{
		{label: one(d.dice, "Flight Dates", "Flight", "Contract Dates"), value: d.date(a.from) + " - " + d.date(a.to)},
		{name: "flight_from", typ: typeDate, norm: iso(a.from), value: d.date(a.from)},
		{name: "flight_to", typ: typeDate, norm: iso(a.to), value: d.date(a.to)},
	}
}

// printed draws rows, those without a label only for the truth.
func (d *draft) printed(x, gap float64, f font, rows []row) {
	for _, r := range rows {
		d.noteRow(r)
		if r.label == "" {
			continue
		}
		d.text(x, d.y, f.bold(), r.label+one(d.dice, ":", ""))
		d.text(x+gap, d.y, f, r.value)
		d.y += f.leading() * 1.1
	}
}

// airtimeInvoice is a broadcaster's invoice: gross, agency commission and net.
func airtimeInvoice(d *draft) {
	a := newAirtime(d)
	length := a.to.Sub(a.from)
	a.to = d.issued.AddDate(0, 0, -d.between(1, 12)) // billed after the flight
	a.from = a.to.Add(-length)
	f := d.theme.small
	invoice := d.digits(7)
	d.continuation("Invoice", invoice)
	d.newPage()
	d.text(d.left, d.top+8, d.theme.head, d.say("seller_name", typeParty, a.station))
	d.textRight(d.edge(), d.top+8, d.theme.head, "INVOICE")
	at := newAddress(d.dice, &d.loc)
	d.lines(d.left, d.top+22, f, at.street, at.place())
	d.y = d.top + 62
	top := d.y
	d.printed(d.left, 86, f, []row{textRow("Advertiser", "advertiser", typeParty, a.advertiser), plainRow("Agency", a.agency), plainRow("Product", a.product), plainRow("Sales Rep", a.rep), plainRow("Estimate", a.estimate)})
	d.say("buyer_name", typeParty, a.advertiser)
	left := d.y
	d.y = top
	d.printed(d.left+d.inner()*0.55, 92, f, append([]row{textRow("Invoice #", "invoice_number", typeIdentifier, invoice), d.dateRow("Invoice Date", "issue_date", d.issued),
		textRow(one(d.dice, "Contract #", "Order #", "Contract Number"), "contract_num", typeIdentifier, a.contract)}, a.flightRows(d)...))
	d.y = max(left, d.y) + 14
	a.spotTable(d, true)
	rows := []row{d.moneyRow(one(d.dice, "Gross Total", "Total Gross", "Gross Amount"), "gross_amount", a.gross), plainRow("Agency Commission 15%", d.money.amount(-a.commission)),
		d.moneyRow(one(d.dice, "Net Amount Due", "Net Due", "Amount Due"), "grand_total", a.gross-a.commission)}
	d.sums(d.edge(), 200, rows, true)
	d.factCurrency("$")
	d.closing("We warrant that the actual broadcast information shown on this invoice was taken from the program log.", one(d.dice, "Please remit to the address above.", "Payment due within 30 days.", ""))
}
