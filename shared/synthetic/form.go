package synthetic

import (
	"fmt"
	"strings"
)

func taxFormKind() *kind {
	return &kind{name: "tax_form", languages: []string{"en", "de"}, layouts: []layout{
		{name: "lines", draw: linesTaxForm},
		{name: "grid", draw: gridTaxForm},
		{name: "schedule", draw: scheduleTaxForm},
	}}
}

// taxWords are a tax form's texts. In lines, {a} and {b} are the numbers of lines before.
type taxWords struct {
	form, authority, attach, instructions, name, id, year, part, part1, part2, sign, notice string
	titles                                                                                  []string
	inputs, sums                                                                            []string
	boxes                                                                                   []string
}

func taxWordsOf(lang string) *taxWords {
	if lang == "de" {
		return &taxWords{form: "Vordruck", authority: "Finanzverwaltung", attach: "Anlage zur Steuererklärung", instructions: "Bitte beachten Sie die Anleitung zu diesem Vordruck.", name: "Name und Vorname", id: "Steuernummer", year: "Veranlagungszeitraum", part: "Abschnitt", part1: "Einnahmen und Abzüge", part2: "Berechnung der Steuer", sign: "Datum, Unterschrift der steuerpflichtigen Person", notice: "Die mit der Steuererklärung angeforderten Daten werden auf Grund der Abgabenordnung erhoben.",
			titles: []string{"Einkommensteuererklärung", "Anlage Vermietung und Verpachtung", "Umsatzsteuererklärung", "Gewerbesteuererklärung", "Antrag auf Lohnsteuer-Ermäßigung"},
			inputs: []string{"Bruttoarbeitslohn laut Bescheinigung", "Einnahmen aus Vermietung", "Zinsen und Dividenden", "Einbehaltene Lohnsteuer", "Werbungskosten ohne Nachweis", "Beiträge zur Krankenversicherung", "Spenden und Mitgliedsbeiträge", "Absetzung für Abnutzung", "Fahrten zur ersten Tätigkeitsstätte", "Aufwendungen für Handwerker"}, sums: []string{"Summe der Zeilen {a} und {b}", "Zeile {a} abzüglich Zeile {b}, mindestens 0"},
			boxes: []string{"Geburtsdatum", "Religion", "Straße und Hausnummer", "Postleitzahl, Ort", "Ausgeübter Beruf", "Telefon", "Finanzamt", "Bankverbindung (IBAN)"}}
	}
	return &taxWords{form: "Form", authority: "Department of the Treasury\nRevenue Service", attach: "Attach to your tax return.", instructions: "See separate instructions.", name: "Name(s) shown on return", id: "Identifying number", year: "Tax year", part: "Part", part1: "Income and Deductions", part2: "Figuring the Tax or Credit", sign: "Under penalties of perjury, I declare that I have examined this return and to the best of my knowledge it is true, correct, and complete.", notice: "For Paperwork Reduction Act Notice, see your tax return instructions.",
		titles: []string{"Credit for Energy Improvements", "Deduction for Home Office Use", "Rental Income and Loss", "Additional Tax on Early Withdrawals", "Wage and Tax Statement", "Self-Employment Tax", "Estimated Tax for Individuals", "Foreign Income Exclusion", "Depreciation and Amortization", "Casualty and Theft Losses", "Employer's Quarterly Tax Return"},
		inputs: []string{"Wages, salaries, and tips (see instructions)", "Taxable interest and dividends", "Gross receipts or sales", "Cost of qualified property placed in service", "Federal income tax withheld", "Allowable deductions from Schedule C", "Basis of property at the beginning of the year", "Amount from line 7 of your worksheet", "Carryforward from the prior year", "Expenses paid for the use of a vehicle", "Rents received", "Credit from partnerships and S corporations", "Maximum amount for your filing status", "Depreciation claimed in earlier years"}, sums: []string{"Add lines {a} and {b}", "Subtract line {b} from line {a}. If zero or less, enter -0-", "Add lines {a} and {b}. Enter here and on Schedule K"},
		boxes: []string{"Employer identification number (EIN)", "Social security number", "Control number", "Home address (number and street)", "City, state, and ZIP code", "Filing status", "Occupation", "Daytime phone"}}
}

// taxForm is the content: lines whose sums are right.
type taxForm struct {
	words         *taxWords
	number, title string
	year          int
	name, id      string
	lines         []taxFormLine
	filled        bool
}

type taxFormLine struct {
	no     int
	text   string
	amount cents
	total  bool
}

func newTaxForm(d *draft) *taxForm {
	w := taxWordsOf(d.loc.lang)
	t := &taxForm{words: w, number: one(d.dice, d.digits(4), d.pattern("####-@"), d.pattern("@-##")), title: pick(d.dice, w.titles), year: d.issued.Year() - 1, filled: d.chance(0.75)}
	t.name, t.id = personName(d.dice, d.loc.lang).full(), d.pattern("9##-##-####")
	if d.loc.lang == "de" {
		t.id = d.pattern("##/###/#####")
	}
	inputs := sample(d.dice, w.inputs, len(w.inputs))
	for i := range d.between(8, 20) {
		n := i + 1
		if i >= 2 && d.chance(0.3) {
			k := d.IntN(len(w.sums))
			a, b := t.lines[i-2], t.lines[i-1]
			l := taxFormLine{no: n, text: strings.NewReplacer("{a}", fmt.Sprint(a.no), "{b}", fmt.Sprint(b.no)).Replace(w.sums[k]), amount: a.amount + b.amount, total: true}
			if k == 1 {
				l.amount = max(0, a.amount-b.amount)
			}
			t.lines = append(t.lines, l)
			continue
		}
		t.lines = append(t.lines, taxFormLine{no: n, text: inputs[i%len(inputs)], amount: cents(d.between(0, 90000)) * 100})
	}
	return t
}

// head draws the form's head: number left, title in the middle, year right.
func (t *taxForm) head(d *draft) {
	f := d.theme
	w := t.words
	d.rule(d.top-4, 1.2, rgb{})
	d.text(d.left, d.top+10, f.small, w.form)
	d.text(d.left+d.measure(f.small, w.form)+5, d.top+14, f.head, d.say("form_number", typeIdentifier, t.number))
	y := d.top + 28
	for _, l := range strings.Split(w.authority, "\n") {
		d.text(d.left, y, f.small.sized(6.5), l)
		y += 8
	}
	mid := d.width / 2
	d.textCentre(mid, d.top+14, f.body.bold().scaled(1.35), d.say("title", typeText, t.title))
	d.textCentre(mid, d.top+28, f.small, w.attach)
	d.textCentre(mid, d.top+38, f.small, w.instructions)
	if d.loc.lang == "en" {
		d.textRight(d.edge(), d.top+6, f.small.sized(6.5), "OMB No. 0000-"+d.digits(4))
	}
	d.textRight(d.edge(), d.top+28, f.head.scaled(1.2), d.say("tax_year", typeNumber, fmt.Sprint(t.year)))
	d.rule(d.top+46, 0.8, rgb{})
	d.y = d.top + 56
	split := d.left + d.inner()*0.68
	d.text(d.left, d.y, f.small.sized(7), w.name)
	d.text(split+4, d.y, f.small.sized(7), w.id)
	if t.filled {
		d.text(d.left+6, d.y+14, f.body.in("courier"), d.say("name", typeParty, t.name))
		d.text(split+8, d.y+14, f.body.in("courier"), d.say("tax_id", typeIdentifier, t.id))
	}
	d.line(split, d.y-9, split, d.y+20, 0.5, rgb{})
	d.rule(d.y+20, 0.8, rgb{})
	d.y += 36
}

// linesTaxForm has numbered lines with dot leaders and amounts in a column.
func linesTaxForm(d *draft) {
	t := newTaxForm(d)
	f := d.theme.body.sized(8.5)
	d.furniture = func(page int) {
		d.text(d.left, d.height-36, d.theme.small.sized(6.5), t.words.notice)
		d.textRight(d.edge(), d.height-36, d.theme.small.bold(), fmt.Sprintf("%s %s (%d)", t.words.form, t.number, t.year))
	}
	d.newPage()
	t.head(d)
	half := d.between(4, len(t.lines)-2)
	amountX, noX := d.edge(), d.edge()-92
	for i, l := range t.lines {
		if i == 0 || i == half {
			n, title := 1, t.words.part1
			if i > 0 {
				n, title = 2, t.words.part2
			}
			d.need(5 * f.leading())
			d.y += 8
			d.fill(d.left, d.y-9, 40, 12, rgb{1, 1, 1})
			d.text(d.left+4, d.y, f.bold().coloured(rgb{255, 255, 255}), t.words.part+" "+strings.Repeat("I", n))
			d.text(d.left+60, d.y, f.bold(), title)
			d.rule(d.y+4, 0.6, rgb{})
			d.y += 18
		}
		ls := d.wrap(f, l.text, noX-d.left-44)
		d.need(float64(len(ls)) * f.leading() * 1.5)
		d.text(d.left, d.y, f.bold(), fmt.Sprint(l.no))
		for j, s := range ls {
			d.text(d.left+22, d.y, f, s)
			if j == len(ls)-1 {
				x := d.left + 28 + d.measure(f, s)
				d.text(x, d.y, f, strings.Repeat(" .", max(0, int((noX-12-x)/d.measure(f, " .")))))
			} else {
				d.y += f.leading()
			}
		}
		d.text(noX, d.y, f.bold(), fmt.Sprint(l.no))
		if t.filled {
			d.textRight(amountX-2, d.y, f.in("courier"), d.money.number(l.amount))
		}
		d.line(noX+16, d.y+3, amountX, d.y+3, 0.4, rgb{})
		d.y += f.leading() * 1.5
	}
	d.sign(t.words.sign)
}

// sign draws the declaration and a line for the signature.
func (d *draft) sign(text string) {
	f := d.theme.small
	d.need(60)
	d.y += 10
	d.paragraph(d.left, d.inner(), f, text)
	d.y += 26
	d.line(d.left, d.y, d.left+220, d.y, 0.5, rgb{})
	d.line(d.left+250, d.y, d.left+350, d.y, 0.5, rgb{})
}

// gridTaxForm has boxes with small captions, and the lines in a table.
func gridTaxForm(d *draft) {
	t := newTaxForm(d)
	small, body := d.theme.small.sized(6.5), d.theme.body.in("courier").sized(9)
	d.furniture = func(int) { d.text(d.left, d.height-36, small, t.words.notice) }
	d.newPage()
	t.head(d)
	answers := func(caption string) string {
		if !t.filled {
			return ""
		}
		switch {
		case strings.Contains(caption, "IBAN"):
			return spaced4(iban(d.dice, "DE", "##################"))
		case strings.Contains(caption, "number (EIN)"), strings.Contains(caption, "Control"):
			return d.pattern("##-#######")
		case strings.Contains(caption, "security"):
			return d.pattern("9##-##-####")
		case strings.Contains(caption, "address"), strings.Contains(caption, "Straße"):
			a := newAddress(d.dice, &d.loc)
			return a.street
		case strings.Contains(caption, "City"), strings.Contains(caption, "Ort"):
			a := newAddress(d.dice, &d.loc)
			return a.place()
		case strings.Contains(caption, "hone"), strings.Contains(caption, "Telefon"):
			return d.pattern(pick(d.dice, d.loc.phone))
		case strings.Contains(caption, "datum"):
			return d.date(d.issued.AddDate(-d.between(20, 70), 0, 0))
		default:
			return one(d.dice, "1", "X", "-")
		}
	}
	w, h := d.inner()/2, 28.0
	for i, caption := range sample(d.dice, t.words.boxes, len(t.words.boxes)) {
		x := d.left + float64(i%2)*w
		d.box(x, d.y, w, h, 0.5, rgb{})
		d.text(x+3, d.y+8, small, fmt.Sprintf("%c  %s", 'a'+i, caption))
		d.text(x+8, d.y+22, body, answers(caption))
		if i%2 == 1 {
			d.y += h
		}
	}
	d.y += 14
	var rows [][]string
	for _, l := range t.lines {
		amount := ""
		if t.filled {
			amount = d.money.number(l.amount)
		}
		rows = append(rows, []string{fmt.Sprint(l.no), l.text, fmt.Sprint(d.between(10, 99)), amount})
	}
	cols := []column{{"#", 0.4, 'l'}, {t.words.part1, 5, 'l'}, {"", 0.5, 'c'}, {d.loc.currency, 1.4, 'r'}}
	d.table(d.left, d.inner(), cols, rows, tableStyle{head: d.theme.small.bold(), body: d.theme.small, grid: true, pad: 3, headFill: rgb{225, 225, 225}})
	d.sign(t.words.sign)
}

// scheduleTaxForm has one column of amounts for each of several properties, and their totals at the right.
func scheduleTaxForm(d *draft) {
	t := newTaxForm(d)
	d.furniture = func(page int) { d.textRight(d.edge(), d.height-36, d.theme.small, d.pageOf(page)) }
	d.newPage()
	t.head(d)
	d.paragraph(d.left, d.inner(), d.theme.small, t.words.notice+" "+t.words.instructions)
	d.y += 8
	n := d.between(2, 3)
	cols := []column{{"", 0.5, 'r'}, {t.words.part + " I  " + t.words.part1, 3.6, 'l'}}
	for k := range n {
		cols = append(cols, column{fmt.Sprintf("(%c)", 'a'+k), 1.2, 'r'})
	}
	cols = append(cols, column{d.loc.currency, 1.3, 'r'})
	var rows [][]string
	for _, l := range t.lines {
		cells, sum := []string{fmt.Sprint(l.no), l.text}, cents(0)
		for k := range n {
			part := l.amount / cents(n)
			if k == n-1 {
				part = l.amount - sum
			}
			sum += part
			cells = append(cells, d.money.number(part))
		}
		cells = append(cells, d.money.number(l.amount))
		if !t.filled {
			for k := 2; k < len(cells); k++ {
				cells[k] = ""
			}
		}
		rows = append(rows, cells)
	}
	d.table(d.left, d.inner(), cols, rows, tableStyle{head: d.theme.small.bold(), body: d.theme.small, pad: 3, rows: true, headRule: 0.8, grid: d.chance(0.5)})
	d.sign(t.words.sign)
}
