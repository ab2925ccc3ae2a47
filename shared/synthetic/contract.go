package synthetic

import (
	"fmt"
	"strings"
	"time"
)

func contractKind() *kind {
	return &kind{name: "contract", languages: []string{"en", "de", "fr"}, layouts: []layout{
		{name: "sections", draw: sectionsContract},
		{name: "cover", draw: coverContract},
		{name: "exhibit", draw: exhibitContract},
		{name: "letter", draw: letterContract},
	}}
}

// contract is a contract's content.
type contract struct {
	kind           agreement
	a, b           company
	effective      time.Time
	law            string // the jurisdiction as printed
	term, termText string // normalised, printed
	clauses        []clause
	amount         cents
	days           int
	form           contractForm
}

// contractForm is the fixed wording of a language. {A} and {B} are the parties with their particulars.
type contractForm struct {
	between, and, whereas, now, section, lawHeading, law, termHeading, term, signed, by, name, title, date, annex, contents string
}

func contractFormOf(d *draft) contractForm {
	switch d.loc.lang {
	case "de":
		return contractForm{between: "zwischen", and: "und", whereas: "Präambel", now: "Dies vorausgeschickt, vereinbaren die Parteien, {p}, das Folgende:", section: "§ ", lawHeading: "Anwendbares Recht und Gerichtsstand",
			law: "Es gilt deutsches Recht unter Ausschluss des UN-Kaufrechts. Gerichtsstand ist {j}.", termHeading: "Inkrafttreten und Laufzeit", term: "Dieser Vertrag tritt am {e} in Kraft und hat eine Laufzeit von {t}.",
			signed: "Ort, Datum", by: "Unterschrift", name: "Name", title: "Funktion", date: "Datum", annex: "Anlage", contents: "Inhaltsverzeichnis"}
	case "fr":
		return contractForm{between: "Entre les soussignées", and: "et", whereas: "Préambule", now: "Les parties se sont rapprochées {p} et sont convenues de ce qui suit :", section: "Article ", lawHeading: "Droit applicable et juridiction",
			law: "Le présent contrat est soumis au droit français. Tout litige relève des tribunaux de {j}.", termHeading: "Entrée en vigueur et durée", term: "Le présent contrat prend effet le {e} pour une durée de {t}.",
			signed: "Fait à", by: "Signature", name: "Nom", title: "Qualité", date: "Date", annex: "Annexe", contents: "Sommaire"}
	}
	f := contractForm{between: "by and between", and: "and", whereas: "WHEREAS, the parties wish {p}; and", now: "NOW, THEREFORE, in consideration of the mutual promises contained herein, the parties agree as follows:", section: "", lawHeading: "Governing Law",
		termHeading: "Term", signed: "IN WITNESS WHEREOF, the parties have caused this Agreement to be executed by their duly authorized representatives.", by: "By", name: "Name", title: "Title", date: "Date", annex: "Schedule", contents: "Table of Contents"}
	f.law = one(d.dice, "This Agreement shall be governed by and construed in accordance with the laws of {j}, without regard to its conflict of law provisions.", "The laws of {j} govern this Agreement, and the courts sitting there have exclusive jurisdiction.", "This Agreement and all matters arising out of it are subject to the laws of {j}.")
	f.term = one(d.dice, "This Agreement takes effect on the Effective Date and shall remain in force for a period of {t}.", "The term of this Agreement is {t} from the Effective Date, unless terminated earlier as provided herein.", "The obligations under this Agreement continue for {t} from the date first written above.")
	return f
}

func newContract(d *draft) *contract {
	c := &contract{kind: pick(d.dice, agreementsOf(d.loc.lang)), a: newCompany(d.dice, &d.loc), b: newCompany(d.dice, &d.loc), form: contractFormOf(d)}
	for c.b.name == c.a.name {
		c.b = newCompany(d.dice, &d.loc)
	}
	if d.loc.lang == "en" && d.chance(0.35) { // agreements for secrecy are the most common
		c.kind = englishAgreements()[d.IntN(3)]
	}
	c.effective = d.issued
	c.amount, c.days = cents(d.between(5, 400)*25000), one(d.dice, 10, 15, 30, 45, 60, 90)
	c.jurisdiction(d)
	c.duration(d)
	common := commonClauses(d.loc.lang)
	n := d.between(4, 10)
	if d.chance(0.4) {
		n = len(common)
	}
	c.clauses = append(append([]clause{}, c.kind.own...), clause{c.form.termHeading, []string{c.form.term}})
	c.clauses = append(c.clauses, sample(d.dice, common, n)...)
	c.clauses = append(c.clauses, clause{c.form.lawHeading, []string{c.form.law}})
	return c
}

func (c *contract) jurisdiction(d *draft) {
	c.law = c.a.address.city
	if d.loc.lang != "en" {
		return
	}
	switch d.loc.country {
	case "US":
		state := one(d.dice, "New York", "California", "Delaware", "Texas", "Illinois", "Massachusetts", "Florida", "Washington", "Nevada", "Colorado", "Minnesota", "Ohio")
		c.law = one(d.dice, "", "the State of ", "the State of ") + state
	case "GB":
		c.law = one(d.dice, "England and Wales", "Scotland", "England")
	default:
		c.law = "Ireland"
	}
}

// duration chooses the term and how it is written.
func (c *contract) duration(d *draft) {
	n := d.between(1, 6)
	months := d.chance(0.3)
	if months {
		n *= 6
	}
	unit := map[string][4]string{"en": {"year", "years", "month", "months"}, "de": {"Jahr", "Jahren", "Monat", "Monaten"}, "fr": {"an", "ans", "mois", "mois"}}[d.loc.lang]
	i := 0
	if months {
		i = 2
	}
	if n > 1 {
		i++
	}
	english := "years"
	switch {
	case months:
		english = "months"
	case n == 1:
		english = "year"
	}
	c.term = fmt.Sprintf("%d %s", n, english)
	c.termText = fmt.Sprintf("%d %s", n, unit[i])
	if words := numberWords(d.loc.lang); n < len(words) && d.chance(0.6) {
		c.termText = fmt.Sprintf("%s (%d) %s", words[n], n, unit[i])
	}
}

func numberWords(lang string) []string {
	switch lang {
	case "de":
		return []string{"null", "einem", "zwei", "drei", "vier", "fünf", "sechs"}
	case "fr":
		return []string{"zéro", "un", "deux", "trois", "quatre", "cinq", "six"}
	default:
		return []string{"zero", "one", "two", "three", "four", "five", "six"}
	}
}

// fill puts the contract's particulars into a text and records those that the truth lists.
func (c *contract) fill(d *draft, s string) string {
	if strings.Contains(s, "{j}") {
		d.fact("jurisdiction", typeText, strings.TrimPrefix(c.law, "the State of "), c.law)
	}
	if strings.Contains(s, "{t}") {
		d.fact("term", typeText, c.term, c.termText)
	}
	if strings.Contains(s, "{e}") {
		d.factLong("effective_date", c.effective)
	}
	return strings.NewReplacer("{a}", c.kind.a, "{b}", c.kind.b, "{j}", c.law, "{t}", c.termText, "{e}", d.long(c.effective), "{d}", fmt.Sprint(c.days), "{m}", d.money.amount(c.amount), "{p}", c.kind.purpose).Replace(s)
}

// party returns a party with its particulars in one sentence, and records it.
func (c *contract) party(d *draft, p *company, called string) string {
	d.say("party", typeParty, p.name)
	switch d.loc.lang {
	case "de":
		return fmt.Sprintf("%s, %s, vertreten durch %s (nachfolgend \"%s\")", p.name, p.address.oneLine(), p.contact.full(), called)
	case "fr":
		return fmt.Sprintf("%s, dont le siège est situé %s, représentée par %s (ci-après \"la %s\")", p.name, p.address.oneLine(), p.contact.full(), called)
	}
	seat := one(d.dice, "having its principal place of business at", "with offices at", "a company organized under the laws of its seat, located at")
	return fmt.Sprintf("%s, %s %s (%s\"%s\")", p.name, seat, p.address.oneLine(), one(d.dice, "the ", "hereinafter referred to as "), called)
}

// preamble draws the parties and why they contract.
func (c *contract) preamble(d *draft) {
	f := d.theme.body
	put := func(s string) {
		d.paragraph(d.left, d.inner(), f, s)
		d.y += f.leading() * 0.6
	}
	if d.loc.lang == "en" {
		date := d.factLong("effective_date", c.effective)
		title := titleCase(c.kind.title)
		put(fmt.Sprintf("This %s (this \"Agreement\") is %s %s (the \"Effective Date\"), %s %s, %s %s.", title, one(d.dice, "entered into as of", "made and entered into on", "dated as of", "made effective"), date, c.form.between, c.party(d, &c.a, c.kind.a), c.form.and, c.party(d, &c.b, c.kind.b)))
		if d.chance(0.7) {
			put(c.fill(d, c.form.whereas))
		}
		put(c.form.now)
		return
	}
	put(c.form.between)
	put(c.party(d, &c.a, c.kind.a))
	put(c.form.and)
	put(c.party(d, &c.b, c.kind.b))
	put(c.fill(d, c.form.now))
}

// body draws the clauses. Numbering: 0 "1." and "1.1", 1 "1." with plain paragraphs, 2 "Section 1."
func (c *contract) body(d *draft, numbering int) {
	f := d.theme.body
	for i, cl := range c.clauses {
		d.need(4 * f.leading())
		d.y += f.leading() * 0.5
		head := fmt.Sprintf("%d. %s", i+1, cl.heading)
		switch {
		case c.form.section != "":
			head = fmt.Sprintf("%s%d %s", c.form.section, i+1, cl.heading)
		case numbering == 2:
			head = fmt.Sprintf("Section %d. %s.", i+1, cl.heading)
		case numbering == 1:
			head = fmt.Sprintf("%d. %s", i+1, strings.ToUpper(cl.heading))
		}
		d.paragraph(d.left, d.inner(), f.bold(), head)
		d.y += f.leading() * 0.2
		for j, text := range cl.text {
			indent, mark := 0.0, ""
			switch {
			case c.form.section == "§ " && len(cl.text) > 1:
				mark, indent = fmt.Sprintf("(%d)", j+1), 24
			case numbering == 0 && c.form.section == "":
				mark, indent = fmt.Sprintf("%d.%d", i+1, j+1), 30
			case numbering == 2 && len(cl.text) > 1:
				mark, indent = fmt.Sprintf("(%c)", 'a'+j), 24
			}
			d.need(2 * f.leading())
			if strings.Contains(text, "{j}") || strings.Contains(text, "{t}") || strings.Contains(text, "{e}") {
				d.need(4 * f.leading()) // keeps what the truth lists on the page that the truth says
			}
			d.text(d.left, d.y, f, mark)
			d.paragraph(d.left+indent, d.inner()-indent, f, c.fill(d, text))
			d.y += f.leading() * 0.35
		}
	}
}

// signatures draws where the parties sign.
func (c *contract) signatures(d *draft) {
	f := d.theme.body
	d.need(11 * f.leading())
	d.y += f.leading()
	if d.loc.lang == "en" {
		d.paragraph(d.left, d.inner(), f, c.form.signed)
	} else {
		d.paragraph(d.left, d.inner(), f, c.form.signed+": ____________________")
	}
	d.y += f.leading()
	top, half := d.y, d.inner()/2
	for i, p := range []*company{&c.a, &c.b} {
		x := d.left + float64(i)*half
		d.lines(x, top, f.bold(), d.wrap(f.bold(), p.name, half-20)...)
		y := top + 2.4*f.leading()
		for _, r := range []row{{label: c.form.by, value: "________________________"}, {label: c.form.name, value: p.contact.full()}, {label: c.form.title, value: one(d.dice, "CEO", "President", "Director", "CFO")}, {label: c.form.date, value: "______________"}} {
			d.text(x, y, f, r.label+": "+r.value)
			y += f.leading() * 1.3
		}
		d.y = y
	}
}

// legalFooter numbers the pages.
func (c *contract) legalFooter(d *draft) {
	style := d.between(0, 2)
	d.furniture = func(page int) {
		f := d.theme.small
		switch style {
		case 0:
			d.textCentre(d.width/2, d.height-36, f, fmt.Sprint(page))
		case 1:
			d.textRight(d.edge(), d.height-36, f, d.pageOf(page))
		default:
			d.text(d.left, d.height-36, f, c.kind.title)
			d.textRight(d.edge(), d.height-36, f, fmt.Sprint(page))
		}
	}
}

// sectionsContract has a centred title and numbered sections.
func sectionsContract(d *draft) {
	c := newContract(d)
	if d.chance(0.6) {
		d.restyle("times")
		d.theme.body.size = 11
	}
	c.legalFooter(d)
	d.newPage()
	d.y = d.top + 16
	for _, l := range d.wrap(d.theme.head.scaled(0.85), c.kind.title, d.inner()) {
		d.textCentre(d.width/2, d.y, d.theme.head.scaled(0.85), l)
		d.y += d.theme.head.leading()
	}
	d.y += 14
	c.preamble(d)
	c.body(d, d.between(0, 2))
	c.signatures(d)
}

// coverContract has a title page and a table of contents.
func coverContract(d *draft) {
	c := newContract(d)
	t := d.theme
	c.legalFooter(d)
	d.newPage()
	d.y = d.height * 0.3
	for _, l := range d.wrap(t.head.scaled(1.2), c.kind.title, d.inner()) {
		d.textCentre(d.width/2, d.y, t.head.scaled(1.2), l)
		d.y += t.head.leading() * 1.2
	}
	for _, s := range []string{c.form.between, c.a.name, c.form.and, c.b.name} {
		d.y += t.body.leading() * 2
		d.textCentre(d.width/2, d.y, t.body.sized(12), s)
	}
	d.y += t.body.leading() * 5
	d.textCentre(d.width/2, d.y, t.body, d.factLong("effective_date", c.effective))
	d.newPage()
	d.text(d.left, d.y+10, t.head.scaled(0.8), c.form.contents)
	d.y += 40
	for i, cl := range c.clauses {
		d.need(t.body.leading())
		d.dotted(t.body, fmt.Sprintf("%d  %s", i+1, cl.heading), fmt.Sprint(3+i/4))
	}
	d.newPage()
	d.y += 6
	c.preamble(d)
	c.body(d, d.between(0, 2))
	c.signatures(d)
}

// dotted draws an entry of a table of contents.
func (d *draft) dotted(f font, entry, page string) {
	d.text(d.left, d.y, f, entry)
	x, dot := d.left+d.measure(f, entry)+6, d.measure(f, ". ")
	n := max(0, int((d.edge()-20-x)/dot))
	d.text(x, d.y, f, strings.Repeat(". ", n))
	d.textRight(d.edge(), d.y, f, page)
	d.y += f.leading() * 1.3
}

// exhibitContract is a contract as filed with an authority: fixed pitch or plain, with an exhibit number and no graphics.
func exhibitContract(d *draft) {
	c := newContract(d)
	d.restyle(one(d.dice, "courier", "courier", "times"))
	f := d.theme.body.sized(9.5)
	d.theme.body = f
	exhibit := one(d.dice, "EX-10.", "Exhibit 10.", "Exhibit ") + fmt.Sprint(d.between(1, 29))
	if d.loc.lang != "en" {
		exhibit = c.form.annex + " " + fmt.Sprint(d.between(1, 9))
	}
	d.furniture = func(page int) { d.textCentre(d.width/2, d.height-36, f, fmt.Sprintf("-%d-", page)) }
	d.newPage()
	d.textRight(d.edge(), d.top+10, f, exhibit)
	d.y = d.top + 44
	for _, l := range d.wrap(f.bold(), c.kind.title, d.inner()) {
		d.textCentre(d.width/2, d.y, f.bold(), l)
		d.y += f.leading()
	}
	d.y += 18
	c.preamble(d)
	c.body(d, one(d.dice, 1, 2))
	c.signatures(d)
}

// letterContract is an agreement in the form of a letter that the other side countersigns.
func letterContract(d *draft) {
	c := newContract(d)
	t := d.theme
	w := letterWordsOf(d.loc.lang)
	c.legalFooter(d)
	d.newPage()
	d.text(d.left, d.top+10, t.head.scaled(0.9), c.a.name)
	d.lines(d.left, d.top+24, t.small, c.a.address.oneLine(), c.a.phone)
	d.y = d.top + 70
	d.text(d.left, d.y, t.body, d.factLong("effective_date", c.effective))
	d.y = d.lines(d.left, d.y+26, t.body, c.b.head(false)...) + 14
	d.paragraph(d.left, d.inner(), t.body.bold(), c.kind.title)
	d.y += 8
	d.paragraph(d.left, d.inner(), t.body, strings.ReplaceAll(w.sir, "{n}", c.b.contact.last))
	d.y += 8
	if d.loc.lang == "en" {
		d.fact("party", typeParty, c.a.name, c.a.name)
		d.fact("party", typeParty, c.b.name, c.b.name)
		d.paragraph(d.left, d.inner(), t.body, fmt.Sprintf("In connection with our discussions, %s (the \"%s\") and %s (the \"%s\") wish %s. This letter agreement sets out the terms on which they have agreed.", c.a.name, c.kind.a, c.b.name, c.kind.b, c.kind.purpose))
	} else {
		d.paragraph(d.left, d.inner(), t.body, c.party(d, &c.a, c.kind.a)+" "+c.form.and+" "+c.party(d, &c.b, c.kind.b)+".")
		d.y += 6
		d.paragraph(d.left, d.inner(), t.body, c.fill(d, c.form.now))
	}
	c.body(d, 1)
	c.signatures(d)
}

// titleCase turns a heading in capitals into one with capital initials.
func titleCase(s string) string {
	words := strings.Fields(strings.ToLower(s))
	for i, w := range words {
		if w != "and" && w != "of" {
			words[i] = capital(w)
		}
	}
	return strings.Join(words, " ")
}
