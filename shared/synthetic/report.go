package synthetic

import (
	"fmt"
	"strings"
)

func reportKind() *kind {
	return &kind{name: "report", languages: []string{"en", "de", "fr"}, layouts: []layout{
		{name: "cover", draw: coverReport},
		{name: "running", draw: runningReport},
		{name: "memo", draw: memoReport},
	}}
}

// report is a report's content.
type report struct {
	prose             *prose
	subject           string
	title, author, by string
	publisher         string
	sections          []string
}

func newReport(d *draft) *report {
	p := reportProse(d.loc.lang)
	r := &report{prose: p, subject: pick(d.dice, p.subjects), author: personName(d.dice, d.loc.lang).full(), by: pick(d.dice, p.author)}
	r.title = strings.NewReplacer("{s}", r.subject, "{y}", fmt.Sprint(d.issued.Year())).Replace(pick(d.dice, p.titles))
	company := newCompany(d.dice, &d.loc)
	r.publisher = company.name
	first, last := p.sections[0], p.sections[len(p.sections)-1]
	middle := sample(d.dice, p.sections[1:len(p.sections)-1], d.between(3, len(p.sections)-2))
	r.sections = append(append([]string{first}, middle...), last)
	d.title = one(d.dice, "", r.title)
	return r
}

// pageHeads puts the title and page number on every page but the first.
func (r *report) pageHeads(d *draft) {
	atTop := d.chance(0.5)
	d.furniture = func(page int) {
		f := d.theme.small.coloured(d.theme.ink)
		if page == 1 {
			return
		}
		if atTop {
			d.text(d.left, d.top-14, f, r.title)
			d.textRight(d.edge(), d.top-14, f, fmt.Sprint(page))
			d.line(d.left, d.top-8, d.edge(), d.top-8, 0.4, d.theme.ink)
			d.y = d.top + 14
		} else {
			d.text(d.left, d.height-36, f, r.publisher)
			d.textRight(d.edge(), d.height-36, f, d.pageOf(page))
		}
	}
}

// write draws the sections with sub-headings, lists and tables.
func (r *report) write(d *draft, numbered bool) {
	t := d.theme
	tables := 0
	for i, s := range r.sections {
		d.need(7 * t.body.leading())
		d.y += t.body.leading() * 0.6
		d.paragraph(d.left, d.inner(), t.body.bold().scaled(1.35).coloured(t.accent), r.heading(i, numbered))
		d.y += t.body.leading() * 0.4
		for k := range d.between(1, 3) {
			if k > 0 && d.chance(0.4) {
				d.need(4 * t.body.leading())
				sub := capital(pick(d.dice, r.prose.subjects))
				if numbered {
					sub = fmt.Sprintf("%d.%d %s", i+1, k, sub)
				}
				d.paragraph(d.left, d.inner(), t.body.bold(), sub)
				d.y += 2
			}
			d.paragraph(d.left, d.inner(), t.body, r.prose.paragraphOf(d, r.subject, d.between(3, 7)))
			d.y += t.body.leading() * 0.6
		}
		switch {
		case d.chance(0.35):
			tables++
			d.y += 4
			r.prose.figures(d, tables)
		case d.chance(0.3):
			d.bulleted(d.left+10, d.inner()-10, t.body, sample(d.dice, r.prose.bullets, d.between(2, 4)))
			d.y += 6
		case s == r.sections[len(r.sections)-1]:
			d.bulleted(d.left+10, d.inner()-10, t.body, sample(d.dice, r.prose.bullets, 3))
		}
	}
}

func (r *report) heading(i int, numbered bool) string {
	if numbered {
		return fmt.Sprintf("%d  %s", i+1, r.sections[i])
	}
	return r.sections[i]
}

// coverReport has a title page, contents and a summary.
func coverReport(d *draft) {
	r := newReport(d)
	t := d.theme
	r.pageHeads(d)
	d.newPage()
	if d.chance(0.5) {
		d.fill(0, 0, d.width, d.height*0.28, t.pale)
	}
	d.text(d.left, d.top+10, t.body.bold(), r.publisher)
	d.y = d.height * 0.36
	d.fact("title", typeText, r.title, r.title)
	d.paragraph(d.left, d.inner(), t.head.scaled(1.6).coloured(t.accent), r.title)
	d.y += 20
	d.text(d.left, d.y, t.body.scaled(1.2), r.by+": "+d.say("author", typeParty, r.author))
	d.y += 18
	d.text(d.left, d.y, t.body.scaled(1.2), pick(d.dice, r.prose.date)+": "+d.writtenOn())
	d.newPage()
	numbered := d.chance(0.7)
	d.text(d.left, d.y+8, t.head, r.prose.contents)
	d.y += 40
	for i := range r.sections {
		d.dotted(t.body, r.heading(i, numbered), fmt.Sprint(3+i/2))
	}
	d.newPage()
	d.y += 8
	d.paragraph(d.left, d.inner(), t.body.bold().scaled(1.35).coloured(t.accent), r.prose.summary)
	d.y += 4
	d.paragraph(d.left, d.inner(), t.body, r.prose.paragraphOf(d, r.subject, d.between(4, 8)))
	d.y += 10
	r.write(d, numbered)
}

// runningReport starts under a title line without a cover.
func runningReport(d *draft) {
	r := newReport(d)
	t := d.theme
	r.pageHeads(d)
	d.newPage()
	d.rule(d.top-4, 2, t.accent)
	d.y = d.top + 22
	d.fact("title", typeText, r.title, r.title)
	d.paragraph(d.left, d.inner(), t.head.scaled(1.1), r.title)
	d.text(d.left, d.y, t.small, r.publisher)
	d.y += t.body.leading()
	d.text(d.left, d.y, t.small, join("  |  ", r.by+" "+d.say("author", typeParty, r.author), d.writtenOn()))
	d.rule(d.y+8, 0.6, t.ink)
	d.y += 28
	r.write(d, d.chance(0.5))
}

// memoReport is an internal report with a block of labels on top.
func memoReport(d *draft) {
	r := newReport(d)
	t := d.theme
	r.sections = r.sections[:min(len(r.sections), d.between(3, 5))]
	r.pageHeads(d)
	d.newPage()
	d.text(d.left, d.top+12, t.body.bold().scaled(1.3), r.publisher)
	d.y = d.top + 44
	labels := letterLabels(d.loc.lang)
	rows := []row{textRow(one(d.dice, "Title", "Subject"), "title", typeText, r.title), textRow(r.by, "author", typeParty, r.author), d.dateRow(labels[1], "date", d.issued), plainRow(labels[0], d.pattern("@@-####"))}
	switch d.loc.lang {
	case "de":
		rows[0].label = one(d.dice, "Titel", "Thema")
	case "fr":
		rows[0].label = one(d.dice, "Titre", "Objet")
	}
	d.y = d.pairs(d.left, d.widest(t.body.bold(), rows)+18, d.y, t.body.bold(), t.body, rows)
	d.rule(d.y, 0.8, t.ink)
	d.y += 22
	r.write(d, true)
}
