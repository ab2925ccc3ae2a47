package synthetic

import (
	"fmt"
	"strings"
	"time"
)

func emailKind() *kind {
	return &kind{name: "email", languages: allLanguages(), layouts: []layout{
		{name: "printout", draw: printoutEmail},
		{name: "webmail", draw: webmailEmail},
		{name: "thread", draw: threadEmail},
	}}
}

// mailLabels are From, To, Cc, Sent and Subject.
func mailLabels(lang string) [5]string {
	switch lang {
	case "de":
		return [5]string{"Von", "An", "Cc", "Gesendet", "Betreff"}
	case "fr":
		return [5]string{"De", "À", "Cc", "Envoyé", "Objet"}
	case "es":
		return [5]string{"De", "Para", "CC", "Enviado", "Asunto"}
	case "nl":
		return [5]string{"Van", "Aan", "CC", "Verzonden", "Onderwerp"}
	default:
		return [5]string{"From", "To", "Cc", "Sent", "Subject"}
	}
}

// mailbox returns a person's name with an address.
func mailbox(d *draft, p person) string {
	return p.full() + " <" + slug(p.first) + "." + slug(p.last) + "@" + slug(pick(d.dice, lexiconOf(d.loc.lang).stems)) + reservedDomain(d.dice) + ">"
}

// mailRows returns the head of a message; it is recorded when named.
func mailRows(d *draft, l *letter, at time.Time, named bool) []row {
	w := mailLabels(d.loc.lang)
	subject := one(d.dice, "", "Re: ", "Fwd: ", "") + l.subject
	if d.loc.lang == "de" {
		subject = one(d.dice, "", "AW: ", "WG: ", "") + l.subject
	}
	sent := d.date(at)
	rows := []row{
		{label: w[0] + ":", value: mailbox(d, l.from)}, {label: w[1] + ":", value: mailbox(d, l.to)},
		{label: w[3] + ":", value: sent + " " + at.Format("15:04")}, {label: w[4] + ":", value: subject},
	}
	if d.chance(0.3) {
		rows = append(rows, plainRow(w[2]+":", mailbox(d, personName(d.dice, d.loc.lang))))
		rows[4], rows[2], rows[3] = rows[3], rows[4], rows[2]
	}
	if named {
		d.fact("sender", typeParty, l.from.full(), l.from.full())
		d.fact("recipient", typeParty, l.to.full(), l.to.full())
		d.fact("date", typeDate, iso(at), sent)
		d.fact("subject", typeText, subject, subject)
	}
	return rows
}

// mailBody flows a message.
func mailBody(d *draft, l *letter, x, w float64, f font) {
	greet := strings.NewReplacer("Dear Mr. "+l.to.last, "Hi "+l.to.first, "Dear Ms. "+l.to.last, "Hi "+l.to.first).Replace(l.salute)
	for _, p := range append([]string{greet}, l.body...) {
		d.paragraph(x, w, f, p)
		d.y += f.leading() * 0.8
	}
	d.need(5 * f.leading())
	for _, s := range []string{l.closing, l.from.full(), l.role, l.sender.name, l.sender.phone} {
		d.paragraph(x, w, f, s)
	}
	d.y += f.leading()
}

// headLines draws the head of a message with long values wrapped.
func (d *draft) headLines(gap float64, f font, rows []row) {
	for _, r := range rows {
		d.text(d.left, d.y, f.bold(), r.label)
		d.paragraph(d.left+gap, d.inner()-gap, f, r.value)
	}
}

// printoutEmail is printed by a desktop program: the reader's name, a thick line, the head.
func printoutEmail(d *draft) {
	l := newLetter(d)
	f := d.theme.body
	at := d.issued.Add(time.Duration(d.between(0, 600)) * time.Minute)
	d.furniture = func(page int) { d.textCentre(d.width/2, d.height-34, d.theme.small, fmt.Sprint(page)) }
	d.newPage()
	d.text(d.left, d.top+6, f.bold().scaled(1.2), l.to.full())
	d.rule(d.top+12, 2.2, rgb{})
	d.y = d.top + 34
	rows := mailRows(d, l, at, true)
	d.headLines(d.widest(f.bold(), rows)+16, f, rows)
	d.y += f.leading()
	mailBody(d, l, d.left, d.inner(), f)
}

// webmailEmail is printed from a browser: the subject as a heading, the address below.
func webmailEmail(d *draft) {
	l := newLetter(d)
	f := d.theme.body
	at := d.issued.Add(time.Duration(d.between(0, 600)) * time.Minute)
	stamp := d.date(at) + ", " + at.Format("15:04")
	d.furniture = func(page int) {
		d.text(24, 22, d.theme.small, stamp)
		d.textRight(d.width-24, 22, d.theme.small, clip(l.subject, 50)+" - Webmail")
		d.text(24, d.height-18, d.theme.small, "https://mail.example/print?id="+strings.ToLower(l.reference))
		d.textRight(d.width-24, d.height-18, d.theme.small, fmt.Sprintf("%d/{nb}", page))
	}
	d.newPage()
	d.y = d.top + 16
	d.fact("subject", typeText, l.subject, l.subject)
	d.paragraph(d.left, d.inner(), d.theme.head.scaled(0.9), l.subject)
	d.rule(d.y, 0.5, d.theme.ink)
	d.y += 18
	d.fact("sender", typeParty, l.from.full(), l.from.full())
	d.fact("date", typeDate, iso(at), d.date(at))
	d.fact("recipient", typeParty, l.to.full(), l.to.full())
	d.textRight(d.edge(), d.y, d.theme.small, stamp)
	d.paragraph(d.left, d.inner()-110, f.bold(), mailbox(d, l.from))
	d.paragraph(d.left, d.inner()-110, d.theme.small, mailLabels(d.loc.lang)[1]+": "+mailbox(d, l.to))
	d.y += f.leading()
	mailBody(d, l, d.left, d.inner(), f)
}

// threadEmail has the messages it answers quoted below.
func threadEmail(d *draft) {
	l := newLetter(d)
	f := d.theme.body.in(one(d.dice, "courier", "helvetica", "times")).sized(9.5)
	at := d.issued.Add(time.Duration(d.between(0, 600)) * time.Minute)
	d.pageNumbers()
	d.newPage()
	d.y = d.top + 10
	rows := mailRows(d, l, at, true)
	d.headLines(d.widest(f.bold(), rows)+14, f, rows)
	d.rule(d.y-4, 0.5, d.theme.ink)
	d.y += f.leading()
	mailBody(d, l, d.left, d.inner(), f)
	for range d.between(1, 3) {
		older := newLetter(d)
		older.from, older.to, older.subject = l.to, l.from, l.subject
		older.salute = l.words.unknown
		at = at.Add(-time.Duration(d.between(3, 70)) * time.Hour)
		d.need(7 * f.leading())
		d.paragraph(d.left, d.inner(), f, one(d.dice, "----- "+mailLabels(d.loc.lang)[0]+": "+older.from.full()+" -----", "________________________________"))
		quoted := mailRows(d, older, at, false)
		d.headLines(d.widest(f.bold(), quoted)+14, f, quoted)
		d.y += f.leading()
		mailBody(d, older, d.left+12, d.inner()-12, f.coloured(rgb{70, 70, 70}))
		l = older
	}
}
