//nolint:misspell // the texts are in five languages
package synthetic

import (
	"fmt"
	"strings"
)

func paperKind() *kind {
	return &kind{name: "scientific_paper", languages: []string{"en", "de"}, layouts: []layout{
		{name: "two_columns", draw: twoColumnPaper},
		{name: "journal", draw: journalPaper},
		{name: "preprint", draw: preprintPaper},
	}}
}

// paperProse returns sentences of papers, in the shape of a report's.
func paperProse(lang string) *prose {
	if lang == "de" {
		return &prose{
			subjects: []string{"Merkmalsauswahl", "Zeitreihen", "Strömungen", "Bodenproben", "Spracherkennung", "Wärmeleitung"}, regions: []string{"im Versuch", "in der Simulation", "in der Kontrollgruppe", "auf dem Testdatensatz"},
			sentences: []string{"In dieser Arbeit stellen wir ein Verfahren vor, das {s} mit geringem Aufwand behandelt.", "Frühere Arbeiten [{k}] setzten dafür große Datenmengen voraus.", "Die Genauigkeit betrug {x} {p} Prozent.", "Wir verglichen {k} Varianten mit jeweils {n} Wiederholungen.", "Abbildung {k} zeigt den Verlauf des Fehlers über die Zeit.", "Der Unterschied ist statistisch signifikant (p < 0,05).", "Als Maß diente die mittlere quadratische Abweichung.", "Die Stichprobe umfasste {n} Einträge.", "Eine theoretische Begründung steht noch aus.", "Die Ergebnisse stimmen mit der Hypothese überein.", "Der Quelltext und die Daten sind öffentlich zugänglich.", "Einschränkend ist anzumerken, dass nur {k} Standorte untersucht wurden.", "Der Algorithmus konvergiert nach etwa {n} Schritten.", "Tabelle {k} fasst die Kennwerte zusammen.", "Künftige Arbeiten sollten größere Stichproben einbeziehen."},
			sections:  []string{"Einleitung", "Verwandte Arbeiten", "Methode", "Versuchsaufbau", "Ergebnisse", "Diskussion", "Fazit"}, titles: []string{"Ein sparsames Verfahren für {s}", "{s}: eine vergleichende Untersuchung", "Über die Grenzen der Vorhersage bei {s}"}, contents: "Literatur", summary: "Zusammenfassung", table: "Tabelle", figure: "Schlüsselwörter", columns: [4]string{"Verfahren", "Basis", "Unser Verfahren", "Differenz"}}
	}
	return &prose{
		subjects: []string{"Feature Selection", "Time Series Forecasting", "Turbulent Flow", "Soil Samples", "Speech Recognition", "Heat Transfer", "Graph Partitioning", "Protein Folding", "Citizen Science Data", "Program Repair", "Ocean Currents"}, regions: []string{"in the treatment group", "in simulation", "on the held-out set", "under laboratory conditions", "across all seeds", "in the control group"},
		sentences: []string{"In this paper we present a method that handles {s} at low computational cost.", "Previous work [{k}] relied on large amounts of labelled data.", "Our approach reaches an accuracy of {p}% {x}.", "We compared {k} variants with {n} repetitions each.", "Figure {k} shows how the error decreases over time.", "The difference is statistically significant (p < 0.01, n = {n}).", "We used the root mean square error as our measure of quality.", "The data set contains {n} instances collected over {k} years.", "A theoretical explanation of this effect remains open.", "These results are consistent with our hypothesis.", "Source code and data are available in a public repository.", "A limitation of our study is that only {k} sites were examined.", "The algorithm converges after about {n} iterations.", "Table {k} summarizes the parameters of the model.", "Future work should include larger samples and other domains.", "Following [{k}], we normalize all features to zero mean and unit variance.", "Let x denote the input and y the response; we then minimize the regularized loss.", "An ablation shows that removing the second term costs {p} percentage points.", "The experiments were run on a cluster with {n} cores.", "Students and instructors can use the accompanying notebooks in the classroom.", "The module takes learners through {k} steps, from a linear model to a nonlinear one.", "Confidence intervals were computed by bootstrapping with {n} resamples.", "We thank the anonymous reviewers for their helpful comments.", "Related approaches fall into {k} groups, which we discuss in turn.", "In contrast to earlier studies, we find no effect of temperature {x}.", "The proof follows by induction on the number of vertices."},
		sections:  []string{"Introduction", "Related Work", "Methods", "Materials", "Experiments", "Results", "Discussion", "Statement of Need", "Conclusion"}, titles: []string{"A Frugal Method for {s}", "{s}: A Comparative Study", "On the Limits of Prediction in {s}", "Learning {s} in Twelve Lessons", "Towards Robust {s}"}, contents: "References", summary: "Abstract", table: "Table", figure: "Keywords", columns: [4]string{"Method", "Baseline", "Ours", "Change"}}
}

// paper is a paper's content.
type paper struct {
	prose    *prose
	subject  string
	title    string
	authors  []string
	places   []string
	sections []string
	doi      string
}

func newPaper(d *draft) *paper {
	p := &paper{prose: paperProse(d.loc.lang), doi: fmt.Sprintf("10.%s/%s.%s", d.digits(5), strings.ToLower(d.letters(4)), d.digits(5))}
	p.subject = pick(d.dice, p.prose.subjects)
	p.title = strings.ReplaceAll(pick(d.dice, p.prose.titles), "{s}", p.subject)
	for range d.between(1, 4) {
		p.authors = append(p.authors, personName(d.dice, d.loc.lang).full())
		p.places = append(p.places, pick(d.dice, resumeWordsOf(d.loc.lang).schools))
	}
	all := p.prose.sections
	p.sections = append(append([]string{all[0]}, all[1+d.IntN(2):len(all)-1]...), all[len(all)-1])
	d.restyle(one(d.dice, "times", "times", "helvetica"))
	d.title = p.title
	return p
}

func (p *paper) facts(d *draft) {
	d.fact("title", typeText, p.title, p.title)
	for _, a := range p.authors {
		d.say("author", typeParty, a)
	}
}

// references returns made-up entries.
func (p *paper) references(d *draft) []string {
	var out []string
	for i := range d.between(6, 16) {
		a := personName(d.dice, d.loc.lang)
		out = append(out, fmt.Sprintf("[%d] %s, %s. (%d). %s. %s, %d(%d), %d-%d.", i+1, a.last, a.first[:1], d.between(1985, d.issued.Year()), strings.ReplaceAll(pick(d.dice, p.prose.titles), "{s}", pick(d.dice, p.prose.subjects)),
			one(d.dice, "Journal of Applied Results", "Proceedings of the Workshop on Methods", "Annals of Measurement", "Transactions on Learning Systems"), d.between(1, 60), d.between(1, 12), d.between(1, 400), d.between(401, 900)))
	}
	return out
}

// stream is text that flows through columns.
type stream struct {
	d     *draft
	x     []float64 // left ends of the columns
	w     float64
	top   float64 // of the columns on the current page
	col   int
	floor float64
}

// put flows a paragraph, going to the next column or page when the column is full.
func (s *stream) put(f font, text string, after float64) {
	for _, l := range s.d.wrap(f, text, s.w) {
		if s.d.y > s.floor {
			s.col++
			if s.col == len(s.x) {
				s.d.newPage()
				s.col, s.top = 0, s.d.y
			}
			s.d.y = s.top
		}
		s.d.text(s.x[s.col], s.d.y, f, l)
		s.d.y += f.leading()
	}
	s.d.y += after
}

// write flows the sections and references.
func (p *paper) write(d *draft, s *stream, numbered bool) {
	f := d.theme.body
	for i, section := range p.sections {
		if numbered {
			section = fmt.Sprintf("%d  %s", i+1, section)
		}
		s.d.y += 4
		if s.d.y+3*f.leading() > s.floor { // no heading at the foot of a column
			s.d.y = s.floor + 1
		}
		s.put(f.bold().scaled(1.15), section, 3)
		for range d.between(2, 4) {
			s.put(f, p.prose.paragraphOf(d, strings.ToLower(p.subject), d.between(4, 8)), 4)
		}
	}
	s.put(f.bold().scaled(1.15), p.prose.contents, 3)
	for _, r := range p.references(d) {
		s.put(f.scaled(0.9), r, 2)
	}
}

// abstract draws title, authors and abstract across the page, centred or left.
func (p *paper) abstract(d *draft, centred bool) {
	t := d.theme
	put := func(f font, s string) {
		for _, l := range d.wrap(f, s, d.inner()) {
			if centred {
				d.textCentre(d.width/2, d.y, f, l)
			} else {
				d.text(d.left, d.y, f, l)
			}
			d.y += f.leading()
		}
	}
	p.facts(d)
	put(t.head.scaled(1.05), p.title)
	d.y += 6
	put(t.body.scaled(1.1), strings.Join(p.authors, ", "))
	put(t.small.italic(), strings.Join(p.places, "; "))
	d.y += 10
	indent := 30.0
	d.paragraph(d.left+indent, d.inner()-2*indent, t.body.bold(), p.prose.summary)
	d.paragraph(d.left+indent, d.inner()-2*indent, t.small, p.prose.paragraphOf(d, strings.ToLower(p.subject), d.between(4, 6)))
	if d.chance(0.5) {
		d.y += 3
		d.paragraph(d.left+indent, d.inner()-2*indent, t.small.italic(), p.prose.figure+": "+strings.ToLower(strings.Join(sample(d.dice, p.prose.subjects, 4), ", ")))
	}
	d.y += 16
}

// twoColumnPaper is a conference paper.
func twoColumnPaper(d *draft) {
	p := newPaper(d)
	d.theme.body.size, d.theme.small.size = 9, 8.5
	d.furniture = func(page int) { d.textCentre(d.width/2, d.height-34, d.theme.small, fmt.Sprint(page)) }
	d.newPage()
	d.y = d.top + 14
	p.abstract(d, true)
	w := (d.inner() - 18) / 2
	p.write(d, &stream{d: d, x: []float64{d.left, d.left + w + 18}, w: w, top: d.y, floor: d.floor()}, true)
}

// journalPaper has a margin column with the dates and the DOI, as some online journals do.
func journalPaper(d *draft) {
	p := newPaper(d)
	const margin = 118.0
	d.furniture = func(page int) {
		f := d.theme.small
		d.text(d.left, d.height-34, f, clip(p.authors[0]+" et al.: "+p.title, 96))
		d.textRight(d.edge(), d.height-34, f, fmt.Sprint(page))
	}
	d.newPage()
	y := d.top + 90.0
	small := d.theme.small
	received := d.issued.AddDate(0, -d.between(2, 9), 0)
	for _, l := range []string{"DOI: " + d.say("doi", typeIdentifier, p.doi), "", "Software", "Review", "Archive", "", "Submitted: " + d.long(received), "Published: " + d.factLong("date", d.issued), "", "License", "Authors retain copyright."} {
		for _, s := range d.wrap(small, l, margin-14) {
			d.text(d.left, y, small, s)
			y += small.leading()
		}
	}
	d.left += margin
	d.y = d.top + 14
	p.abstract(d, false)
	p.write(d, &stream{d: d, x: []float64{d.left}, w: d.inner(), top: d.y, floor: d.floor()}, false)
}

// preprintPaper has one wide column and the date under the title.
func preprintPaper(d *draft) {
	p := newPaper(d)
	d.furniture = func(page int) {
		d.textCentre(d.width/2, d.height-34, d.theme.small, fmt.Sprint(page))
		if page > 1 {
			d.text(d.left, d.top-10, d.theme.small, one(d.dice, "A preprint", "Preprint. Under review."))
			d.y = d.top + 10
		}
	}
	d.newPage()
	d.y = d.top + 20
	d.textCentre(d.width/2, d.y, d.theme.body, d.factLong("date", d.issued))
	d.y += 22
	p.abstract(d, true)
	s := &stream{d: d, x: []float64{d.left}, w: d.inner(), top: d.y, floor: d.floor()}
	p.write(d, s, true)
	d.need(140)
	d.y += 10
	p.prose.figures(d, 1)
}
