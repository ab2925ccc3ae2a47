package synthetic

import (
	"fmt"
	"strings"
)

func letterKind() *kind {
	return &kind{name: "letter", languages: allLanguages(), layouts: []layout{
		{name: "letterhead", draw: letterheadLetter},
		{name: "window", draw: windowLetter},
		{name: "block", draw: blockLetter},
		{name: "indented", draw: indentedLetter},
	}}
}

// letter is a letter's content.
type letter struct {
	words     *letterWords
	sender    company // its name is the sender's own when personal
	from, to  person
	firm      company
	personal  bool
	subject   string
	body      []string
	salute    string
	closing   string
	role      string
	reference string
}

func newLetter(d *draft) *letter {
	l := &letter{words: letterWordsOf(d.loc.lang), sender: newCompany(d.dice, &d.loc), firm: newCompany(d.dice, &d.loc),
		from: personName(d.dice, d.loc.lang), to: personName(d.dice, d.loc.lang), personal: d.chance(0.3), reference: d.pattern(one(d.dice, "@@/##", "@@-####", "##/@@/###"))}
	m := pick(d.dice, l.words.matters)
	other := d.issued.AddDate(0, 0, d.between(10, 70))
	if strings.Contains(m.subject, "{d}") { // what a letter answers lies in the past
		other = d.issued.AddDate(0, 0, -d.between(2, 25))
	}
	fill := strings.NewReplacer("{d}", d.long(other), "{n}", fmt.Sprint(d.between(3, 48)), "{m}", d.money.amount(cents(d.between(300, 2400)*100)))
	l.subject = fill.Replace(strings.ReplaceAll(m.subject, "{n}", d.digits(6)))
	for i, p := range m.body {
		if i > 0 && i < len(m.body)-1 && d.chance(0.15) {
			continue
		}
		if d.chance(0.4) {
			p += " " + pick(d.dice, l.words.fillers)
		}
		l.body = append(l.body, fill.Replace(p))
	}
	if d.chance(0.12) { // a long letter: further matters on a second page
		for _, more := range sample(d.dice, l.words.matters, 4) {
			for _, p := range more.body[1:] {
				l.body = append(l.body, fill.Replace(p))
			}
		}
	}
	l.salute = l.words.sir
	if l.to.woman {
		l.salute = l.words.madam
	}
	if d.chance(0.2) {
		l.salute = l.words.unknown
	}
	l.salute = strings.ReplaceAll(l.salute, "{n}", l.to.last)
	l.closing, l.role = pick(d.dice, l.words.closings), pick(d.dice, l.words.roles)
	if d.loc.lang == "en" { // capital after the salutation
		return l
	}
	if strings.HasSuffix(l.salute, ":") || d.loc.lang == "fr" {
		l.body[0] = capital(l.body[0])
	}
	return l
}

// capital returns s with a capital first letter.
func capital(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// senderName is what stands for the sender in the letterhead.
func (l *letter) senderName() string {
	if l.personal {
		return l.from.full()
	}
	return l.sender.name
}

// recipient draws who it is for, and records it.
func (l *letter) recipient(d *draft, x, y float64) float64 {
	ls := append([]string{l.firm.name, l.to.full()}, l.firm.address.lines(d.chance(0.2))...)
	name := l.firm.name
	switch {
	case !l.personal && d.chance(0.5): // to a private person
		ls, name = ls[1:], l.to.full()
	case d.chance(0.3):
		ls = append(ls[:1], ls[2:]...)
	}
	d.say("recipient", typeParty, name)
	return d.lines(x, y, d.theme.body, ls...)
}

// write flows subject, salutation, body and signature.
func (l *letter) write(d *draft, indent float64) {
	f := d.theme.body
	if d.chance(0.85) {
		prefix := one(d.dice, "", "", l.words.subject+": ")
		if d.loc.lang == "en" {
			prefix = one(d.dice, "Re: ", "RE: ", "Subject: ", "")
		}
		d.fact("subject", typeText, l.subject, l.subject)
		d.paragraph(d.left, d.inner(), f.bold(), prefix+l.subject)
		d.y += f.leading()
	}
	d.paragraph(d.left, d.inner(), f, l.salute)
	d.y += f.leading() * 0.8
	for _, p := range l.body {
		ls := d.wrap(f, p, d.inner())
		if indent > 0 {
			first := d.wrap(f, p, d.inner()-indent)
			d.need(2 * f.leading())
			d.text(d.left+indent, d.y, f, first[0])
			d.y += f.leading()
			ls = nil
			if len(first) > 1 {
				ls = d.wrap(f, strings.Join(first[1:], " "), d.inner())
			}
		}
		d.flow(d.left, f, ls)
		d.y += f.leading() * 0.7
	}
	d.y += f.leading() * 0.4
	d.need(6 * f.leading())
	d.paragraph(d.left, d.inner(), f, l.closing)
	d.y += f.leading() * 2.4
	d.text(d.left, d.y, f, l.from.full())
	d.y += f.leading()
	if !l.personal {
		d.text(d.left, d.y, f.sized(f.size-1), l.role)
		d.y += f.leading()
	}
	if d.chance(0.3) {
		d.y += f.leading()
		d.text(d.left, d.y, d.theme.small, l.words.enclosure)
	}
}

// pageNumbers puts a number on every page but the first.
func (d *draft) pageNumbers() {
	d.furniture = func(page int) {
		if page > 1 {
			d.textCentre(d.width/2, d.height-36, d.theme.small, one(d.dice, d.pageOf(page), fmt.Sprintf("- %d -", page)))
		}
	}
}

// letterheadLetter has a firm's letterhead across the top.
func letterheadLetter(d *draft) {
	l := newLetter(d)
	l.personal = false
	t := d.theme
	d.pageNumbers()
	d.newPage()
	mid := d.chance(0.5)
	name := t.head.coloured(t.accent)
	d.say("sender", typeParty, l.sender.name)
	contact := join("  |  ", l.sender.address.oneLine(), l.sender.phone, l.sender.web)
	if mid {
		d.textCentre(d.width/2, d.top+14, name, l.sender.name)
		d.textCentre(d.width/2, d.top+28, t.small, contact)
	} else {
		d.logo(d.left, d.top-6, 32, d.between(0, 3), t.accent)
		d.text(d.left+42, d.top+10, name, l.sender.name)
		d.text(d.left+42, d.top+24, t.small, contact)
	}
	d.rule(d.top+38, 0.8, t.accent)
	d.y = d.top + 66
	d.text(d.left, d.y, t.body, d.writtenOn())
	d.y = l.recipient(d, d.left, d.y+2*t.body.leading()) + 18
	l.write(d, 0)
}

// writtenOn records the document's date and returns it in running form or in the document's short form.
func (d *draft) writtenOn() string {
	if d.chance(0.6) {
		return d.factLong("date", d.issued)
	}
	return d.factDate("date", d.issued)
}

// windowLetter follows the continental form: return line, window, reference block right.
func windowLetter(d *draft) {
	l := newLetter(d)
	t := d.theme
	d.pageNumbers()
	d.newPage()
	name := l.senderName()
	d.textRight(d.edge(), d.top+10, t.body.bold().scaled(1.2), d.say("sender", typeParty, name))
	d.linesRight(d.edge(), d.top+24, t.small, l.sender.address.street, l.sender.address.place(), l.sender.phone, l.sender.email)
	d.text(d.left, 142, t.small.sized(6.5), name+" - "+l.sender.address.oneLine())
	l.recipient(d, d.left, 158)
	label := letterLabels(d.loc.lang)
	rows := []row{plainRow(label[0], l.reference), d.dateRow(label[1], "date", d.issued)}
	if d.chance(0.5) {
		rows = append(rows[:1], plainRow(label[2], l.from.full()), rows[1])
	}
	gap := d.widest(t.small, rows) + 10
	d.pairs(d.edge()-gap-max(80, d.widestValue(t.small, rows)), gap, 158, t.small, t.small, rows)
	d.y = 262
	l.write(d, 0)
}

func letterLabels(lang string) [3]string {
	switch lang {
	case "de":
		return [3]string{"Unser Zeichen", "Datum", "Ansprechpartner"}
	case "fr":
		return [3]string{"Nos réf.", "Date", "Dossier suivi par"}
	case "es":
		return [3]string{"N/Ref.", "Fecha", "Contacto"}
	case "nl":
		return [3]string{"Ons kenmerk", "Datum", "Contactpersoon"}
	default:
		return [3]string{"Our ref.", "Date", "Contact"}
	}
}

// blockLetter has everything at the left margin.
func blockLetter(d *draft) {
	l := newLetter(d)
	t := d.theme
	d.pageNumbers()
	d.newPage()
	d.y = d.top + 10
	d.say("sender", typeParty, l.senderName())
	d.y = d.lines(d.left, d.y, t.body, append([]string{l.senderName()}, l.sender.address.lines(false)...)...)
	if d.chance(0.5) {
		d.y = d.lines(d.left, d.y, t.body, l.sender.phone, l.sender.email)
	}
	d.y += t.body.leading()
	d.text(d.left, d.y, t.body, d.writtenOn())
	d.y = l.recipient(d, d.left, d.y+2*t.body.leading()) + t.body.leading()
	l.write(d, 0)
}

// indentedLetter has the sender and date at the right and indented paragraphs, as typed at home.
func indentedLetter(d *draft) {
	l := newLetter(d)
	d.restyle(one(d.dice, "times", "courier"))
	t := d.theme
	d.pageNumbers()
	d.newPage()
	d.left += 12
	x := d.edge() - 190
	d.say("sender", typeParty, l.senderName())
	y := d.top + 8.0
	for _, s := range append([]string{l.senderName()}, l.sender.address.lines(false)...) {
		y = d.lines(x, y, t.body, d.wrap(t.body, s, 190)...)
	}
	y = d.lines(x, y+8, t.body, d.wrap(t.body, d.loc.dateLine(l.sender.address.city, d.factLong("date", d.issued)), 190)...)
	d.y = l.recipient(d, d.left, y+10) + t.body.leading()
	l.write(d, 26)
}
