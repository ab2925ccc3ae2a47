package synthetic

import (
	"fmt"
	"strings"
)

func governmentFormKind() *kind {
	return &kind{name: "government_form", languages: []string{"en", "de"}, layouts: []layout{
		{name: "items", draw: itemsGovernmentForm},
		{name: "boxes", draw: boxesGovernmentForm},
		{name: "statement", draw: statementGovernmentForm},
	}}
}

// officeWords are a public form's texts.
type officeWords struct {
	agencies, titles, legal  []string
	registrant, number, date string
	items                    []string // questions that ask for text
	choices                  []string // questions that are answered by ticking; options after a bar
	execution, notice, yes   string
	no, office               string
	fields                   []string
	paragraphs, answers      []string
}

func officeWordsOf(lang string) *officeWords {
	if lang == "de" {
		return &officeWords{
			agencies: []string{"Stadtverwaltung {c}", "Landratsamt {c}", "Bezirksamt {c}", "Amt für Gewerbe {c}", "Bauaufsicht {c}"}, titles: []string{"Antrag auf Erteilung einer Erlaubnis", "Gewerbeanmeldung", "Anmeldung bei der Meldebehörde", "Antrag auf Wohngeld", "Bauanzeige", "Anzeige einer Veränderung"}, legal: []string{"nach § {n} der Gewerbeordnung", "nach § {n} des Meldegesetzes", "gemäß § {n} der Landesbauordnung"},
			registrant: "Antragsteller/in", number: "Aktenzeichen", date: "Datum",
			items:     []string{"Name und Anschrift der antragstellenden Person oder Stelle", "Genaue Bezeichnung der ausgeübten Tätigkeit", "Datum des Beginns der angemeldeten Tätigkeit", "Vertretungsberechtigte Personen (Name, Vorname)", "Anschrift der Betriebsstätte", "Begründung des Antrags (ggf. Beiblatt verwenden)", "Beigefügte Unterlagen"},
			choices:   []string{"Liegt eine Erlaubnis vor?|Ja|Nein", "Art des Betriebs|Industrie|Handwerk|Handel|Sonstiges", "Familienstand|ledig|verheiratet|geschieden|verwitwet", "Grund|Neuerrichtung|Übernahme|Verlegung"},
			execution: "Ich versichere, dass die Angaben vollständig und richtig sind. Mir ist bekannt, dass falsche Angaben als Ordnungswidrigkeit verfolgt werden können.", notice: "Hinweis: Die Daten werden zur Erfüllung gesetzlicher Aufgaben erhoben und verarbeitet.", yes: "Ja", no: "Nein", office: "Nur von der Behörde auszufüllen",
			fields:     []string{"Familienname", "Vornamen", "Geburtsdatum", "Geburtsort", "Staatsangehörigkeit", "Straße, Hausnummer", "PLZ, Ort", "Telefon", "E-Mail", "Familienstand"},
			answers:    []string{"siehe Anlage", "entfällt", "Einzelhandel mit Haushaltswaren", "Reparatur von Fahrrädern", "Umbau eines Nebengebäudes", "Umzug innerhalb der Gemeinde", "Lageplan, Grundriss, Vollmacht", "Erweiterung der Verkaufsfläche"},
			paragraphs: []string{"Der Antrag ist in zweifacher Ausfertigung bei der zuständigen Stelle einzureichen.", "Änderungen sind der Behörde unverzüglich, spätestens innerhalb von vierzehn Tagen, schriftlich mitzuteilen.", "Für die Bearbeitung wird eine Gebühr nach der Gebührenordnung erhoben."}}
	}
	return &officeWords{
		agencies: []string{"Department of Justice", "Department of State", "Office of the Secretary of State, {c}", "Federal Register of Agents", "Department of Labor", "City of {c}, Building Department", "Bureau of Permits"}, titles: []string{"Registration Statement", "Amendment to Registration Statement", "Short Form Registration Statement", "Supplemental Statement", "Dissemination Report", "Application for Permit", "Notice of Change of Address", "Statement of Information", "Exhibit A to Registration Statement", "Application for License"}, legal: []string{"Pursuant to Section {n} of the Registration Act, as amended", "Under the Code of Regulations, Title {n}", "For the six month period ending", "As required by Public Law {n}-{n}"},
		registrant: "Name of Registrant", number: "Registration No.", date: "Date",
		items:     []string{"Name and address of registrant, and any other address used in the course of business", "Name of foreign principal, if any, and principal address", "Nationality and present citizenship", "Occupation of the person filing this statement", "Describe fully the nature and method of performance of the agreement or understanding", "List every principal to whom you will render services and the dates of such services", "Describe in detail all activities engaged in on behalf of the principal (use a full insert page if space is insufficient)", "State the purpose of this amendment", "Name of the partners, officers, directors or similar officials of the registrant", "Compensation received or to be received for the services described above"},
		choices:   []string{"Indicate your connection with the registrant|partner|director|employee|consultant|officer|agent", "Do any of these services include political activity?|Yes|No", "Services are to be rendered on a|full time basis|part time basis|special basis", "Type of filing|Initial|Amendment|Renewal|Termination", "Have you previously registered?|Yes|No", "Type of organization|Corporation|Partnership|Individual|Association"},
		execution: "EXECUTION: In accordance with the law, the undersigned swears or affirms under penalty of perjury that he or she has read the information set forth in this statement and that such information is in its entirety true and accurate.", notice: "Privacy Act Statement: the filing of this document is required by law and is a matter of public record open to inspection and copying. Public reporting burden is estimated to average 1.5 hours per response.", yes: "Yes", no: "No", office: "FOR OFFICIAL USE ONLY",
		fields:     []string{"Last name", "First name", "Date of birth", "Place of birth", "Citizenship", "Street address", "City, State, ZIP", "Telephone", "E-mail", "Business name"},
		answers:    []string{"See attachment", "None", "N/A", "Advice on public relations and dealings with the media", "Promotion of trade and tourism", "Business executive", "Consulting, travel and liaison with officials as needed", "Monthly retainer and reimbursement of expenses", "Citizen by birth", "To report a change in officers", "Distribution of newsletters and press releases"},
		paragraphs: []string{"This form must be filed in duplicate with the agency named above, accompanied by any exhibits.", "If the registrant has undergone a change during this period, furnish the information required by this item.", "Failure to file timely may subject the registrant to civil penalties.", "Copies of any informational materials disseminated shall be attached, with the number of copies and the date of dissemination.", "The material is distributed by the registrant on behalf of its principal. Additional information is on file with the agency."}}
}

// publicForm is a form's content.
type publicForm struct {
	words                              *officeWords
	agency, title, legal, form         string
	registrant, number, representative string
	at                                 address
}

func newPublicForm(d *draft) *publicForm {
	w := officeWordsOf(d.loc.lang)
	fill := strings.NewReplacer("{c}", pick(d.dice, lexiconOf(d.loc.lang).cities), "{n}", fmt.Sprint(d.between(2, 99)))
	p := &publicForm{words: w, agency: fill.Replace(pick(d.dice, w.agencies)), title: pick(d.dice, w.titles), legal: fill.Replace(pick(d.dice, w.legal)), form: d.pattern(one(d.dice, "Form @@-##", "@@ ####", "@@@-###")),
		representative: personName(d.dice, d.loc.lang).full(), number: d.digits(4), at: newAddress(d.dice, &d.loc)}
	c := newCompany(d.dice, &d.loc)
	p.registrant = c.name
	if d.chance(0.4) {
		p.registrant = p.representative
	}
	return p
}

// top draws agency, title and legal basis in one of two arrangements.
func (p *publicForm) top(d *draft) {
	t := d.theme
	if d.chance(0.5) {
		d.text(d.left, d.top+6, t.small, p.agency)
		d.textRight(d.edge(), d.top+6, t.small, d.say("form_number", typeIdentifier, p.form))
		d.textCentre(d.width/2, d.top+30, t.body.bold().scaled(1.5), d.say("title", typeText, p.title))
		d.textCentre(d.width/2, d.top+44, t.body, p.legal)
	} else {
		d.say("form_number", typeIdentifier, p.form)
		d.lines(d.left, d.top+6, t.body.bold(), p.agency, p.form)
		d.textRight(d.edge(), d.top+10, t.body.bold().scaled(1.4), d.say("title", typeText, p.title))
		d.textRight(d.edge(), d.top+24, t.body, p.legal)
	}
	d.rule(d.top+54, 1, rgb{})
	d.y = d.top + 74
}

// ticks draws a question with boxes, one of them crossed.
func (d *draft) ticks(x float64, f font, q string) {
	parts := strings.Split(q, "|")
	d.paragraph(x, d.edge()-x, f, parts[0])
	chosen := d.between(1, len(parts)-1)
	at := x + 10
	for i, o := range parts[1:] {
		w := d.measure(f, o) + 26
		if at+w > d.edge() {
			at = x + 10
			d.y += f.leading() * 1.2
		}
		d.box(at, d.y-7, 8, 8, 0.6, rgb{})
		if i+1 == chosen {
			d.text(at+1.2, d.y-0.4, f.bold().sized(8), "X")
		}
		d.text(at+12, d.y, f, o)
		at += w
	}
	d.y += f.leading() * 1.4
}

// itemsGovernmentForm has numbered questions with answers below.
func itemsGovernmentForm(d *draft) {
	p := newPublicForm(d)
	f := d.theme.body
	answer := f.in("courier")
	d.furniture = func(page int) {
		d.textRight(d.edge(), d.height-34, d.theme.small, p.form+"   "+d.pageOf(page))
	}
	d.newPage()
	p.top(d)
	half := d.inner() / 2
	d.text(d.left, d.y, d.theme.small, "1. "+p.words.registrant)
	d.text(d.left+half, d.y, d.theme.small, "2. "+p.words.number)
	d.textFit(d.left+10, d.y+14, half-14, answer, d.say("registrant", typeParty, p.registrant))
	d.text(d.left+half+10, d.y+14, answer, d.say("registration_number", typeIdentifier, p.number))
	d.rule(d.y+20, 0.4, rgb{})
	d.y += 36
	n := 3
	filler := append([]string{p.representative, p.at.oneLine(), p.registrant}, p.words.answers...)
	for _, q := range sample(d.dice, p.words.items, d.between(5, 10)) {
		d.need(4 * f.leading())
		d.paragraph(d.left, d.inner(), f, fmt.Sprintf("%d. %s", n, q))
		d.paragraph(d.left+14, d.inner()-14, answer, pick(d.dice, filler))
		d.y += f.leading() * 0.7
		n++
		if d.chance(0.4) {
			d.need(4 * f.leading())
			d.ticks(d.left, f, fmt.Sprintf("%d. %s", n, pick(d.dice, p.words.choices)))
			n++
		}
	}
	p.execute(d)
}

// execute draws the declaration with date and name.
func (p *publicForm) execute(d *draft) {
	f := d.theme.body
	d.need(9 * f.leading())
	d.y += 6
	d.paragraph(d.left, d.inner(), d.theme.small, p.words.execution)
	d.y += 22
	d.text(d.left, d.y, f, p.words.date+": "+d.writtenOn())
	d.text(d.left+d.inner()/2, d.y, f, "/s/ "+p.representative)
	d.line(d.left, d.y+4, d.edge(), d.y+4, 0.5, rgb{})
	d.y += 24
	d.paragraph(d.left, d.inner(), d.theme.small.sized(7), p.words.notice)
}

// boxesGovernmentForm is a grid of captioned boxes.
func boxesGovernmentForm(d *draft) {
	p := newPublicForm(d)
	small, answer := d.theme.small.sized(6.5), d.theme.body.in("courier")
	d.newPage()
	p.top(d)
	d.fill(d.left, d.y-8, d.inner(), 16, rgb{230, 230, 230})
	d.text(d.left+4, d.y+3, d.theme.small.bold(), p.words.office+"    "+p.words.number+" "+d.say("registration_number", typeIdentifier, p.number))
	d.y += 18
	put := func(x, w float64, caption, value string) {
		d.box(x, d.y, w, 30, 0.5, rgb{})
		d.text(x+3, d.y+8, small, caption)
		d.text(x+6, d.y+23, answer, value)
	}
	put(d.left, d.inner(), p.words.registrant, d.say("registrant", typeParty, p.registrant))
	d.y += 30
	who := personName(d.dice, d.loc.lang)
	values := []string{who.last, who.first, d.date(d.issued.AddDate(-d.between(20, 70), 0, 0)), p.at.city, p.at.country, p.at.street, p.at.place(), d.pattern(pick(d.dice, d.loc.phone)), slug(who.last) + "@mail.example", p.registrant}
	for i, caption := range p.words.fields {
		put(d.left+float64(i%2)*d.inner()/2, d.inner()/2, fmt.Sprintf("%d  %s", i+1, caption), clip(values[i], 34))
		if i%2 == 1 {
			d.y += 30
		}
	}
	d.y += 22
	for _, q := range sample(d.dice, p.words.choices, d.between(2, 4)) {
		d.ticks(d.left, d.theme.body, q)
	}
	for _, s := range sample(d.dice, p.words.paragraphs, 2) {
		d.paragraph(d.left, d.inner(), d.theme.small, s)
	}
	p.execute(d)
}

// statementGovernmentForm is a short form that runs as text.
func statementGovernmentForm(d *draft) {
	p := newPublicForm(d)
	f := d.theme.body
	d.newPage()
	p.top(d)
	rows := []row{textRow(p.words.registrant, "registrant", typeParty, p.registrant), textRow(p.words.number, "registration_number", typeIdentifier, p.number), plainRow("", p.at.oneLine())}
	d.y = d.pairs(d.left, d.widest(f.bold(), rows)+18, d.y, f.bold(), f, rows) + 10
	for i, s := range sample(d.dice, append(append([]string{}, p.words.paragraphs...), p.words.items...), d.between(5, 9)) {
		d.need(3 * f.leading())
		d.paragraph(d.left, d.inner(), f, fmt.Sprintf("%d. %s", i+1, s))
		d.text(d.left+14, d.y, f, strings.Repeat("_", 60))
		d.y += f.leading() * 1.6
	}
	d.ticks(d.left, f, pick(d.dice, p.words.choices))
	p.execute(d)
}
