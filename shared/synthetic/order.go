package synthetic

import (
	"fmt"
	"strings"
)

func orderKind() *kind {
	return &kind{name: "purchase_order", languages: allLanguages(), layouts: []layout{
		{name: "letter", draw: letterOrder},
		{name: "form", draw: formOrder},
		{name: "columns", draw: columnsOrder},
		{name: "typewriter", draw: typewriterOrder},
		{name: "airtime", languages: []string{"en"}, draw: airtimeOrder},
		{name: "insertion", languages: []string{"en"}, draw: insertionOrder},
	}}
}

// newOrder returns a sale as its buyer writes it down: the buyer's letterhead, the seller as the recipient.
func newOrder(d *draft) *sale {
	s := newSale(d)
	s.delivery = d.issued.AddDate(0, 0, d.between(5, 60))
	if d.chance(0.35) { // many orders name no tax
		for i := range s.items {
			s.items[i].rate = 0
		}
		s.sum()
	}
	return s
}

// orderRows returns what identifies the order.
func (s *sale) orderRows(d *draft, most int) []row {
	w := s.words
	rows := []row{textRow(w.orderNumber[0], "order_number", typeIdentifier, s.number), d.dateRow(w.orderDate[0], "order_date", d.issued)}
	optional := []row{
		d.dateRow(w.deliverBy[0], "delivery_date", s.delivery), plainRow(w.paymentTerms[0], orderTerms(d, s.days)), plainRow(w.ref[0], s.orderRef),
		plainRow(w.contact[0], s.buyer.contact.full()), plainRow(one(d.dice, "Incoterms", "Incoterm"), one(d.dice, "DAP", "EXW", "FCA", "DDP", "CPT")+" "+s.buyer.address.city),
	}
	return append(rows, sample(d.dice, optional, d.between(1, max(1, most-2)))...)
}

func orderTerms(d *draft, days int) string {
	switch d.loc.lang {
	case "de":
		return fmt.Sprintf("%d Tage netto", days)
	case "fr":
		return fmt.Sprintf("%d jours net", days)
	case "es":
		return fmt.Sprintf("%d días", days)
	case "nl":
		return fmt.Sprintf("%d dagen netto", days)
	default:
		return fmt.Sprintf("Net %d", days)
	}
}

// orderTotals draws the sums of an order: only the total when no tax is named.
func (s *sale) orderTotals(d *draft, boxed bool) {
	rows := []row{d.moneyRow(s.words.orderTotal[0], "grand_total", s.grand)}
	if s.tax > 0 {
		rows = s.totalRows(d, s.words.orderTotal[0])
	}
	if boxed {
		d.sumGrid(rows, 210)
	} else {
		d.sums(d.edge(), 190, rows, true)
	}
	d.factCurrency(s.symbol)
}

// orderNotes draws the conditions as a list, and where to sign.
func (s *sale) orderNotes(d *draft, signed bool) {
	f := d.theme.small
	style := d.between(0, 2)
	for i, n := range sample(d.dice, s.words.orderTerms, d.between(2, 5)) {
		d.need(2 * f.leading())
		d.paragraph(d.left, d.inner(), f, []string{"", "- ", fmt.Sprintf("%d. ", i+1)}[style]+n)
	}
	if !signed {
		return
	}
	d.need(60)
	d.y += 40
	d.line(d.left, d.y, d.left+170, d.y, 0.5, d.theme.ink)
	d.textFit(d.left, d.y+11, 204, f, s.words.approved[0]+": "+s.buyer.contact.full())
	d.line(d.left+210, d.y, d.left+320, d.y, 0.5, d.theme.ink)
	d.text(d.left+210, d.y+11, f, s.words.orderDate[0])
	d.y += 24
}

// letterOrder is a letter to the supplier with a table.
func letterOrder(d *draft) {
	s := newOrder(d)
	t := d.theme
	d.continuation(s.words.orderTitle[0], s.number)
	d.newPage()
	d.text(d.left, d.top+10, t.head.coloured(t.accent), d.say("buyer_name", typeParty, s.buyer.name))
	d.text(d.left, d.top+24, t.small, join(" · ", s.buyer.address.oneLine(), s.buyer.phone, s.buyer.email))
	d.rule(d.top+32, 0.8, t.accent)
	d.say("seller_name", typeParty, s.seller.name)
	d.lines(d.left, 142, t.body, s.seller.head(d.chance(0.3))...)
	rows := s.orderRows(d, 6)
	gap := d.widest(t.body, rows) + 10
	end := d.pairs(d.edge()-gap-max(70, d.widestValue(t.body, rows)), gap, 142, t.body, t.body, rows)
	d.y = max(end, 205) + 12
	d.text(d.left, d.y, t.head.scaled(0.8), s.words.orderTitle[0])
	d.y += 20
	if in := s.words.orderIntro[0]; in != "" {
		if d.loc.lang == "de" && strings.HasPrefix(in, "wir ") {
			d.paragraph(d.left, d.inner(), t.body, "Sehr geehrte Damen und Herren,")
			d.y += 4
		}
		d.paragraph(d.left, d.inner(), t.body, in)
		d.y += 6
	}
	s.itemTable(d, d.left, d.inner(), d.tableLook())
	s.orderTotals(d, false)
	s.orderNotes(d, d.chance(0.6))
}

// formOrder is a boxed form with vendor and ship-to side by side.
func formOrder(d *draft) {
	s := newOrder(d)
	t := d.theme
	d.continuation(s.words.orderTitle[0], s.number)
	d.newPage()
	d.textRight(d.edge(), d.top+10, t.head, s.words.orderTitle[0])
	d.say("buyer_name", typeParty, s.buyer.name)
	d.text(d.left, d.top+8, t.body.bold().scaled(1.15), s.buyer.name)
	d.lines(d.left, d.top+22, t.small, s.buyer.address.street, s.buyer.address.place(), s.words.phone[0]+" "+s.buyer.phone)
	d.y = d.cells(d.left, d.inner(), d.top+78, t.small, t.body.bold(), s.orderRows(d, 4), true) + 4
	half, h := d.inner()/2, 5.4*t.body.leading()
	fill := t.pale
	for i, title := range []string{s.words.supplier[0], s.words.shipTo[0]} {
		x := d.left + float64(i)*half
		d.fill(x, d.y, half, t.body.leading()+4, fill)
		d.box(x, d.y, half, h, 0.5, t.ink)
		d.text(x+5, d.y+t.body.size+2, t.body.bold(), title)
	}
	top := d.y + 2.4*t.body.leading()
	d.say("seller_name", typeParty, s.seller.name)
	d.lines(d.left+5, top, t.body, s.seller.head(false)...)
	d.lines(d.left+half+5, top, t.body, s.buyer.head(false)...)
	d.y += h + 14
	st := d.tableLook()
	st.grid = true
	s.itemTable(d, d.left, d.inner(), st)
	d.y -= t.body.leading()
	s.orderTotals(d, true)
	d.y += 10
	s.orderNotes(d, true)
}

// columnsOrder has a grey column of details at the left and the items at the right.
func columnsOrder(d *draft) {
	s := newOrder(d)
	t := d.theme
	d.continuation(s.words.orderTitle[0], s.number)
	d.newPage()
	const side = 150.0
	d.fill(0, 0, d.left+side-12, d.height, t.pale)
	y := d.top + 16
	put := func(label string, ls ...string) {
		d.text(d.left-16, y, t.small.bold().coloured(t.accent), label)
		y += t.small.leading() * 1.2
		for _, l := range ls {
			y = d.lines(d.left-16, y, t.small, d.wrap(t.small, l, side-6)...)
		}
		y += 10
	}
	d.say("buyer_name", typeParty, s.buyer.name)
	put(s.words.buyer[0], append(s.buyer.head(false), s.buyer.phone, s.buyer.email)...)
	d.say("seller_name", typeParty, s.seller.name)
	put(s.words.supplier[0], s.seller.head(false)...)
	for _, r := range s.orderRows(d, 6) {
		put(r.label, r.value)
		d.noteRow(r)
	}
	x := d.left + side
	d.text(x, d.top+16, t.head, s.words.orderTitle[0])
	left := d.left
	d.left = x
	d.y = d.top + 40
	if s.words.orderIntro[0] != "" {
		d.paragraph(x, d.inner(), t.body, capital(s.words.orderIntro[0]))
		d.y += 6
	}
	s.compactTable(d)
	s.orderTotals(d, d.chance(0.5))
	s.orderNotes(d, d.chance(0.5))
	d.left = left
}

// compactTable is a table for narrow places: name, quantity, price, total.
func (s *sale) compactTable(d *draft) {
	st := d.tableLook()
	st.body, st.head = d.theme.small, st.head.sized(d.theme.small.size)
	cols := []column{{s.words.name[0], 3.4, 'l'}, {s.words.qty[0], 1.2, 'r'}, {s.words.price[0], 1.6, 'r'}, {s.words.total[0], 1.7, 'r'}}
	var rows [][]string
	for _, it := range s.items {
		rows = append(rows, []string{it.name, d.money.count(it.qty) + " " + it.unit, d.money.number(it.price), d.money.number(it.total)})
		d.factItem(kindLineItem, descriptionCell(it.name), quantityCell(it.qty), unitCell(it.unit), priceCell(it.price), amountCell(it.total))
	}
	d.table(d.left, d.inner(), cols, rows, st)
}

// typewriterOrder is the print-out of an old purchasing program.
func typewriterOrder(d *draft) {
	s := newOrder(d)
	d.restyle("courier")
	f := d.theme.body.sized(9)
	d.left, d.right = 54, 40
	d.continuation(s.words.orderTitle[0], s.number)
	d.newPage()
	d.typed(f.bold(), padRight(s.words.orderTitle[0], 40)+d.say("buyer_name", typeParty, s.buyer.name))
	for _, l := range append(s.buyer.address.lines(false), s.buyer.phone) {
		d.typed(f, strings.Repeat(" ", 40)+l)
	}
	d.typed(f, "")
	d.typed(f, s.words.supplier[0]+":")
	d.say("seller_name", typeParty, s.seller.name)
	for _, l := range s.seller.head(false) {
		d.typed(f, "  "+l)
	}
	d.typed(f, "")
	for _, r := range s.orderRows(d, 6) {
		d.typedRow(f, r, 26)
	}
	d.typed(f, "")
	d.typed(f, padRight(clip(s.words.pos[0], 4), 6)+padRight(s.words.name[0], 40)+padLeft(s.words.qty[0], 10)+padLeft(clip(s.words.price[0], 14), 15)+padLeft(clip(s.words.total[0], 14), 15))
	d.typed(f, strings.Repeat("=", 86))
	for i, it := range s.items {
		d.typed(f, padRight(fmt.Sprintf("%03d", (i+1)*10), 6)+padRight(clip(it.name, 38), 40)+padLeft(d.money.count(it.qty)+" "+it.unit, 10)+padLeft(d.money.number(it.price), 15)+padLeft(d.money.number(it.total), 15))
		d.factItem(kindLineItem, positionCell(fmt.Sprintf("%03d", (i+1)*10)), descriptionCell(clip(it.name, 38)), quantityCell(it.qty), unitCell(it.unit), priceCell(it.price), amountCell(it.total))
	}
	d.typed(f, strings.Repeat("=", 86))
	rows := []row{d.moneyRow(s.words.orderTotal[0], "grand_total", s.grand)}
	if s.tax > 0 {
		rows = s.totalRows(d, s.words.orderTotal[0])
	}
	for _, r := range rows {
		d.typed(f, padLeft(r.label+":", 66)+padLeft(r.value, 20))
		d.noteRow(r)
	}
	d.factCurrency(s.symbol)
	d.typed(f, "")
	s.orderNotes(d, true)
}

// airtimeOrder is a broadcaster's contract for advertising time.
func airtimeOrder(d *draft) {
	a := newAirtime(d)
	f := d.theme.small
	d.furniture = func(page int) {
		d.textRight(d.edge(), d.height-32, f, d.pageOf(page))
		if page > 1 {
			d.text(d.left, d.top, f.bold(), a.station+"  "+a.contract)
			d.y = d.top + 20
		}
	}
	d.newPage()
	title := one(d.dice, "CONTRACT", "ORDER", "Order Confirmation", "Contract Agreement Between")
	d.text(d.left, d.top+8, d.theme.head, a.station)
	d.textRight(d.edge(), d.top+8, d.theme.head, title)
	at := newAddress(d.dice, &d.loc)
	d.lines(d.left, d.top+22, f, at.street, at.place(), one(d.dice, "Print Date ", "Date ")+d.date(d.issued))
	d.y = d.top + 74
	top := d.y
	d.printed(d.left, 100, f, append([]row{
		textRow(one(d.dice, "Contract / Revision", "Order / Rev", "Contract #", "Order #"), "contract_num", typeIdentifier, a.contract),
		{label: one(d.dice, "Alt Order #", "Agency Order #"), value: d.digits(8)}, plainRow("Estimate #", a.estimate),
		d.dateRow(one(d.dice, "Original Date", "Order Date", "Entered"), "order_date", d.issued)}, a.flightRows(d)...))
	left := d.y
	d.y = top
	d.printed(d.left+d.inner()*0.52, 90, f, []row{textRow("Advertiser", "advertiser", typeParty, a.advertiser), plainRow("Product", a.product), plainRow("Agency", a.agency),
		plainRow("Demographic", one(d.dice, "Adults 35+", "A25-54", "Adults 18-49")), plainRow(one(d.dice, "Salesperson", "Account Executive", "Primary AE"), a.rep), plainRow("Billing Cycle", one(d.dice, "EOM/EOC", "Weekly", "Calendar"))})
	d.y = max(left, d.y) + 12
	a.spotTable(d, false)
	rows := []row{plainRow("Total Spots", fmt.Sprint(a.count())), d.moneyRow(one(d.dice, "Gross Amount", "Gross Total", "Order Total", "Contract Total"), "gross_amount", a.gross), d.moneyRow("Net Amount", "net_amount", a.gross-a.commission)}
	d.sums(d.edge(), 190, rows, d.chance(0.5))
	d.factCurrency("$")
	for _, p := range sample(d.dice, airtimeClauses(), d.between(1, 4)) {
		d.need(3 * f.leading())
		d.paragraph(d.left, d.inner(), f, p)
		d.y += 3
	}
	d.need(40)
	d.y += 26
	d.text(d.left, d.y, f, "Accepted for Agency: ______________________")
	d.textRight(d.edge(), d.y, f, "Accepted for Station: ______________________")
}

func (a *airtime) count() int {
	n := 0
	for _, sp := range a.spots {
		n += sp.count
	}
	return n
}

func airtimeClauses() []string {
	return []string{
		"The station does not discriminate in the sale of advertising time and will accept no advertising that is placed with an intent to discriminate.",
		"Agency and advertiser are jointly liable for payment of all charges. Invoices are due thirty days from the end of the broadcast month.",
		"Spots that cannot run as ordered are made good in comparable time unless the buyer objects in writing.",
		"Either party may cancel this order on fourteen days' notice; time already broadcast remains payable.",
		"Copy must be received forty-eight hours before the first broadcast.",
	}
}

// insertionOrder is an agency's order for media with weekly columns.
func insertionOrder(d *draft) {
	a := newAirtime(d)
	t := d.theme
	d.continuation("Order", a.contract)
	d.newPage()
	d.textCentre(d.width/2, d.top+10, t.head, a.agency)
	d.textCentre(d.width/2, d.top+26, t.body.bold(), one(d.dice, "BROADCAST ORDER", "INSERTION ORDER", "SPOT TV BUY", "Schedule Order"))
	rows := []row{textRow("Order No.", "contract_num", typeIdentifier, a.contract), d.dateRow("Date", "order_date", d.issued), textRow("Client", "advertiser", typeParty, a.advertiser), plainRow("Vendor", a.station)}
	d.y = d.cells(d.left, d.inner(), d.top+54, t.small, t.small.bold(), rows, d.chance(0.5)) + 2
	d.printed(d.left, 90, t.small, a.flightRows(d))
	d.y += 10
	st := tableStyle{head: t.small.bold(), body: t.small, pad: 2, grid: true, ink: t.ink, headFill: t.pale}
	weeks := d.between(2, 4)
	cols := []column{{"Daypart / Program", 3, 'l'}, {"Days", 1.1, 'l'}, {"Len", 0.7, 'r'}, {"Rate", 1.4, 'r'}}
	for i := range weeks {
		cols = append(cols, column{formatDate(a.from.AddDate(0, 0, 7*i), "M/D", "en"), 0.7, 'r'})
	}
	cols = append(cols, column{"Spots", 0.8, 'r'}, column{"Cost", 1.6, 'r'})
	var body [][]string
	for _, sp := range a.spots {
		cells := []string{sp.program + " " + sp.slot, sp.days, fmt.Sprint(sp.length), d.money.amount(sp.rate)}
		left := sp.count
		for i := range weeks {
			n := left / (weeks - i)
			left -= n
			cells = append(cells, fmt.Sprint(n))
		}
		body = append(body, append(cells, fmt.Sprint(sp.count), d.money.amount(sp.rate*cents(sp.count))))
		d.factItem(kindLineItem, descriptionCell(sp.program+" "+sp.slot), quantityCell(100*sp.count), priceCell(sp.rate), amountCell(sp.rate*cents(sp.count)))
	}
	d.table(d.left, d.inner(), cols, body, st)
	d.sums(d.edge(), 190, []row{plainRow("Commission 15%", d.money.amount(a.commission)), plainRow("Net", d.money.amount(a.gross-a.commission)), d.moneyRow("Gross Order Total", "gross_amount", a.gross)}, true)
	d.factCurrency("$")
	d.closing(pick(d.dice, airtimeClauses()))
}
