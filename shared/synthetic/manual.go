package synthetic

import (
	"fmt"
	"strings"
)

func manualKind() *kind {
	return &kind{name: "instructions_manual", languages: []string{"en", "de"}, layouts: []layout{
		{name: "booklet", draw: bookletManual},
		{name: "sheet", draw: sheetManual},
		{name: "guide", draw: guideManual},
	}}
}

// manualWords are a manual's texts. {p} is the product, {n} a number.
type manualWords struct {
	titles, products, sections, steps, warnings, facts []string
	contents, warning, caution, step, trouble          string
	problems                                           [][2]string
	specs                                              [][2]string
	model                                              string
}

func manualWordsOf(lang string) *manualWords {
	if lang == "de" {
		return &manualWords{
			titles: []string{"Bedienungsanleitung", "Gebrauchsanweisung", "Montageanleitung", "Benutzerhandbuch"}, products: []string{"Kaffeemaschine", "Akkuschrauber", "Geschirrspüler", "Wanduhr", "Rasenmäher", "Bücherregal", "Wasserkocher", "Funkthermometer"}, model: "Modell",
			sections: []string{"Sicherheitshinweise", "Lieferumfang", "Inbetriebnahme", "Bedienung", "Reinigung und Pflege", "Lagerung", "Entsorgung", "Garantie"},
			steps:    []string{"Entfernen Sie alle Verpackungsteile und prüfen Sie das Gerät auf Schäden.", "Stellen Sie das Gerät auf eine ebene, trockene Fläche.", "Stecken Sie den Netzstecker in eine geerdete Steckdose.", "Drücken Sie die Taste {n} Sekunden lang, bis die Anzeige blinkt.", "Füllen Sie Wasser bis zur Markierung ein.", "Ziehen Sie die Schrauben handfest an.", "Wischen Sie das Gehäuse mit einem feuchten Tuch ab.", "Schalten Sie das Gerät aus und lassen Sie es abkühlen.", "Wählen Sie mit dem Drehknopf das gewünschte Programm.", "Setzen Sie den Filter ein, bis er hörbar einrastet.", "Bewahren Sie diese Anleitung zum späteren Nachschlagen auf."},
			warnings: []string{"Stromschlaggefahr! Vor dem Öffnen den Netzstecker ziehen.", "Kinder dürfen nicht mit dem Gerät spielen.", "Verbrennungsgefahr: Oberflächen werden heiß.", "Verwenden Sie nur Originalzubehör."}, facts: []string{"Das Gerät {p} ist für den Gebrauch im Haushalt bestimmt.", "Die Garantie beträgt {n} Monate ab Kaufdatum.", "Altgeräte gehören nicht in den Hausmüll.", "Bei normaler Nutzung genügt eine Reinigung je Woche."},
			contents: "Inhaltsverzeichnis", warning: "WARNUNG", caution: "ACHTUNG", step: "Schritt", trouble: "Störungen beheben",
			problems: [][2]string{{"Gerät startet nicht", "Netzstecker und Sicherung prüfen"}, {"Anzeige blinkt", "Filter reinigen"}, {"Ungewöhnliches Geräusch", "Schrauben nachziehen"}, {"Wasser tritt aus", "Dichtung ersetzen"}},
			specs:    [][2]string{{"Nennspannung", "230 V, 50 Hz"}, {"Leistung", "{n}0 W"}, {"Gewicht", "{n} kg"}, {"Schutzart", "IPX4"}}}
	}
	return &manualWords{
		titles: []string{"User Manual", "Instruction Manual", "Owner's Manual", "Assembly Instructions", "Operating Instructions", "Quick Start Guide", "Installation Guide"}, products: []string{"Coffee Maker", "Cordless Drill", "Dishwasher", "Wall Clock", "Lawn Mower", "Bookshelf", "Electric Kettle", "Wireless Thermometer", "Air Purifier", "Bicycle Trailer", "Label Printer"}, model: "Model",
		sections: []string{"Safety Instructions", "What Is in the Box", "Before First Use", "Operation", "Cleaning and Care", "Storage", "Disposal", "Limited Warranty", "Installation"},
		steps:    []string{"Remove all packaging and check the unit for damage.", "Place the unit on a level, dry surface.", "Insert the plug into a grounded outlet.", "Press and hold the button for {n} seconds until the indicator flashes.", "Fill the tank with water up to the mark.", "Tighten the screws by hand; do not over-tighten.", "Wipe the housing with a damp cloth.", "Switch the unit off and let it cool down for {n} minutes.", "Turn the dial to select the desired program.", "Insert the filter until it clicks into place.", "Connect the hose to the outlet at the rear of the unit.", "Charge the battery for at least {n} hours before first use.", "Attach panel A to panel B with {n} of the supplied dowels.", "Refer to the figure on the opposite page for the position of the parts.", "To reset, disconnect the power and wait {n} seconds.", "Keep this manual for future reference."},
		warnings: []string{"Risk of electric shock. Unplug the unit before opening it.", "Keep out of reach of children.", "Surfaces become hot during operation. Do not touch.", "Use only original accessories.", "Do not immerse the unit in water."}, facts: []string{"The {p} is intended for household use only.", "The warranty covers defects in material and workmanship for {n} months from the date of purchase.", "Do not dispose of the unit with household waste.", "With normal use, cleaning once a week is sufficient.", "Specifications are subject to change without notice."},
		contents: "Table of Contents", warning: "WARNING", caution: "CAUTION", step: "Step", trouble: "Troubleshooting",
		problems: [][2]string{{"Unit does not start", "Check plug and fuse"}, {"Indicator flashes red", "Clean the filter"}, {"Unusual noise", "Tighten the screws"}, {"Water leaks", "Replace the seal"}, {"No connection", "Repeat the pairing"}},
		specs:    [][2]string{{"Rated voltage", "120 V, 60 Hz"}, {"Power consumption", "{n}0 W"}, {"Weight", "{n} lb"}, {"Operating temperature", "41 to 95 °F"}}}
}

// manual is a manual's content.
type manual struct {
	words                 *manualWords
	title, product, model string
	maker                 company
	sections              []string
}

func newManual(d *draft) *manual {
	w := manualWordsOf(d.loc.lang)
	m := &manual{words: w, title: pick(d.dice, w.titles), product: pick(d.dice, w.products), model: d.pattern(one(d.dice, "@@-###", "@###@", "@@ ####")), maker: newCompany(d.dice, &d.loc)}
	m.sections = append([]string{w.sections[0]}, sample(d.dice, w.sections[1:], d.between(3, len(w.sections)-1))...)
	d.title = one(d.dice, "", m.title+" "+m.model)
	return m
}

func (m *manual) fill(d *draft, s string) string {
	return strings.NewReplacer("{p}", m.product+" "+m.model, "{n}", fmt.Sprint(d.between(2, 24))).Replace(s)
}

func (m *manual) facts(d *draft) {
	d.say("title", typeText, m.title)
	d.say("product", typeText, m.product)
	d.say("model", typeIdentifier, m.model)
}

// warn draws a warning box over the width w.
func (m *manual) warn(d *draft, x, w float64) {
	f := d.theme.body
	ls := d.wrap(f, pick(d.dice, m.words.warnings), w-70)
	h := float64(len(ls))*f.leading() + 8
	d.need(h + 10)
	d.box(x, d.y-f.size, w, h, 0.9, rgb{})
	d.text(x+5, d.y+2, f.bold(), one(d.dice, m.words.warning, m.words.caution))
	d.lines(x+66, d.y+2, f, ls...)
	d.y += h + 8
}

// chapter draws one section: a sentence, numbered steps, perhaps a warning.
func (m *manual) chapter(d *draft, i int, x, w float64, numbered bool) {
	f := d.theme.body
	head := m.sections[i]
	if numbered {
		head = fmt.Sprintf("%d. %s", i+1, head)
	}
	d.need(6 * f.leading())
	d.y += 6
	d.paragraph(x, w, f.bold().scaled(1.3).coloured(d.theme.accent), head)
	d.y += 3
	d.paragraph(x, w, f, m.fill(d, pick(d.dice, m.words.facts)))
	d.y += 3
	if i == 0 || d.chance(0.35) {
		d.y += f.size
		m.warn(d, x, w)
	}
	for j, s := range sample(d.dice, m.words.steps, d.between(3, 8)) {
		d.need(2 * f.leading())
		d.text(x+4, d.y, f.bold(), fmt.Sprintf("%d.", j+1))
		d.paragraph(x+22, w-22, f, m.fill(d, s))
		d.y += 2
	}
	d.y += 6
}

// tables draws troubleshooting and specifications.
func (m *manual) tables(d *draft) {
	st := d.tableLook()
	for i, list := range [][][2]string{m.words.problems, m.words.specs} {
		var rows [][]string
		for _, r := range list {
			rows = append(rows, []string{r[0], m.fill(d, r[1])})
		}
		title := m.words.trouble
		if i == 1 {
			title = m.words.model + " " + m.model
		}
		d.need(float64(len(rows)+3) * d.theme.body.leading() * 1.6)
		d.table(d.left, d.inner(), []column{{title, 1, 'l'}, {"", 1.3, 'l'}}, rows, st)
	}
}

// bookletManual is a small-format booklet with a cover and contents.
func bookletManual(d *draft) {
	m := newManual(d)
	d.canvas = d.resized(419.53, 595.28) // A5
	d.left, d.right, d.top, d.bottom = 36, 36, 40, 48
	t := d.theme
	d.furniture = func(page int) {
		if page > 1 {
			d.textCentre(d.width/2, d.height-26, t.small, fmt.Sprint(page))
		}
	}
	d.newPage()
	m.facts(d)
	d.text(d.left, d.top+6, t.body.bold(), m.maker.name)
	d.y = d.height * 0.4
	d.paragraph(d.left, d.inner(), t.head.scaled(1.4), m.product)
	d.paragraph(d.left, d.inner(), t.head, m.words.model+" "+m.model)
	d.y += 14
	d.paragraph(d.left, d.inner(), t.head.scaled(0.9).coloured(t.accent), m.title)
	d.newPage()
	d.text(d.left, d.y+6, t.head.scaled(0.8), m.words.contents)
	d.y += 32
	for i, s := range m.sections {
		d.dotted(t.body, fmt.Sprintf("%d. %s", i+1, s), fmt.Sprint(3+i/2))
	}
	d.newPage()
	d.y += 6
	for i := range m.sections {
		m.chapter(d, i, d.left, d.inner(), true)
	}
	m.tables(d)
}

// sheetManual is a leaflet with two columns.
func sheetManual(d *draft) {
	m := newManual(d)
	t := d.theme
	d.newPage()
	m.facts(d)
	d.text(d.left, d.top+12, t.head, m.title)
	d.textRight(d.edge(), d.top+12, t.body.bold(), m.product+" "+m.model)
	d.rule(d.top+20, 1.5, t.accent)
	top := d.top + 44
	w := (d.inner() - 24) / 2
	for i := range m.sections {
		if i%2 == 0 && i > 0 {
			if i%4 == 0 {
				d.newPage()
				top = d.top + 10
			}
		}
		if i%4 == 0 || i%4 == 2 {
			d.y = top
		}
		x := d.left
		if i%4 >= 2 {
			x += w + 24
		}
		m.chapter(d, i, x, w, false)
	}
	d.newPage()
	d.y = d.top + 10
	m.tables(d)
}

// guideManual is a full-page guide with steps as headings.
func guideManual(d *draft) {
	m := newManual(d)
	t := d.theme
	d.furniture = func(page int) {
		d.text(d.left, d.height-34, t.small, m.maker.web)
		d.textRight(d.edge(), d.height-34, t.small, d.pageOf(page))
	}
	d.newPage()
	m.facts(d)
	d.fill(d.left, d.top-6, d.inner(), 60, t.pale)
	d.text(d.left+10, d.top+20, t.head.scaled(1.1), m.product+" "+m.model)
	d.text(d.left+10, d.top+40, t.body.scaled(1.1), m.title+" - "+m.maker.name)
	d.y = d.top + 82
	for i := range m.sections {
		m.chapter(d, i, d.left, d.inner(), d.chance(0.5))
		if d.chance(0.5) {
			d.need(100)
			d.box(d.left+40, d.y, d.inner()-80, 70, 0.6, t.ink)
			d.logo(d.left+60, d.y+10, 46, d.between(0, 3), t.pale)
			d.text(d.left+130, d.y+40, t.small, fmt.Sprintf("%s %d", m.words.step, i+1))
			d.y += 92
		}
	}
	m.tables(d)
}
