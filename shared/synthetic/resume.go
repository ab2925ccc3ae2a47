package synthetic

import (
	"fmt"
	"strings"
)

func resumeKind() *kind {
	return &kind{name: "resume", languages: []string{"en", "de", "fr"}, layouts: []layout{
		{name: "classic", draw: classicResume},
		{name: "sidebar", draw: sidebarResume},
		{name: "timeline", draw: timelineResume},
		{name: "plain", draw: plainResume},
	}}
}

// resume is a résumé's content.
type resume struct {
	words              *resumeWords
	name               string
	email, phone, role string
	home               address
	career             career
	jobs, schools      []station
	skills             []string
	summary            string
}

// station is a job or a school.
type station struct {
	span, what, where, city string
	points                  []string
}

// headingOf picks one of the synonyms separated by bars.
func headingOf(d *draft, s string) string { return pick(d.dice, strings.Split(s, "|")) }

func newResume(d *draft) *resume {
	w := resumeWordsOf(d.loc.lang)
	p := personName(d.dice, d.loc.lang)
	r := &resume{words: w, name: p.full(), phone: d.pattern(pick(d.dice, d.loc.phone)), home: newAddress(d.dice, &d.loc), career: pick(d.dice, w.careers)}
	r.email = one(d.dice, slug(p.first)+"."+slug(p.last), slug(p.first)[:1]+slug(p.last), slug(p.last)+d.digits(2)) + "@" + one(d.dice, "mail", "post", "inbox") + reservedDomain(d.dice)
	year := d.issued.Year()
	level := len(r.career.roles) - 1 - d.IntN(2)
	for i := range d.between(2, 6) {
		length := d.between(1, 5)
		end := fmt.Sprint(year)
		if i == 0 {
			end = headingOf(d, w.present)
		}
		st := station{span: fmt.Sprintf("%d - %s", year-length, end), what: r.career.roles[max(0, level)], city: pick(d.dice, lexiconOf(d.loc.lang).cities)}
		if d.chance(0.3) {
			st.span = fmt.Sprintf("%02d/%d - %s", d.between(1, 12), year-length, end)
		}
		st.where = newCompany(d.dice, &d.loc).name
		for _, duty := range sample(d.dice, r.career.duties, d.between(2, 5)) {
			st.points = append(st.points, r.numbered(d, duty))
		}
		r.jobs = append(r.jobs, st)
		year -= length
		level--
	}
	for _, deg := range sample(d.dice, r.career.degrees, d.between(1, 2)) {
		r.schools = append(r.schools, station{span: fmt.Sprintf("%d - %d", year-4, year), what: deg, where: pick(d.dice, w.schools), points: sample(d.dice, w.institutes, d.between(0, 2))})
		year -= d.between(3, 4)
	}
	r.role = r.jobs[0].what
	r.skills = sample(d.dice, r.career.skills, d.between(5, 12))
	var about []string
	for _, sentence := range sample(d.dice, r.career.summary, d.between(1, 2)) {
		about = append(about, r.numbered(d, sentence))
	}
	r.summary = strings.Join(about, " ")
	return r
}

func (r *resume) numbered(d *draft, s string) string {
	return strings.NewReplacer("{n}", fmt.Sprint(d.between(2, 40)), "{y}", fmt.Sprint(d.between(2005, 2024))).Replace(s)
}

// facts records name, e-mail and phone, which every layout prints on its first page.
func (r *resume) facts(d *draft, name string) {
	d.say("name", typeParty, name)
	d.say("email", typeIdentifier, r.email)
	d.say("phone", typeIdentifier, r.phone)
}

// extras returns the short lists that follow the main parts, as heading and entries.
func (r *resume) extras(d *draft) [][]string {
	w := r.words
	var out [][]string
	add := func(p float64, heading string, from []string, n int) {
		if d.chance(p) {
			es := sample(d.dice, from, n)
			for i := range es {
				es[i] = r.numbered(d, es[i])
			}
			out = append(out, append([]string{headingOf(d, heading)}, es...))
		}
	}
	add(0.4, w.projects, w.works, d.between(1, 4))
	add(0.6, w.languages, w.tongues, d.between(2, 3))
	add(0.5, w.awards, w.prizes, d.between(1, 3))
	add(0.5, w.interests, w.hobbies, d.between(2, 5))
	return out
}

// bulleted draws points.
func (d *draft) bulleted(x, w float64, f font, points []string) {
	for _, p := range points {
		d.need(f.leading())
		d.text(x, d.y, f, "•")
		d.paragraph(x+10, w-10, f, p)
	}
}

// resumeHeading draws a section's heading in one of a few styles.
func (d *draft) resumeHeading(x, w float64, style int, s string) {
	t := d.theme
	f := t.body.bold().scaled(1.2).coloured(t.accent)
	d.need(4 * f.leading())
	d.y += f.leading() * 0.5
	switch style {
	case 0:
		d.text(x, d.y, f, strings.ToUpper(s))
		d.line(x, d.y+3, x+w, d.y+3, 0.6, t.accent)
	case 1:
		d.fill(x, d.y-f.size, w, f.leading(), t.pale)
		d.text(x+3, d.y, f, s)
	default:
		d.text(x, d.y, f, s)
	}
	d.y += f.leading() * 1.15
}

// stations draws jobs or schools over the width w.
func (d *draft) stations(x, w float64, list []station, dateLeft bool) {
	f := d.theme.body
	for _, s := range list {
		d.need(3 * f.leading())
		if dateLeft {
			const gap = 96
			d.textFit(x, d.y, gap-6, f, s.span)
			d.paragraph(x+gap, w-gap, f.bold(), s.what)
			d.paragraph(x+gap, w-gap, f.italic(), join(", ", s.where, s.city))
			d.bulleted(x+gap, w-gap, f, s.points)
		} else {
			d.textRight(x+w, d.y, f, s.span)
			d.paragraph(x, w-90, f.bold(), s.what)
			d.paragraph(x, w, f.italic(), join(", ", s.where, s.city))
			d.bulleted(x+6, w-6, f, s.points)
		}
		d.y += f.leading() * 0.5
	}
}

// main draws the sections in the usual order or with education first.
func (r *resume) main(d *draft, x, w float64, style int, dateLeft, withSkills bool) {
	f := d.theme.body
	if d.chance(0.7) {
		d.resumeHeading(x, w, style, headingOf(d, r.words.summary))
		d.paragraph(x, w, f, r.summary)
	}
	experience := func() {
		d.resumeHeading(x, w, style, headingOf(d, r.words.experience))
		d.stations(x, w, r.jobs, dateLeft)
	}
	education := func() {
		d.resumeHeading(x, w, style, headingOf(d, r.words.education))
		d.stations(x, w, r.schools, dateLeft)
	}
	if d.chance(0.3) {
		education()
		experience()
	} else {
		experience()
		education()
	}
	if !withSkills {
		return
	}
	d.resumeHeading(x, w, style, headingOf(d, r.words.skills))
	d.paragraph(x, w, f, strings.Join(r.skills, one(d.dice, ", ", " • ", " | ")))
	for _, e := range r.extras(d) {
		d.resumeHeading(x, w, style, e[0])
		d.bulleted(x, w, f, e[1:])
	}
	if d.chance(0.3) {
		d.y += f.leading()
		d.paragraph(x, w, f.italic(), r.words.references)
	}
}

// classicResume has the name centred on top.
func classicResume(d *draft) {
	r := newResume(d)
	d.pageNumbers()
	d.newPage()
	name := one(d.dice, r.name, strings.ToUpper(r.name))
	r.facts(d, name)
	d.textCentre(d.width/2, d.top+16, d.theme.head.scaled(1.2), name)
	d.textCentre(d.width/2, d.top+32, d.theme.body, join(one(d.dice, " | ", " · ", "  "), r.home.oneLine(), r.phone, r.email))
	d.y = d.top + 54
	r.main(d, d.left, d.inner(), d.between(0, 2), d.chance(0.4), true)
}

// sidebarResume has a coloured column with contact and skills.
func sidebarResume(d *draft) {
	r := newResume(d)
	t := d.theme
	const side = 172.0
	left := d.chance(0.6)
	sx, mx := 20.0, side+24
	if !left {
		sx, mx = d.width-side+14, 40
	}
	d.furniture = func(int) {
		if left {
			d.fill(0, 0, side, d.height, t.pale)
		} else {
			d.fill(d.width-side, 0, side, d.height, t.pale)
		}
	}
	d.newPage()
	r.facts(d, r.name)
	d.y = d.top + 6
	side1 := t.small.bold().scaled(1.2).coloured(t.accent)
	w := side - 34
	block := func(heading string, ls []string) {
		d.text(sx, d.y, side1, heading)
		d.y += side1.leading() * 1.1
		for _, l := range ls {
			d.paragraph(sx, w, t.small, l)
		}
		d.y += 12
	}
	block(r.words.contact, []string{r.home.street, r.home.place(), r.phone, r.email})
	block(headingOf(d, r.words.skills), r.skills)
	for _, e := range r.extras(d) {
		block(e[0], e[1:])
	}
	d.y = d.top + 14
	mw := d.width - side - 60
	d.text(mx, d.y, t.head.scaled(1.15), r.name)
	d.y += 18
	d.text(mx, d.y, t.body.coloured(t.accent).scaled(1.1), r.role)
	d.y += 18
	r.main(d, mx, mw, d.between(0, 2), false, false)
}

// timelineResume has the dates in a left column, as in tabular résumés.
func timelineResume(d *draft) {
	r := newResume(d)
	t := d.theme
	d.pageNumbers()
	d.newPage()
	r.facts(d, r.name)
	if d.chance(0.5) {
		d.text(d.left, d.top+14, t.head.scaled(1.1), r.words.title)
		d.y = d.top + 40
		rows := []row{plainRow("Name", r.name), plainRow(r.words.born, d.date(d.issued.AddDate(-d.between(24, 55), d.between(1, 11), 0))), plainRow("E-Mail", r.email), plainRow(tradeWordsOf(d.loc.lang).phone[0], r.phone), plainRow("", r.home.oneLine())}
		d.y = d.pairs(d.left, 96, d.y, t.body, t.body, rows)
	} else {
		d.text(d.left, d.top+14, t.head.scaled(1.2).coloured(t.accent), r.name)
		d.text(d.left, d.top+30, t.body, r.role)
		d.linesRight(d.edge(), d.top+10, t.small, r.home.street, r.home.place(), r.phone, r.email)
		d.y = d.top + 58
	}
	r.main(d, d.left, d.inner(), d.between(0, 2), true, true)
}

// plainResume is made in a text editor: one font, no lines.
func plainResume(d *draft) {
	r := newResume(d)
	d.restyle(one(d.dice, "times", "courier", "helvetica"))
	d.theme.accent = rgb{}
	f := d.theme.body
	d.newPage()
	name := strings.ToUpper(r.name)
	r.facts(d, name)
	d.y = d.lines(d.left, d.top+10, f, name, r.home.oneLine(), r.phone, r.email) + f.leading()
	r.main(d, d.left, d.inner(), 2, false, true)
}
