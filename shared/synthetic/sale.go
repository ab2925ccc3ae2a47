package synthetic

import (
	"slices"
	"strings"
	"time"
)

// sale is what an invoice or a purchase order is about.
type sale struct {
	words         *tradeWords
	seller, buyer company
	number        string
	due, delivery time.Time
	days          int // to pay
	customerNo    string
	orderRef      string
	items         []item
	taxes         []taxLine
	net, tax      cents
	grand         cents
	symbol        string // the currency as printed
}

// taxLine is the tax on all items of one rate.
type taxLine struct {
	rate      int // thousandths
	base, tax cents
}

func newSale(d *draft) *sale {
	s := &sale{words: tradeWordsOf(d.loc.lang), seller: newCompany(d.dice, &d.loc), buyer: newCompany(d.dice, &d.loc)}
	s.words.settle(d.dice)
	if d.loc.country == "US" {
		s.words.rate = []string{one(d.dice, "Tax %", "Tax")}
	}
	for s.buyer.name == s.seller.name {
		s.buyer = newCompany(d.dice, &d.loc)
	}
	s.number = documentNumber(d)
	s.days = one(d.dice, 7, 10, 14, 14, 30, 30, 30, 45, 60)
	s.due = d.issued.AddDate(0, 0, s.days)
	s.delivery = d.issued.AddDate(0, 0, -d.between(1, 20))
	s.customerNo = d.pattern(one(d.dice, "#####", "K-####", "1####", "C######"))
	s.orderRef = d.pattern(one(d.dice, "45######", "PO-#####", "B-20##-###", "@@####"))
	n := d.between(1, 8)
	switch {
	case d.chance(0.15):
		n = d.between(25, 70) // several pages
	case d.chance(0.2):
		n = d.between(9, 22)
	}
	s.items = newItems(d, productsOf(d.loc.lang), n)
	s.addTaxes(d)
	s.symbol = d.money.symbol
	return s
}

// documentNumber returns a number as systems count them.
func documentNumber(d *draft) string {
	year := d.issued.Format("2006")
	switch d.between(0, 7) {
	case 0:
		return year + "-" + d.pattern("####")
	case 1:
		return one(d.dice, "RE", "INV", "FA", "R", "A", "SI")[:1] + year + d.pattern("/####")
	case 2:
		return d.digits(d.between(5, 8))
	case 3:
		return one(d.dice, "INV-", "RE-", "F-", "VF", "2/", "FAC-") + d.pattern("######")
	case 4:
		return d.pattern("@@-") + d.issued.Format("0601") + d.pattern("-###")
	case 5:
		return d.issued.Format("20060102") + d.pattern("-##")
	case 6:
		return d.pattern("##") + "-" + d.pattern("#####")
	default:
		return d.pattern("@") + d.digits(6)
	}
}

// addTaxes gives the items their rates and sums them up, rounding once per rate.
func (s *sale) addTaxes(d *draft) {
	rates := d.loc.rates
	standard := rates[0]
	if d.loc.country == "US" {
		standard = pick(d.dice, rates)
	}
	second := standard
	if d.loc.country != "US" && d.chance(0.25) {
		second = rates[1]
	}
	for i := range s.items {
		s.items[i].rate = standard
		if d.chance(0.4) {
			s.items[i].rate = second
		}
	}
	s.sum()
}

func (s *sale) sum() {
	s.taxes, s.net, s.tax = nil, 0, 0
	for _, it := range s.items {
		s.net += it.total
		i := slices.IndexFunc(s.taxes, func(t taxLine) bool { return t.rate == it.rate })
		if i < 0 {
			i = len(s.taxes)
			s.taxes = append(s.taxes, taxLine{rate: it.rate})
		}
		s.taxes[i].base += it.total
	}
	slices.SortFunc(s.taxes, func(a, b taxLine) int { return b.rate - a.rate })
	for i := range s.taxes {
		s.taxes[i].tax = s.taxes[i].base.share(s.taxes[i].rate)
		s.tax += s.taxes[i].tax
	}
	s.grand = s.net + s.tax
}

// settle reduces every list of synonyms to the one that the document uses.
func (w *tradeWords) settle(d *dice) {
	for _, p := range []*[]string{
		&w.title, &w.number, &w.date, &w.due, &w.delivery, &w.customerNo, &w.orderRef, &w.billTo, &w.shipTo, &w.seller, &w.contact,
		&w.phone, &w.page, &w.pos, &w.code, &w.name, &w.qty, &w.unit, &w.price, &w.rate, &w.total, &w.net, &w.tax, &w.grand, &w.vatID,
		&w.taxNo, &w.bank, &w.iban, &w.bic, &w.account, &w.carry, &w.intro, &w.terms, &w.thanks, &w.orderTitle, &w.orderNumber,
		&w.orderDate, &w.supplier, &w.buyer, &w.deliverBy, &w.orderIntro, &w.approved, &w.orderTotal, &w.paymentTerms, &w.ref,
	} {
		*p = []string{pick(d, *p)}
	}
}

// terms returns the terms of payment.
func (s *sale) terms(d *draft) string {
	return strings.ReplaceAll(s.words.terms[0], "{n}", d.money.count(s.days*100))
}

// totalRows returns the rows under the table: net, one tax a rate, grand total.
func (s *sale) totalRows(d *draft, grandLabel string) []row {
	name := d.loc.taxName[d.IntN(len(d.loc.taxName))]
	var rows []row
	if s.tax > 0 || d.chance(0.5) {
		rows = append(rows, d.moneyRow(s.words.net[0], "net_total", s.net))
		for _, t := range s.taxes {
			label := strings.NewReplacer("{t}", name, "{r}", d.money.percent(t.rate)).Replace(s.words.tax[0])
			r := plainRow(label, d.money.amount(t.tax))
			if len(s.taxes) == 1 {
				r = d.moneyRow(label, "tax_total", t.tax)
			}
			rows = append(rows, r)
		}
		if len(s.taxes) > 1 && d.chance(0.6) {
			rows = append(rows, d.moneyRow(sumLabel(d.loc.lang, name), "tax_total", s.tax))
		}
	}
	return append(rows, d.moneyRow(grandLabel, "grand_total", s.grand))
}

func sumLabel(lang, tax string) string {
	switch lang {
	case "de":
		return "Summe " + tax
	case "nl":
		return "Totaal " + tax
	default:
		return "Total " + tax
	}
}

// vatRow returns the row with a VAT id as countries print it.
func (d *draft) vatRow(label, name, id string) row {
	raw := id
	if len(id) > 6 && d.chance(0.3) {
		switch id[:2] {
		case "DE":
			raw = id[:2] + " " + id[2:5] + " " + id[5:8] + " " + id[8:]
		case "FR":
			raw = id[:2] + " " + id[2:4] + " " + id[4:7] + " " + id[7:10] + " " + id[10:]
		case "GB":
			raw = id[:2] + " " + id[2:5] + " " + id[5:9] + " " + id[9:]
		}
	}
	if len(id) == 12 && id[:3] == "CHE" {
		raw = "CHE-" + id[3:6] + "." + id[6:9] + "." + id[9:]
	}
	return row{label: label, value: raw, name: name, typ: typeIdentifier, norm: id}
}

// ibanRow returns the row with an IBAN, mostly grouped by four.
func (d *draft) ibanRow(label, iban string) row {
	raw := spaced4(iban)
	if d.chance(0.2) {
		raw = iban
	}
	return row{label: label, value: raw, name: "iban", typ: typeIdentifier, norm: iban}
}

// bankRows returns how to pay.
func (s *sale) bankRows(d *draft) []row {
	rows := []row{plainRow(s.words.bank[0], s.seller.bank)}
	if s.seller.iban != "" {
		return append(rows, d.ibanRow(s.words.iban[0], s.seller.iban), plainRow(s.words.bic[0], s.seller.bic))
	}
	return append(rows, plainRow(s.words.account[0], s.seller.account), plainRow(one(d.dice, "Routing No.", "ABA", "Routing"), s.seller.routing))
}

// taxRows returns the seller's registrations.
func (s *sale) taxRows(d *draft) []row {
	var rows []row
	if s.seller.vat != "" {
		rows = append(rows, d.vatRow(s.words.vatID[0], "seller_vat", s.seller.vat))
	}
	if s.seller.vat == "" || d.chance(0.5) {
		rows = append(rows, plainRow(s.words.taxNo[0], s.seller.taxNo))
	}
	return rows
}

// itemTable draws the items. Which columns there are and how they look differs from document to document.
func (s *sale) itemTable(d *draft, x, w float64, st tableStyle) {
	withPos, withCode, withUnit := d.chance(0.6), d.chance(0.5), d.chance(0.4)
	withRate := len(s.taxes) > 1 || d.chance(0.3)
	qtyFirst := d.chance(0.25)
	var cols []column
	add := func(on bool, title string, share float64, align byte) {
		if on {
			cols = append(cols, column{title, share, align})
		}
	}
	add(withPos, s.words.pos[0], 0.7, one(d.dice, byte('l'), 'r', 'c'))
	add(qtyFirst, s.words.qty[0], 1.1, 'r')
	add(withCode, s.words.code[0], 1.5, 'l')
	add(true, s.words.name[0], 4.2, 'l')
	add(!qtyFirst, s.words.qty[0], 1.1, 'r')
	add(withUnit, s.words.unit[0], 1.0, 'l')
	add(true, s.words.price[0], 1.5, 'r')
	add(withRate, s.words.rate[0], 0.95, 'r')
	add(true, s.words.total[0], 1.6, 'r')
	step := one(d.dice, 1, 1, 10)
	rows := make([][]string, 0, len(s.items))
	for i, it := range s.items {
		var cells []string
		var facts []Cell
		put := func(on bool, cell string, fact Cell) {
			if on {
				cells, facts = append(cells, cell), append(facts, fact)
			}
		}
		position := d.money.count((i + 1) * step * 100)
		put(withPos, position, positionCell(position))
		put(qtyFirst, d.money.count(it.qty), quantityCell(it.qty))
		put(withCode, it.code, codeCell(it.code))
		put(true, it.name, descriptionCell(it.name))
		put(!qtyFirst, d.money.count(it.qty), quantityCell(it.qty))
		put(withUnit, it.unit, unitCell(it.unit))
		put(true, d.money.number(it.price), priceCell(it.price))
		put(withRate, d.money.percent(it.rate)+"%", rateCell(it.rate))
		put(true, d.money.number(it.total), amountCell(it.total))
		rows = append(rows, cells)
		d.factItem(kindLineItem, facts...)
	}
	d.table(x, w, cols, rows, st)
}

// tableLook returns one of several table styles.
func (d *draft) tableLook() tableStyle {
	t := d.theme
	st := tableStyle{head: t.body.bold(), body: t.body, pad: float64(d.between(2, 4)), ink: t.ink}
	switch d.between(0, 4) {
	case 0:
		st.headRule, st.rows = 0.8, true
	case 1:
		st.grid, st.headFill = true, t.pale
	case 2:
		st.zebra, st.headFill, st.head = true, t.accent, st.head.coloured(rgb{255, 255, 255})
		if t.accent == (rgb{}) {
			st.headFill = rgb{50, 50, 50}
		}
	case 3:
		st.headRule = 1.2
	default:
		st.grid = true
	}
	return st
}
