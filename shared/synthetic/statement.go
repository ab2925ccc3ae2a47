//nolint:misspell // the texts are in five languages
package synthetic

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

func statementKind() *kind {
	return &kind{name: "bank_statement", languages: allLanguages(), layouts: []layout{
		{name: "running", draw: runningStatement},
		{name: "columns", draw: columnsStatement},
		{name: "ledger", draw: ledgerStatement},
		{name: "grouped", draw: groupedStatement},
	}}
}

// statementWords are the labels of bank statements.
type statementWords struct {
	title, holder, account, period, from, to, opening, closing, date, text, debit, credit, amount, balance, carried, in, out, branch, valueDate []string
	incoming, outgoing                                                                                                                          []string
	notes                                                                                                                                       []string
}

func statementWordsOf(lang string) *statementWords {
	switch lang {
	case "de":
		return &statementWords{title: []string{"Kontoauszug", "KONTOAUSZUG", "Auszug Girokonto"}, holder: []string{"Kontoinhaber", "Kunde"}, account: []string{"IBAN"}, period: []string{"Zeitraum", "Auszug für"}, from: []string{"vom"}, to: []string{"bis"}, opening: []string{"Alter Kontostand", "Anfangssaldo", "Kontostand zu Beginn"}, closing: []string{"Neuer Kontostand", "Endsaldo", "Kontostand am Ende"}, date: []string{"Buchungstag", "Datum"}, text: []string{"Vorgang", "Buchungstext", "Verwendungszweck"}, debit: []string{"Soll", "Belastung"}, credit: []string{"Haben", "Gutschrift"}, amount: []string{"Betrag"}, balance: []string{"Saldo", "Kontostand"}, carried: []string{"Übertrag"}, in: []string{"Summe Gutschriften", "Eingänge"}, out: []string{"Summe Belastungen", "Ausgänge"}, branch: []string{"Filiale"}, valueDate: []string{"Wert", "Valuta"},
			incoming: []string{"Gehalt {c}", "Überweisung von {p}", "Gutschrift {c}", "Zinsen", "Erstattung Krankenkasse", "Bareinzahlung"},
			outgoing: []string{"Miete Wohnung", "Lastschrift Stadtwerke", "Kartenzahlung {c}", "Dauerauftrag {p}", "Geldautomat {o}", "Überweisung an {p}", "Versicherung Beitrag", "Rundfunkbeitrag", "Kontoführungsentgelt", "Mobilfunk Rechnung {n}"},
			notes:    []string{"Bitte prüfen Sie die Buchungen und erheben Sie Einwendungen innerhalb von sechs Wochen.", "Guthaben sind nach Maßgabe der gesetzlichen Einlagensicherung geschützt.", "Dieser Auszug gilt als Rechnungsabschluss."}}
	case "fr":
		return &statementWords{title: []string{"RELEVÉ DE COMPTE", "Relevé de compte", "Extrait de compte"}, holder: []string{"Titulaire du compte", "Titulaire"}, account: []string{"IBAN"}, period: []string{"Période"}, from: []string{"du"}, to: []string{"au"}, opening: []string{"Ancien solde", "Solde initial", "Solde précédent"}, closing: []string{"Nouveau solde", "Solde final"}, date: []string{"Date"}, text: []string{"Libellé", "Nature de l'opération"}, debit: []string{"Débit"}, credit: []string{"Crédit"}, amount: []string{"Montant"}, balance: []string{"Solde"}, carried: []string{"Report"}, in: []string{"Total des crédits"}, out: []string{"Total des débits"}, branch: []string{"Agence"}, valueDate: []string{"Valeur", "Date valeur"},
			incoming: []string{"Virement salaire {c}", "Virement de {p}", "Remise de chèque", "Intérêts", "Remboursement assurance maladie", "Versement espèces"},
			outgoing: []string{"Loyer", "Prélèvement électricité", "Carte {c}", "Virement à {p}", "Retrait DAB {o}", "Prélèvement assurance", "Chèque n° {n}", "Frais de tenue de compte", "Abonnement téléphone", "Prélèvement impôts"},
			notes:    []string{"Toute réclamation doit nous parvenir dans un délai d'un mois.", "Les dépôts sont couverts par le fonds de garantie.", "Conservez ce relevé pendant cinq ans."}}
	case "es":
		return &statementWords{title: []string{"EXTRACTO DE CUENTA", "Extracto bancario", "Movimientos de la cuenta"}, holder: []string{"Titular", "Titular de la cuenta"}, account: []string{"IBAN"}, period: []string{"Periodo", "Período"}, from: []string{"del"}, to: []string{"al"}, opening: []string{"Saldo anterior", "Saldo inicial"}, closing: []string{"Saldo final", "Nuevo saldo", "Saldo actual"}, date: []string{"Fecha", "F. operación"}, text: []string{"Concepto", "Descripción"}, debit: []string{"Cargo", "Debe"}, credit: []string{"Abono", "Haber"}, amount: []string{"Importe"}, balance: []string{"Saldo"}, carried: []string{"Suma anterior"}, in: []string{"Total abonos"}, out: []string{"Total cargos"}, branch: []string{"Oficina", "Sucursal"}, valueDate: []string{"F. valor", "Valor"},
			incoming: []string{"Nómina {c}", "Transferencia de {p}", "Ingreso en efectivo", "Intereses", "Devolución recibo", "Abono {c}"},
			outgoing: []string{"Alquiler", "Recibo luz", "Compra tarjeta {c}", "Transferencia a {p}", "Cajero {o}", "Seguro del hogar", "Recibo agua", "Comisión de mantenimiento", "Recibo teléfono {n}", "Impuestos municipales"},
			notes:    []string{"Si no recibimos reclamación en quince días, se dará por conforme.", "Los depósitos están protegidos por el fondo de garantía.", "Consulte sus movimientos en nuestra banca a distancia."}}
	case "nl":
		return &statementWords{title: []string{"Rekeningafschrift", "REKENINGAFSCHRIFT", "Afschrift betaalrekening"}, holder: []string{"Rekeninghouder", "Ten name van"}, account: []string{"IBAN", "Rekeningnummer"}, period: []string{"Periode"}, from: []string{"van"}, to: []string{"tot en met"}, opening: []string{"Beginsaldo", "Vorig saldo"}, closing: []string{"Eindsaldo", "Nieuw saldo"}, date: []string{"Datum", "Boekdatum"}, text: []string{"Omschrijving"}, debit: []string{"Af", "Afgeschreven"}, credit: []string{"Bij", "Bijgeschreven"}, amount: []string{"Bedrag"}, balance: []string{"Saldo"}, carried: []string{"Transport"}, in: []string{"Totaal bij", "Totaal bijgeschreven"}, out: []string{"Totaal af", "Totaal afgeschreven"}, branch: []string{"Kantoor"}, valueDate: []string{"Rentedatum", "Valuta"},
			incoming: []string{"Salaris {c}", "Overboeking van {p}", "Rente", "Terugbetaling {c}", "Storting", "Toeslag"},
			outgoing: []string{"Huur woning", "Incasso energie", "Betaalautomaat {c}", "Overboeking naar {p}", "Geldautomaat {o}", "Zorgverzekering", "Waterschap", "Kosten betaalpakket", "Telefoon {n}", "Gemeente belastingen"},
			notes:    []string{"Controleer uw afschrift en meld onjuistheden binnen een maand.", "Uw tegoeden vallen onder het depositogarantiestelsel.", "Bewaar dit afschrift voor uw administratie."}}
	default:
		return &statementWords{title: []string{"BANK STATEMENT", "Account Statement", "Statement of Account", "Checking Account Statement"}, holder: []string{"Account holder", "Account Name", "Customer"}, account: []string{"Account Number", "Account No."}, period: []string{"Statement Period", "Period", "Statement period"}, from: []string{"from", ""}, to: []string{"to", "through", "-"}, opening: []string{"Opening Balance", "Beginning Balance", "Previous Balance", "Balance brought forward"}, closing: []string{"Closing Balance", "Ending Balance", "New Balance", "Balance carried forward"}, date: []string{"Date", "Posted"}, text: []string{"Description", "Details", "Transaction"}, debit: []string{"Withdrawals", "Debit", "Paid out", "Money out"}, credit: []string{"Deposits", "Credit", "Paid in", "Money in"}, amount: []string{"Amount"}, balance: []string{"Balance", "Running Balance"}, carried: []string{"Carried forward"}, in: []string{"Total deposits and credits", "Total paid in", "Deposits/Credits"}, out: []string{"Total withdrawals and debits", "Total paid out", "Checks/Debits"}, branch: []string{"Branch"}, valueDate: []string{"Value date", "Eff. date"},
			incoming: []string{"PAYROLL {c}", "Transfer from {p}", "Deposit", "Interest paid", "REFUND {c}", "Mobile check deposit", "Direct credit {c}"},
			outgoing: []string{"Check #{n}", "POS PURCHASE {c}", "ATM withdrawal {o}", "Rent payment", "Electric bill autopay", "Transfer to {p}", "Insurance premium", "Monthly service fee", "Card payment {c}", "Online payment phone {n}", "Standing order {p}", "Direct debit council tax"},
			notes:    []string{"Please examine this statement and report any error within sixty days.", "Deposits are protected up to the legal limit.", "In case of questions about your transfers, call the number on the back of your card.", "Interest is calculated on the daily closing balance."}}
	}
}

// booking is one transaction.
type booking struct {
	on      time.Time
	text    string
	amount  cents
	balance cents // after it
}

// account is what a statement is about. Opening plus all bookings is closing.
type account struct {
	words            *statementWords
	bank             string
	office           address
	holder           string
	home             address
	iban, number     string
	from, to         time.Time
	opening, closing cents
	in, out          cents
	bookings         []booking
	phone            string
}

func newAccount(d *draft) *account {
	w := *statementWordsOf(d.loc.lang)
	for _, p := range []*[]string{&w.title, &w.holder, &w.account, &w.period, &w.from, &w.to, &w.opening, &w.closing, &w.date, &w.text, &w.debit, &w.credit, &w.amount, &w.balance, &w.carried, &w.in, &w.out, &w.branch, &w.valueDate} {
		*p = []string{pick(d.dice, *p)}
	}
	a := &account{words: &w, bank: bankName(d.dice, d.loc.lang), office: newAddress(d.dice, &d.loc), home: newAddress(d.dice, &d.loc), number: d.digits(d.between(8, 12)), phone: d.pattern(pick(d.dice, d.loc.phone))}
	a.holder = personName(d.dice, d.loc.lang).full()
	if d.chance(0.3) {
		c := newCompany(d.dice, &d.loc)
		a.holder = c.name
	}
	if d.loc.iban != "" {
		a.iban = iban(d.dice, d.loc.country, d.loc.iban)
	}
	a.from = day(d.issued.Year(), d.issued.Month(), 1)
	a.to = a.from.AddDate(0, one(d.dice, 1, 1, 1, 3), -1)
	d.issued = a.to
	a.opening = cents(d.between(-40000, 1500000))
	n := d.between(8, 30)
	if d.chance(0.35) {
		n = d.between(40, 110)
	}
	a.book(d, n)
	return a
}

// book makes n bookings in order of their days.
func (a *account) book(d *draft, n int) {
	days := int(a.to.Sub(a.from).Hours()/24) + 1
	offsets := make([]int, n)
	for i := range offsets {
		offsets[i] = d.IntN(days)
	}
	sort.Ints(offsets)
	balance := a.opening
	lex := lexiconOf(d.loc.lang)
	for _, o := range offsets {
		b := booking{on: a.from.AddDate(0, 0, o)}
		fill := strings.NewReplacer("{c}", join(" ", pick(d.dice, lex.stems), pick(d.dice, lex.trades)), "{p}", personName(d.dice, d.loc.lang).full(), "{n}", d.digits(4), "{o}", pick(d.dice, lex.cities))
		if balance < 30000 || d.chance(0.25) {
			b.text, b.amount = fill.Replace(pick(d.dice, a.words.incoming)), cents(d.between(2500, 320000))
			a.in += b.amount
		} else {
			b.text, b.amount = fill.Replace(pick(d.dice, a.words.outgoing)), -cents(d.between(350, 95000))
			a.out -= b.amount
		}
		balance += b.amount
		b.balance = balance
		a.bookings = append(a.bookings, b)
	}
	a.closing = balance
}

// accountRows returns the rows that identify the account and the period.
func (a *account) accountRows(d *draft) []row {
	rows := []row{textRow(a.words.holder[0], "account_holder", typeParty, a.holder)}
	if a.iban != "" {
		rows = append(rows, d.ibanRow("IBAN", a.iban))
		if d.loc.lang == "en" {
			rows = append(rows, textRow(a.words.account[0], "account_number", typeIdentifier, a.number))
		}
	} else {
		rows = append(rows, textRow(a.words.account[0], "account_number", typeIdentifier, a.number))
	}
	return rows
}

// period returns the period as printed, and records both ends.
func (a *account) period(d *draft) string {
	return strings.TrimSpace(a.words.from[0] + " " + d.factDate("period_from", a.from) + " " + a.words.to[0] + " " + d.factDate("period_to", a.to))
}

// bookingTable draws the bookings between the opening and the closing balance.
func (a *account) bookingTable(d *draft, split, balances, ends bool, st tableStyle) {
	valueDates := d.chance(0.3)
	cols := []column{{a.words.date[0], 1.35, 'l'}}
	if valueDates {
		cols = append(cols, column{a.words.valueDate[0], 1.35, 'l'})
	}
	cols = append(cols, column{a.words.text[0], 4.4, 'l'})
	if split {
		cols = append(cols, column{a.words.debit[0], 1.6, 'r'}, column{a.words.credit[0], 1.6, 'r'})
	} else {
		cols = append(cols, column{a.words.amount[0], 1.7, 'r'})
	}
	if balances {
		cols = append(cols, column{a.words.balance[0], 1.7, 'r'})
	}
	line := func(date, text string, amount cents, balance string) []string {
		cells := []string{date}
		if valueDates {
			cells = append(cells, date)
		}
		cells = append(cells, text)
		switch {
		case amount == 0:
			cells = append(cells, "")
			if split {
				cells = append(cells, "")
			}
		case !split:
			cells = append(cells, d.money.number(amount))
		case amount < 0:
			cells = append(cells, d.money.number(-amount), "")
		default:
			cells = append(cells, "", d.money.number(amount))
		}
		if balances {
			cells = append(cells, balance)
		}
		return cells
	}
	var rows [][]string
	if ends && balances {
		rows = append(rows, line(d.date(a.from), a.words.opening[0], 0, d.money.number(a.opening)))
	}
	for _, b := range a.bookings {
		rows = append(rows, line(d.date(b.on), b.text, b.amount, d.money.number(b.balance)))
		facts := []Cell{dateCell("date", b.on), descriptionCell(b.text), amountCell(b.amount)}
		if valueDates {
			facts = append(facts, dateCell("value_date", b.on))
		}
		if balances {
			facts = append(facts, balanceCell(b.balance))
		}
		d.factItem(kindTransaction, facts...)
	}
	if ends && balances {
		rows = append(rows, line(d.date(a.to), a.words.closing[0], 0, d.money.number(a.closing)))
	}
	d.table(d.left, d.inner(), cols, rows, st)
}

// summaryRows returns opening, in, out and closing.
func (a *account) summaryRows(d *draft) []row {
	return []row{d.moneyRow(a.words.opening[0], "opening_balance", a.opening), plainRow(a.words.in[0], d.money.amount(a.in)),
		plainRow(a.words.out[0], d.money.amount(-a.out)), d.moneyRow(a.words.closing[0], "closing_balance", a.closing)}
}

// headers repeats the account on later pages.
func (a *account) headers(d *draft) {
	f := d.theme.small
	d.furniture = func(page int) {
		d.textRight(d.edge(), d.height-34, f, d.pageOf(page))
		if page > 1 {
			d.text(d.left, d.top, f, a.bank+" - "+a.words.title[0]+" - "+a.holder)
			d.y = d.top + 20
		}
	}
}

// runningStatement has a running balance and a summary box on top.
func runningStatement(d *draft) {
	a := newAccount(d)
	t := d.theme
	a.headers(d)
	d.newPage()
	d.text(d.left, d.top+10, t.head.coloured(t.accent), a.bank)
	d.textRight(d.edge(), d.top+10, t.body.bold().scaled(1.2), a.words.title[0])
	d.text(d.left, d.top+24, t.small, a.office.oneLine()+"  "+a.phone)
	d.y = d.lines(d.left, d.top+66, t.body, append([]string{a.holder}, a.home.lines(false)...)...) + 14
	rows := a.accountRows(d)
	gap := max(d.widest(t.body, rows), d.measure(t.body, a.words.period[0])) + 14
	d.y = d.pairs(d.left, gap, d.y, t.body, t.body, rows)
	d.text(d.left, d.y, t.body, a.words.period[0])
	d.text(d.left+gap, d.y, t.body, a.period(d))
	d.y += 26
	d.y = d.cells(d.left, d.inner(), d.y, t.small, t.body.bold(), a.summaryRows(d), true) + 4
	d.factCurrency(d.money.symbol)
	a.bookingTable(d, d.chance(0.5), true, d.chance(0.5), d.tableLook())
	d.closing(sample(d.dice, a.words.notes, 2)...)
}

// columnsStatement has debit and credit columns and the balances as rows above and below the table.
func columnsStatement(d *draft) {
	a := newAccount(d)
	t := d.theme
	a.headers(d)
	d.newPage()
	d.textCentre(d.width/2, d.top+8, t.head, a.bank)
	d.textCentre(d.width/2, d.top+24, t.body.bold(), a.words.title[0]+" "+a.period(d))
	d.textCentre(d.width/2, d.top+37, t.small, a.words.branch[0]+": "+a.office.oneLine())
	d.y = d.top + 66
	rows := append(a.accountRows(d), row{label: currencyLabel(d.loc.lang), value: d.loc.currency, name: "currency", typ: typeCurrency, norm: d.loc.currency})
	d.y = d.pairs(d.left, d.widest(t.body, rows)+16, d.y, t.body.bold(), t.body, rows) + 10
	d.text(d.left, d.y, t.body.bold(), a.words.opening[0])
	d.textRight(d.edge(), d.y, t.body.bold(), d.factNumber("opening_balance", a.opening))
	d.y += 8
	a.bookingTable(d, true, false, false, d.tableLook())
	d.need(5 * t.body.leading())
	d.sums(d.edge(), d.inner(), []row{plainRow(a.words.out[0], d.money.number(a.out)), plainRow(a.words.in[0], d.money.number(a.in)),
		{label: a.words.closing[0], value: d.money.number(a.closing), name: "closing_balance", typ: typeAmount, norm: a.closing.decimal()}}, true)
	d.closing(sample(d.dice, a.words.notes, 1)...)
}

func currencyLabel(lang string) string { return partyWords(lang)[2] }

// ledgerStatement is a fixed-pitch print-out.
func ledgerStatement(d *draft) {
	a := newAccount(d)
	d.restyle("courier")
	f := d.theme.body.sized(8.5)
	d.left, d.right = 50, 36
	a.headers(d)
	d.newPage()
	d.typed(f.bold(), a.bank)
	d.typed(f, a.office.oneLine())
	d.typed(f, "")
	d.typed(f.bold(), strings.ToUpper(a.words.title[0]))
	for _, r := range a.accountRows(d) {
		d.typedRow(f, r, 24)
	}
	for _, l := range a.home.lines(false) {
		d.typed(f, strings.Repeat(" ", 24)+l)
	}
	d.typed(f, padRight(a.words.period[0]+":", 24)+a.period(d))
	d.typed(f, "")
	const cols = 92
	d.typed(f, padRight(a.words.date[0], 14)+padRight(a.words.text[0], 42)+padLeft(a.words.amount[0], 17)+padLeft(a.words.balance[0], 18))
	d.typed(f, strings.Repeat("-", cols))
	d.typed(f, padRight("", 14)+padRight(a.words.opening[0], 42)+padLeft("", 17)+padLeft(d.factNumber("opening_balance", a.opening), 18))
	for _, b := range a.bookings {
		d.typed(f, padRight(d.date(b.on), 14)+padRight(clip(b.text, 40), 42)+padLeft(d.money.number(b.amount), 17)+padLeft(d.money.number(b.balance), 18))
		d.factItem(kindTransaction, dateCell("date", b.on), descriptionCell(clip(b.text, 40)), amountCell(b.amount), balanceCell(b.balance))
	}
	d.typed(f, strings.Repeat("-", cols))
	d.need(3 * f.leading())
	d.typed(f.bold(), padRight("", 14)+padRight(a.words.closing[0]+" "+d.loc.currency, 42)+padLeft("", 17)+padLeft(d.factNumber("closing_balance", a.closing), 18))
	d.factCurrency(d.loc.currency)
	d.typed(f, "")
	d.closing(sample(d.dice, a.words.notes, 2)...)
}

// groupedStatement lists what came in and what went out in two tables, as American banks do.
func groupedStatement(d *draft) {
	a := newAccount(d)
	t := d.theme
	a.headers(d)
	d.newPage()
	d.logo(d.left, d.top-4, 26, d.between(0, 3), t.accent)
	d.text(d.left+34, d.top+14, t.head, a.bank)
	d.linesRight(d.edge(), d.top+6, t.small, a.office.street, a.office.place(), a.phone)
	d.y = d.top + 62
	top := d.y
	d.textFit(d.left, d.y, d.inner()*0.48, t.body, strings.ToUpper(a.holder))
	d.lines(d.left, d.y+t.body.leading(), t.body, a.home.lines(false)...)
	d.fact("account_holder", typeParty, strings.ToUpper(a.holder), strings.ToUpper(a.holder))
	rows := a.accountRows(d)[1:]
	x := d.left + d.inner()*0.5
	y := d.pairs(x, d.widest(t.body, rows)+10, top, t.body, t.body, rows)
	d.text(x, y, t.body, a.period(d))
	d.y = top + 70
	d.text(d.left, d.y, t.body.bold().scaled(1.2), a.words.title[0])
	d.y += 18
	d.y = d.pairsRight(d.left, d.left+d.inner()*0.6, d.y, t.body, t.body, a.summaryRows(d)) + 14
	d.factCurrency(d.money.symbol)
	st := d.tableLook()
	all := a.bookings
	for i, title := range []string{a.words.in[0], a.words.out[0]} {
		a.bookings = nil
		for _, b := range all {
			if (b.amount > 0) == (i == 0) {
				a.bookings = append(a.bookings, b)
			}
		}
		if len(a.bookings) == 0 {
			continue
		}
		d.need(80)
		d.text(d.left, d.y, t.body.bold(), fmt.Sprintf("%s (%d)", title, len(a.bookings)))
		d.y += 8
		a.bookingTable(d, false, false, false, st)
		d.y += 10
	}
	a.bookings = all
	d.closing(sample(d.dice, a.words.notes, 2)...)
}
