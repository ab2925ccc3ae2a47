package synthetic

func invoiceKind() *kind {
	all := func(draw func(*draft, *sale)) func(*draft) {
		return func(d *draft) { draw(d, newSale(d)) }
	}
	return &kind{name: "invoice", languages: allLanguages(), layouts: []layout{
		{name: "window", draw: all(invoiceWindow)},
		{name: "band", draw: all(invoiceBand)},
		{name: "boxed", draw: all(invoiceBoxed)},
		{name: "typewriter", draw: all(invoiceTypewriter)},
		{name: "datasheet", draw: all(invoiceDatasheet)},
		{name: "prose", draw: all(invoiceProse)},
		{name: "airtime", languages: []string{"en"}, draw: airtimeInvoice},
	}}
}

// metaRows returns the rows that identify the invoice.
func (s *sale) metaRows(d *draft, most int) []row {
	rows := []row{
		textRow(s.words.number[0], "invoice_number", typeIdentifier, s.number),
		d.dateRow(s.words.date[0], "issue_date", d.issued),
	}
	optional := []row{
		d.dateRow(s.words.due[0], "due_date", s.due),
		plainRow(s.words.customerNo[0], s.customerNo),
		textRow(s.words.orderRef[0], "order_number", typeIdentifier, s.orderRef),
		plainRow(s.words.delivery[0], d.date(s.delivery)),
		plainRow(s.words.contact[0], s.seller.contact.full()),
	}
	rows = append(rows, sample(d.dice, optional, d.between(1, max(1, most-2)))...)
	if d.chance(0.25) {
		rows[0], rows[1] = rows[1], rows[0]
	}
	return rows
}

// totals draws the sums with their right end at x1, on a new page when they do not fit, and leaves the cursor below.
func (s *sale) totals(d *draft, x1, w float64, rows []row, ruled bool) {
	d.sums(x1, w, rows, ruled)
	d.factCurrency(s.symbol)
}

// sums draws rows of which the last is emphasised.
func (d *draft) sums(x1, w float64, rows []row, ruled bool) {
	f, strong := d.theme.body, d.theme.body.bold().scaled(1.1)
	w = max(w, d.widest(strong, rows)+d.widestValue(strong, rows)+14)
	d.need(float64(len(rows)+1) * strong.leading() * 1.15)
	d.y += 4
	last := len(rows) - 1
	y := d.pairsRight(x1-w, x1, d.y, f, f, rows[:last])
	if ruled {
		d.line(x1-w, y-f.size, x1, y-f.size, 0.7, d.theme.ink)
		y += 4
	}
	d.y = d.pairsRight(x1-w, x1, y, strong, strong, rows[last:]) + f.leading()
}

// continuation puts the number on every page but the first.
func (d *draft) continuation(label, number string) {
	f := d.theme.small
	d.furniture = func(page int) {
		if page > 1 {
			d.text(d.left, d.top, f, label+" "+number)
			d.textRight(d.edge(), d.top, f, d.pageOf(page))
			d.y = d.top + 2.4*f.leading()
		}
	}
}

// invoiceWindow follows the continental business letter: address window, reference block, columns at the foot.
func invoiceWindow(d *draft, s *sale) {
	t := d.theme
	tax, bank := s.taxRows(d), s.bankRows(d)
	d.bottom = 92
	d.continuation(s.words.title[0], s.number)
	carry := d.furniture
	d.furniture = func(page int) {
		carry(page)
		s.foot(d, page, tax, bank)
	}
	d.newPage()
	name := t.head.coloured(t.accent)
	if d.chance(0.5) {
		d.textRight(d.edge(), d.top+14, name, s.seller.name)
		d.linesRight(d.edge(), d.top+30, t.small, s.seller.address.oneLine(), s.seller.phone, s.seller.web)
	} else {
		d.logo(d.left, d.top, 30, d.between(0, 3), t.accent)
		d.textFit(d.left+40, d.top+20, d.inner()-40, name, s.seller.name)
	}
	d.fact("seller_name", typeParty, s.seller.name, s.seller.name)
	d.text(d.left, 138, t.small.sized(6.5), s.seller.name+" · "+s.seller.address.oneLine())
	d.say("buyer_name", typeParty, s.buyer.name)
	d.lines(d.left, 154, t.body, s.buyer.head(false)...)
	meta := s.metaRows(d, 6)
	gap := d.widest(t.body, meta) + 12
	x := d.edge() - gap - max(80, d.widestValue(t.body, meta))
	bottom := d.pairs(x, gap, 154, t.body, t.body, meta)
	d.y = max(bottom, 230) + 14
	d.text(d.left, d.y, t.head.scaled(0.85), s.words.title[0]+one(d.dice, "", " "+s.number))
	d.y += 22
	if s.words.intro[0] != "" {
		d.paragraph(d.left, d.inner(), t.body, s.words.intro[0])
		d.y += 8
	}
	s.itemTable(d, d.left, d.inner(), d.tableLook())
	s.totals(d, d.edge(), 190, s.totalRows(d, s.words.grand[0]), d.chance(0.6))
	d.closing(s.terms(d), s.words.thanks[0])
}

// closing draws the last paragraphs.
func (d *draft) closing(paragraphs ...string) {
	for _, p := range paragraphs {
		if p == "" {
			continue
		}
		d.need(2 * d.theme.body.leading())
		d.paragraph(d.left, d.inner(), d.theme.body, p)
		d.y += 4
	}
}

// foot draws the seller's details in three columns at the foot of the page.
func (s *sale) foot(d *draft, page int, tax, bank []row) {
	f := d.theme.small.sized(7)
	y := d.height - 74
	d.rule(y-10, 0.5, d.theme.accent)
	w := d.inner() / 3
	d.lines(d.left, y, f, s.seller.name, s.seller.address.street, s.seller.address.place(), d.pageOf(page))
	mid := append([]row{plainRow(s.words.phone[0], s.seller.phone), plainRow("E-Mail", s.seller.email)}, tax...)
	draw := func(x float64, rows []row) {
		for i, r := range rows {
			if page == 1 {
				d.noteRow(r)
			}
			d.textFit(x, y+float64(i)*f.leading(), w-6, f, r.label+": "+r.value)
		}
	}
	draw(d.left+w, mid)
	draw(d.left+2*w, bank)
}

// invoiceBand has a coloured band on top and the labels above their values.
func invoiceBand(d *draft, s *sale) {
	t := d.theme
	if t.accent == (rgb{}) {
		t.accent = rgb{40, 40, 40}
	}
	white := rgb{255, 255, 255}
	d.continuation(s.words.title[0], s.number)
	d.newPage()
	d.fill(0, 0, d.width, 86, t.accent)
	d.text(d.left, 50, t.head.scaled(1.25).coloured(white), s.words.title[0])
	d.textRight(d.edge(), 40, t.body.bold().scaled(1.15).coloured(white), d.say("seller_name", typeParty, s.seller.name))
	d.linesRight(d.edge(), 54, t.small.coloured(white), s.seller.address.oneLine(), s.seller.email)
	label, value := t.small.coloured(t.ink), t.body.bold()
	meta := s.metaRows(d, 4)
	d.y = d.cells(d.left, d.inner(), 116, label, value, meta, false) + 8
	half := d.inner() / 2
	d.text(d.left, d.y, label, s.words.billTo[0])
	d.say("buyer_name", typeParty, s.buyer.name)
	left := d.lines(d.left, d.y+14, t.body, s.buyer.head(d.chance(0.4))...)
	if s.buyer.vat != "" && d.chance(0.5) {
		left = d.pairs(d.left, d.measure(t.body, s.words.vatID[0])+8, left, t.body, t.body, []row{d.vatRow(s.words.vatID[0], "buyer_vat", s.buyer.vat)})
	}
	if d.chance(0.5) {
		ship := newAddress(d.dice, &d.loc)
		d.text(d.left+half, d.y, label, s.words.shipTo[0])
		d.lines(d.left+half, d.y+14, t.body, append([]string{s.buyer.name}, ship.lines(false)...)...)
	}
	d.y = left + 18
	s.itemTable(d, d.left, d.inner(), d.tableLook())
	pay := append(s.bankRows(d), s.taxRows(d)...)
	rows := s.totalRows(d, s.words.grand[0])
	d.need(float64(max(len(pay), len(rows))+2) * t.body.leading() * 1.3)
	y := d.y + 4
	payEnd := d.pairs(d.left, d.widest(t.small, pay)+10, y, t.small.coloured(t.ink), t.small, pay)
	s.totals(d, d.edge(), 190, rows, true)
	d.y = max(d.y, payEnd) + 8
	d.closing(s.terms(d), s.words.thanks[0])
}

// invoiceBoxed puts everything in boxes: parties side by side, identification in a grid, sums as rows of the table.
func invoiceBoxed(d *draft, s *sale) {
	t := d.theme
	d.continuation(s.words.title[0], s.number)
	d.newPage()
	if d.chance(0.5) {
		d.logo(d.left, d.top-8, 34, d.between(0, 3), t.accent)
	}
	d.textCentre(d.width/2, d.top+14, t.head, d.say("seller_name", typeParty, s.seller.name))
	d.textCentre(d.width/2, d.top+30, t.small, s.seller.address.oneLine()+"  "+s.words.phone[0]+" "+s.seller.phone)
	d.textCentre(d.width/2, d.top+41, t.small, s.seller.email+"  "+s.seller.web)
	d.y = d.top + 70
	d.textCentre(d.width/2, d.y, t.head.scaled(0.8), s.words.title[0])
	half := d.inner()/2 - 6
	d.y += 14
	h := 5.2 * t.body.leading()
	d.box(d.left, d.y, half, h, 0.7, t.ink)
	d.box(d.left+half+12, d.y, half, h, 0.7, t.ink)
	d.text(d.left+6, d.y+13, t.small.bold(), s.words.billTo[0]+":")
	d.say("buyer_name", typeParty, s.buyer.name)
	d.lines(d.left+6, d.y+27, t.body, s.buyer.head(false)...)
	pay := append(s.taxRows(d), s.bankRows(d)...)
	d.pairs(d.left+half+18, d.widest(t.small, pay)+8, d.y+13, t.small, t.small, pay)
	d.y += h + 20
	d.y = d.cells(d.left, d.inner(), d.y, t.small, t.body, s.metaRows(d, 4), true) + 8
	st := d.tableLook()
	st.grid, st.pad = true, 3
	s.itemTable(d, d.left, d.inner(), st)
	d.y -= t.body.leading()
	rows := s.totalRows(d, s.words.grand[0])
	d.sumGrid(rows, 220)
	d.factCurrency(s.symbol)
	d.y += 14
	d.closing(s.terms(d), s.words.thanks[0])
}

// sumGrid draws the sums as boxed rows.
func (d *draft) sumGrid(rows []row, w float64) {
	f := d.theme.body
	w = max(w, d.widest(f.bold(), rows)+d.widestValue(f.bold(), rows)+24)
	h := f.leading() + 5
	d.need(float64(len(rows))*h + 6)
	d.y += 6
	for i, r := range rows {
		g := f
		if i == len(rows)-1 {
			g = f.bold()
		}
		d.box(d.edge()-w, d.y, w, h, 0.5, d.theme.ink)
		d.text(d.edge()-w+5, d.y+f.size+2, g, r.label)
		d.textRight(d.edge()-5, d.y+f.size+2, g, r.value)
		d.noteRow(r)
		d.y += h
	}
	d.y += f.leading()
}

// invoiceProse is a letter whose charges stand in a plain list without lines.
func invoiceProse(d *draft, s *sale) {
	t := d.theme
	d.continuation(s.words.title[0], s.number)
	d.newPage()
	d.text(d.left, d.top+6, t.body.bold().scaled(1.2), d.say("seller_name", typeParty, s.seller.name))
	d.lines(d.left, d.top+20, t.body, s.seller.address.street, s.seller.address.place(), s.seller.phone)
	for i, r := range s.taxRows(d) {
		d.noteRow(r)
		d.textRight(d.edge(), d.top+6+float64(i)*12, t.small, r.label+": "+r.value)
	}
	d.y = d.top + 86
	d.say("buyer_name", typeParty, s.buyer.name)
	d.y = d.lines(d.left, d.y, t.body, s.buyer.head(false)...) + 14
	d.textRight(d.edge(), d.y, t.body, d.loc.dateLine(s.seller.address.city, d.factDate("issue_date", d.issued)))
	d.y += 26
	d.text(d.left, d.y, t.body.bold().scaled(1.1), s.words.number[0]+" "+d.say("invoice_number", typeIdentifier, s.number))
	d.y += 22
	if s.words.intro[0] != "" {
		d.paragraph(d.left, d.inner(), t.body, s.words.intro[0])
	}
	d.y += 8
	for _, it := range s.items {
		d.need(2 * t.body.leading())
		d.text(d.left+14, d.y, t.body, d.money.count(it.qty)+" "+it.unit+"  "+it.name)
		d.textRight(d.edge()-14, d.y, t.body, d.money.number(it.total))
		d.factItem(kindLineItem, quantityCell(it.qty), unitCell(it.unit), descriptionCell(it.name), amountCell(it.total))
		d.y += t.body.leading() * 1.15
	}
	d.y += 4
	s.totals(d, d.edge()-14, 200, s.totalRows(d, s.words.grand[0]), true)
	d.closing(s.terms(d))
	for _, r := range s.bankRows(d) {
		d.need(t.body.leading())
		d.text(d.left, d.y, t.body, r.label+": "+r.value)
		d.noteRow(r)
		d.y += t.body.leading()
	}
	d.y += 6
	d.closing(s.words.thanks[0])
}

// dateLine is how a letter says where and when it was written.
func (l *locale) dateLine(city, date string) string {
	switch l.lang {
	case "de":
		return city + ", den " + date
	case "fr":
		return city + ", le " + date
	case "es":
		return city + ", a " + date
	default:
		return city + ", " + date
	}
}
