//nolint:misspell // the texts are in five languages
package synthetic

import (
	"fmt"
	"strings"
	"time"
)

func receiptKind() *kind {
	return &kind{name: "receipt", languages: allLanguages(), layouts: []layout{
		{name: "till", draw: tillReceipt},
		{name: "slip", draw: slipReceipt},
		{name: "restaurant", draw: restaurantReceipt},
		{name: "voucher", draw: voucherReceipt},
	}}
}

// receiptWords are the labels of receipts.
type receiptWords struct {
	title, number, cashier, subtotal, tax, total, cash, change, card, items, thanks, table, tip, received, sum, purpose, signature, method []string
}

func receiptWordsOf(lang string) *receiptWords {
	switch lang {
	case "de":
		return &receiptWords{title: []string{"KASSENBON", "Quittung", "BELEG", "Rechnung/Bon", ""}, number: []string{"Bon-Nr.", "Beleg", "Bon"}, cashier: []string{"Es bediente Sie", "Kassierer", "Bediener"}, subtotal: []string{"Zwischensumme", "Netto"},
			tax: []string{"MwSt {r}%", "inkl. {r}% MwSt", "USt {r}%"}, total: []string{"SUMME", "Summe EUR", "GESAMT", "Zu zahlen", "Total"}, cash: []string{"BAR", "Gegeben", "Bar gegeben"}, change: []string{"Rückgeld", "Zurück"}, card: []string{"EC-Karte", "girocard", "Kreditkarte"}, items: []string{"Posten", "Artikel"},
			thanks: []string{"Vielen Dank für Ihren Einkauf!", "Danke und auf Wiedersehen", "Besuchen Sie uns bald wieder"}, table: []string{"Tisch"}, tip: []string{"Trinkgeld"}, received: []string{"Erhalten von", "Von"}, sum: []string{"Betrag", "Gesamtbetrag"}, purpose: []string{"für", "Verwendungszweck"}, signature: []string{"Betrag dankend erhalten", "Unterschrift des Empfängers"}, method: []string{"Zahlungsart"}}
	case "fr":
		return &receiptWords{title: []string{"TICKET DE CAISSE", "Reçu", "TICKET", "Note", ""}, number: []string{"Ticket n°", "N°", "Reçu n°"}, cashier: []string{"Servi par", "Caissier", "Vendeur"}, subtotal: []string{"Sous-total", "Total HT"},
			tax: []string{"TVA {r}%", "dont TVA {r}%"}, total: []string{"TOTAL", "TOTAL TTC", "A PAYER", "Net à payer"}, cash: []string{"ESPECES", "Espèces"}, change: []string{"Rendu", "A rendre"}, card: []string{"CARTE BANCAIRE", "CB", "Carte bleue"}, items: []string{"articles", "Nb articles"},
			thanks: []string{"Merci de votre visite", "A bientôt !", "Merci et bonne journée"}, table: []string{"Table"}, tip: []string{"Pourboire"}, received: []string{"Reçu de"}, sum: []string{"La somme de", "Montant"}, purpose: []string{"Pour", "Objet"}, signature: []string{"Signature", "Pour acquit"}, method: []string{"Mode de paiement"}}
	case "es":
		return &receiptWords{title: []string{"TICKET", "Recibo", "FACTURA SIMPLIFICADA", "Ticket de compra", ""}, number: []string{"Ticket n.º", "N.º", "Op."}, cashier: []string{"Le atendió", "Cajero", "Empleado"}, subtotal: []string{"Subtotal", "Base"},
			tax: []string{"IVA {r}%", "IVA incl. {r}%"}, total: []string{"TOTAL", "TOTAL A PAGAR", "Total EUR", "IMPORTE TOTAL"}, cash: []string{"EFECTIVO", "Entregado"}, change: []string{"Cambio", "A devolver"}, card: []string{"TARJETA", "Tarjeta"}, items: []string{"artículos"},
			thanks: []string{"Gracias por su compra", "Gracias por su visita", "¡Vuelva pronto!"}, table: []string{"Mesa"}, tip: []string{"Propina"}, received: []string{"Recibí de", "Recibido de"}, sum: []string{"La cantidad de", "Importe"}, purpose: []string{"En concepto de", "Concepto"}, signature: []string{"Firma", "Recibí"}, method: []string{"Forma de pago"}}
	case "nl":
		return &receiptWords{title: []string{"KASSABON", "Bon", "Kwitantie", ""}, number: []string{"Bonnr.", "Bon", "Transactie"}, cashier: []string{"U bent geholpen door", "Medewerker", "Kassa"}, subtotal: []string{"Subtotaal"},
			tax: []string{"BTW {r}%", "btw {r}%"}, total: []string{"TOTAAL", "Te betalen", "Totaal EUR"}, cash: []string{"CONTANT", "Contant"}, change: []string{"Wisselgeld", "Terug"}, card: []string{"PIN", "Pinnen", "Bankpas"}, items: []string{"artikelen"},
			thanks: []string{"Bedankt en tot ziens!", "Bedankt voor uw bezoek", "Ruilen binnen 14 dagen met bon"}, table: []string{"Tafel"}, tip: []string{"Fooi"}, received: []string{"Ontvangen van"}, sum: []string{"Het bedrag van", "Bedrag"}, purpose: []string{"Voor", "Betreft"}, signature: []string{"Handtekening", "Voor ontvangst"}, method: []string{"Betaalwijze"}}
	default:
		return &receiptWords{title: []string{"RECEIPT", "SALES RECEIPT", "CASH RECEIPT", "TAX INVOICE", "CASH BILL", ""}, number: []string{"Receipt #", "Trans #", "Doc No", "Bill No", "Chk"}, cashier: []string{"Cashier", "Served by", "Your server was", "Operator"}, subtotal: []string{"SUBTOTAL", "Sub Total", "Subtotal"},
			tax: []string{"TAX {r}%", "Sales Tax {r}%", "Tax ({r}%)"}, total: []string{"TOTAL", "Total", "AMOUNT DUE", "GRAND TOTAL", "Total Amount", "BALANCE DUE"}, cash: []string{"CASH", "Cash Tendered", "Paid Cash"}, change: []string{"CHANGE", "Change Due"}, card: []string{"VISA", "CREDIT CARD", "Debit", "MASTERCARD"}, items: []string{"ITEMS SOLD", "Item Count", "Total Qty"},
			thanks: []string{"THANK YOU! PLEASE COME AGAIN", "Thank you for shopping with us", "Have a nice day", "Goods sold are not refundable", "Keep this receipt for returns within 30 days"}, table: []string{"Table"}, tip: []string{"Tip", "Gratuity"}, received: []string{"Received from"}, sum: []string{"The sum of", "Amount"}, purpose: []string{"For", "In payment of"}, signature: []string{"Received by", "Signature"}, method: []string{"Payment method"}}
	}
}

// purchase is what a receipt is about.
type purchase struct {
	words           *receiptWords
	shop            company
	number          string
	at              time.Time
	items           []item
	rate            int
	net, tax, total cents
	added           bool // tax is added at the end (US); otherwise prices contain it
	cash            bool
	given           cents
}

func newPurchase(d *draft) *purchase {
	w := receiptWordsOf(d.loc.lang)
	p := &purchase{words: &receiptWords{}, shop: newCompany(d.dice, &d.loc), number: d.digits(d.between(3, 8)), added: d.loc.country == "US"}
	*p.words = *w
	for _, l := range []*[]string{&p.words.title, &p.words.number, &p.words.cashier, &p.words.subtotal, &p.words.tax, &p.words.total, &p.words.cash, &p.words.change,
		&p.words.card, &p.words.items, &p.words.thanks, &p.words.received, &p.words.sum, &p.words.purpose, &p.words.signature} {
		*l = []string{pick(d.dice, *l)}
	}
	p.shop.name = shopName(d)
	p.at = d.issued.Add(time.Duration(d.between(0, 13*60)) * time.Minute)
	for _, g := range sample(d.dice, groceriesOf(d.loc.lang), d.between(1, 14)) {
		it := item{name: g.name, qty: 100 * one(d.dice, 1, 1, 1, 2, 2, 3), price: g.low + cents(d.Int64N(int64(g.high-g.low)+1))}
		if g.unit == kilo {
			it.qty = d.between(20, 250)
		}
		it.total = it.price.times(it.qty)
		p.items = append(p.items, it)
	}
	p.pay(d)
	return p
}

func shopName(d *draft) string {
	lex := lexiconOf(d.loc.lang)
	trade := map[string][]string{
		"en": {"Market", "Grocery", "Hardware", "Cafe", "Bistro", "Pharmacy", "Mart", "Books", "Trading Sdn Bhd", "Stationery"},
		"de": {"Supermarkt", "Bäckerei", "Drogerie", "Café", "Gasthaus", "Baumarkt", "Apotheke"}, "fr": {"Supermarché", "Boulangerie", "Café", "Brasserie", "Pharmacie", "Épicerie"},
		"es": {"Supermercado", "Panadería", "Cafetería", "Bar", "Farmacia", "Ferretería"}, "nl": {"Supermarkt", "Bakkerij", "Café", "Drogist", "Eetcafé", "Bouwmarkt"},
	}[d.loc.lang]
	stem := one(d.dice, pick(d.dice, lex.family), pick(d.dice, lex.stems), pick(d.dice, lex.cities))
	if d.loc.lang == "en" {
		return stem + " " + pick(d.dice, trade)
	}
	return pick(d.dice, trade) + " " + stem
}

// pay adds up and chooses how it was paid.
func (p *purchase) pay(d *draft) {
	var sum cents
	for _, it := range p.items {
		sum += it.total
	}
	p.rate = pick(d.dice, d.loc.rates)
	if p.added {
		p.net, p.tax = sum, sum.share(p.rate)
		p.total = p.net + p.tax
	} else {
		p.total = sum
		p.tax = cents((int64(sum)*int64(p.rate) + int64(1000+p.rate)/2) / int64(1000+p.rate))
		p.net = sum - p.tax
	}
	p.cash = d.chance(0.5)
	step := one(d.dice, cents(500), 1000, 2000)
	p.given = (p.total + step - 1) / step * step
}

func (p *purchase) taxLabel(d *draft) string {
	return strings.ReplaceAll(p.words.tax[0], "{r}", d.money.percent(p.rate))
}

// paperRoll returns a canvas as wide as a till's paper and long enough for n lines.
func paperRoll(d *draft, w float64, n int, leading float64) {
	d.canvas = d.resized(w, max(300, float64(n)*leading+60))
	d.left, d.right, d.top, d.bottom = 12, 12, 24, 10
}

// heading prints who sold, centred.
func (p *purchase) heading(d *draft, f font) {
	mid := d.width / 2
	centre := func(g font, s string) {
		for _, l := range d.wrap(g, s, d.inner()) {
			d.textCentre(mid, d.y, g, l)
			d.y += g.leading()
		}
	}
	name := p.shop.name
	if d.chance(0.5) {
		name = strings.ToUpper(name)
	}
	centre(f.bold().scaled(1.25), name)
	d.fact("company", typeParty, name, name)
	for _, l := range p.shop.address.lines(false) {
		centre(f, l)
	}
	d.fact("address", typeText, p.shop.address.oneLine(), strings.Join(p.shop.address.lines(false), " "))
	if d.chance(0.7) {
		centre(f, one(d.dice, "Tel: ", "Tel. ", "")+p.shop.phone)
	}
	if p.shop.vat != "" && d.chance(0.6) {
		w := tradeWordsOf(d.loc.lang)
		r := d.vatRow(w.vatID[0], "seller_vat", p.shop.vat)
		centre(f, r.label+" "+r.value)
		d.noteRow(r)
	}
	if p.words.title[0] != "" {
		d.y += 4
		centre(f.bold(), p.words.title[0])
	}
	d.y += 4
}

// stamp returns the date and time of the purchase as printed, and records the date.
func (p *purchase) stamp(d *draft) string {
	return d.factDate("date", p.at) + " " + p.at.Format(one(d.dice, "15:04", "15:04:05", "3:04 PM"))
}

// ends draws label and value at both ends of a line.
func (d *draft) ends(f font, label, value string) {
	d.text(d.left, d.y, f, label)
	d.textRight(d.edge(), d.y, f, value)
	d.y += f.leading()
}

// paid draws the sums and how it was paid.
func (p *purchase) paid(d *draft, f font) {
	value := d.money.number
	if d.chance(0.5) {
		value = d.money.amount
	}
	if p.added || d.chance(0.3) {
		d.ends(f, p.words.subtotal[0], value(p.net))
		d.ends(f, p.taxLabel(d), value(p.tax))
		d.fact("tax_total", typeAmount, p.tax.decimal(), value(p.tax))
	}
	d.ends(f.bold().scaled(1.2), p.words.total[0], value(p.total))
	d.fact("total", typeAmount, p.total.decimal(), value(p.total))
	if p.cash {
		d.ends(f, p.words.cash[0], value(p.given))
		d.ends(f, p.words.change[0], value(p.given-p.total))
	} else {
		d.ends(f, p.words.card[0], value(p.total))
		d.ends(f, "", "************"+d.digits(4))
	}
}

// tillReceipt is printed by a till in fixed pitch.
func tillReceipt(d *draft) {
	p := newPurchase(d)
	d.restyle("courier")
	f := d.theme.body.sized(8)
	paperRoll(d, 214, 30+3*len(p.items), f.leading())
	d.newPage()
	p.heading(d, f)
	rule := strings.Repeat(one(d.dice, "-", "=", "*"), 39)
	d.typed(f, p.stamp(d))
	d.typed(f, p.words.number[0]+" "+p.number)
	d.typed(f, p.words.cashier[0]+" "+personName(d.dice, d.loc.lang).first)
	d.typed(f, rule)
	long := d.chance(0.4)
	for _, it := range p.items {
		switch {
		case it.qty != 100 || long:
			d.typed(f, clip(it.name, 34))
			d.ends(f, "  "+d.money.count(it.qty)+" x "+d.money.number(it.price), d.money.number(it.total))
			d.factItem(kindLineItem, descriptionCell(clip(it.name, 34)), quantityCell(it.qty), priceCell(it.price), amountCell(it.total))
		default:
			d.ends(f, clip(it.name, 28), d.money.number(it.total))
			d.factItem(kindLineItem, descriptionCell(clip(it.name, 28)), amountCell(it.total))
		}
	}
	d.typed(f, rule)
	p.paid(d, f)
	d.typed(f, rule)
	d.typed(f, fmt.Sprintf("%s: %d", p.words.items[0], len(p.items)))
	d.y += 4
	d.textCentre(d.width/2, d.y, f, clip(p.words.thanks[0], 38))
}

// slipReceipt is a proportional slip with quantity columns.
func slipReceipt(d *draft) {
	p := newPurchase(d)
	f := d.theme.body.sized(8.5)
	paperRoll(d, 236, 26+2*len(p.items), f.leading())
	d.newPage()
	p.heading(d, f)
	d.ends(f, p.words.number[0]+" "+p.number, p.stamp(d))
	d.rule(d.y-5, 0.5, rgb{})
	d.y += 6
	for _, it := range p.items {
		d.text(d.left, d.y, f, d.money.count(it.qty))
		d.text(d.left+28, d.y, f, it.name)
		d.textRight(d.edge(), d.y, f, d.money.number(it.total))
		d.factItem(kindLineItem, quantityCell(it.qty), descriptionCell(it.name), amountCell(it.total))
		d.y += f.leading()
	}
	d.rule(d.y-5, 0.5, rgb{})
	d.y += 8
	p.paid(d, f)
	d.y += 10
	d.textCentre(d.width/2, d.y, f.italic(), p.words.thanks[0])
}

// restaurantReceipt has a table number, guests and a tip.
func restaurantReceipt(d *draft) {
	p := newPurchase(d)
	f := d.theme.body.sized(9)
	if d.chance(0.4) {
		f = f.in("courier").sized(8)
	}
	paperRoll(d, 230, 32+2*len(p.items), f.leading())
	d.newPage()
	p.heading(d, f)
	d.ends(f, p.words.table[0]+" "+fmt.Sprint(d.between(1, 40)), p.words.number[0]+" "+p.number)
	d.ends(f, p.words.cashier[0], personName(d.dice, d.loc.lang).first)
	d.typed(f, p.stamp(d))
	d.y += 6
	for _, it := range p.items {
		d.ends(f, d.money.count(it.qty)+" "+clip(it.name, 24), d.money.number(it.total))
		d.factItem(kindLineItem, quantityCell(it.qty), descriptionCell(clip(it.name, 24)), amountCell(it.total))
	}
	d.y += 6
	p.paid(d, f)
	if d.chance(0.4) {
		d.y += 8
		d.typed(f, p.words.tip[0]+": ____________")
	}
	d.y += 8
	d.textCentre(d.width/2, d.y, f, clip(p.words.thanks[0], 34))
}

// voucherReceipt is a filled-in form on a full page: received from, the sum of, for.
func voucherReceipt(d *draft) {
	p := newPurchase(d)
	t := d.theme
	d.newPage()
	title := p.words.title[0]
	if title == "" {
		title = receiptWordsOf(d.loc.lang).title[1]
	}
	d.text(d.left, d.top+10, t.head, title)
	d.textRight(d.edge(), d.top+10, t.body.bold(), p.words.number[0]+" "+p.number)
	d.y = d.top + 40
	d.fact("company", typeParty, p.shop.name, p.shop.name)
	d.fact("address", typeText, p.shop.address.oneLine(), strings.Join(p.shop.address.lines(false), " "))
	d.y = d.lines(d.left, d.y, t.body, append(p.shop.head(false), p.shop.phone, p.shop.email)...) + 16
	payer := personName(d.dice, d.loc.lang).full()
	w := tradeWordsOf(d.loc.lang)
	rows := []row{
		d.dateRow(w.date[1], "date", p.at), plainRow(p.words.received[0], payer), d.moneyRow(p.words.sum[0], "total", p.total),
		plainRow(p.words.purpose[0], p.items[0].name), plainRow(p.words.method[0], one(d.dice, p.words.cash[0], p.words.card[0])),
	}
	gap := d.widest(t.body, rows) + 24
	for _, r := range rows {
		d.text(d.left, d.y, t.body.bold(), r.label+":")
		d.text(d.left+gap, d.y, t.body, r.value)
		d.noteRow(r)
		d.line(d.left+gap, d.y+3, d.edge(), d.y+3, 0.4, t.ink)
		d.y += t.body.leading() * 1.9
	}
	d.y += 30
	d.line(d.edge()-180, d.y, d.edge(), d.y, 0.5, t.ink)
	d.text(d.edge()-180, d.y+12, t.small, p.words.signature[0])
	d.textCentre(d.width/2, d.y+60, t.small.italic(), p.words.thanks[0])
}
