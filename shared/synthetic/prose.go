//nolint:misspell // the texts are in five languages
package synthetic

import (
	"fmt"
	"strings"
)

// prose is what reports and papers are written from: sentences with {n} for a number, {p} for a percentage, {x} for a
// region, {s} for a subject of the document and {q} for a quarter.
type prose struct {
	subjects, regions []string
	sentences         []string
	sections          []string
	bullets           []string
	titles            []string // {s}, {x}, {y} for a year
	contents, summary string
	table, figure     string
	author, date      []string
	columns           [4]string
	deck              []string // sentences not used yet
}

func reportProse(lang string) *prose {
	switch lang {
	case "de":
		return &prose{
			subjects: []string{"Wasserversorgung", "Kundenzufriedenheit", "Lagerlogistik", "Arbeitssicherheit", "Energieverbrauch", "Personalentwicklung", "Absatzplanung", "Radverkehr"}, regions: []string{"im Norden", "im Süden", "in der Region Mitte", "im Ausland", "in den Filialen", "am Standort Ost"},
			sentences: []string{"Der Umsatz stieg gegenüber dem Vorjahr um {p} Prozent auf {n} Millionen Euro.", "Im {q}. Quartal lag die Auslastung {x} bei {p} Prozent.", "Ursache waren vor allem höhere Preise für Energie und Vorprodukte.", "Die Zahl der Beschäftigten blieb mit {n} nahezu unverändert.", "Die Befragung umfasste {n} Teilnehmer; die Rücklaufquote betrug {p} Prozent.", "Besonders deutlich fiel der Zuwachs {x} aus.", "Die geplanten Maßnahmen wurden zu {p} Prozent umgesetzt.", "Bei den Begehungen wurden {n} Abweichungen festgestellt, von denen die meisten sofort behoben werden konnten.", "Der Vorstand rechnet für das kommende Jahr mit einer stabilen Entwicklung.", "Risiken ergeben sich aus der unsicheren Lage auf den Absatzmärkten.", "Die Investitionen beliefen sich auf {n} Tausend Euro und flossen überwiegend in Anlagen und Gebäude.", "Eine Vergleichsrechnung zeigt, dass sich der Aufwand innerhalb von {k} Jahren bezahlt macht.", "Für das Thema {s} wurde eine eigene Arbeitsgruppe gebildet.", "Die Messungen wurden an {n} Stellen wiederholt und bestätigen das Ergebnis.",
				"Gegenüber dem Plan ergab sich eine Abweichung von {p} Prozent.", "Die Bearbeitungszeit sank auf durchschnittlich {n} Minuten.", "Beschwerden gingen {x} um {p} Prozent zurück.", "In {k} Werkstattgesprächen wurden die Beteiligten angehört.", "Als Grundlage dienten Unterlagen aus den letzten {k} Jahren.", "Der Anteil erneuerbarer Energien erreichte {p} Prozent.", "Die Kosten je Einheit konnten {x} gesenkt werden.", "{n} Vorgänge wurden stichprobenartig geprüft; wesentliche Mängel zeigten sich nicht.", "Für die Umsetzung sind {k} Monate vorgesehen.", "Weitere Einzelheiten enthält der Anhang.", "Die Lieferzeiten haben sich {x} wieder normalisiert.", "Ein Vergleich mit {k} ähnlichen Einrichtungen fällt günstig aus."},
			sections: []string{"Einleitung", "Ausgangslage", "Vorgehen", "Ergebnisse", "Bewertung", "Finanzielle Lage", "Personal", "Risiken und Chancen", "Ausblick", "Empfehlungen", "Fazit"}, bullets: []string{"Zuständigkeiten klären und dokumentieren", "Schulungen halbjährlich wiederholen", "Kennzahlen monatlich berichten", "Verträge mit Lieferanten überprüfen", "Altanlagen schrittweise ersetzen", "Bürger frühzeitig beteiligen"},
			titles: []string{"Jahresbericht {y}", "Bericht zur {s} {y}", "Prüfbericht: {s}", "Abschlussbericht {s}", "Quartalsbericht {y}"}, contents: "Inhalt", summary: "Zusammenfassung", table: "Tabelle", figure: "Abbildung", author: []string{"Verfasst von", "Autor", "Bearbeitung"}, date: []string{"Stand", "Datum"}, columns: [4]string{"Bereich", "Vorjahr", "Berichtsjahr", "Veränderung"}}
	case "fr":
		return &prose{
			subjects: []string{"qualité de l'eau", "mobilité urbaine", "satisfaction des clients", "sécurité au travail", "consommation d'énergie", "formation du personnel"}, regions: []string{"dans le nord", "dans le sud", "à l'étranger", "dans les agences", "sur le site principal"},
			sentences: []string{"Le chiffre d'affaires progresse de {p} % pour atteindre {n} millions d'euros.", "Au trimestre {q}, le taux d'occupation {x} s'établit à {p} %.", "Cette hausse s'explique surtout par le prix de l'énergie.", "L'effectif reste stable à {n} personnes.", "L'enquête a porté sur {n} répondants, avec un taux de retour de {p} %.", "Les contrôles ont révélé {n} écarts, corrigés pour la plupart sans délai.", "Les actions prévues ont été réalisées à {p} %.", "Les perspectives pour l'année à venir demeurent favorables.", "Un groupe de travail a été créé sur le thème : {s}.", "Les investissements ont atteint {n} milliers d'euros.", "La direction souligne les risques liés à l'incertitude des marchés.",
				"Par rapport au plan, l'écart est de {p} %.", "Le délai moyen de traitement est ramené à {n} minutes.", "Les réclamations reculent {x} de {p} %.", "Les parties prenantes ont été entendues lors de {k} ateliers.", "L'analyse repose sur les données des {k} dernières années.", "La part des énergies renouvelables atteint {p} %.", "Le coût unitaire a pu être réduit {x}.", "{n} dossiers ont été examinés par sondage, sans anomalie majeure.", "La mise en œuvre s'étalera sur {k} mois.", "Le détail figure en annexe.", "Une comparaison avec {k} organismes semblables est favorable."},
			sections: []string{"Introduction", "Contexte", "Méthode", "Résultats", "Analyse", "Situation financière", "Ressources humaines", "Risques", "Perspectives", "Recommandations", "Conclusion"}, bullets: []string{"Clarifier les responsabilités", "Renouveler la formation deux fois par an", "Suivre les indicateurs chaque mois", "Revoir les contrats des fournisseurs", "Associer les habitants au projet"},
			titles: []string{"Rapport annuel {y}", "Rapport sur la {s}", "Rapport d'audit {y}", "Étude : {s}", "Rapport d'activité {y}"}, contents: "Table des matières", summary: "Synthèse", table: "Tableau", figure: "Figure", author: []string{"Rédigé par", "Auteur"}, date: []string{"Date", "Version du"}, columns: [4]string{"Secteur", "Année précédente", "Année en cours", "Évolution"}}
	}
	return &prose{
		subjects: []string{"Water Quality", "Customer Satisfaction", "Warehouse Operations", "Workplace Safety", "Energy Use", "Staff Development", "Road Traffic", "Product Reliability", "Supply Chain Resilience", "Community Health"}, regions: []string{"in the northern region", "in the south", "overseas", "at the branch offices", "in the eastern plants", "across all sites", "in urban areas"},
		sentences: []string{"Revenue rose by {p} percent year over year to {n} million.", "In the {q} quarter, utilization {x} stood at {p} percent.", "The main cause was the higher price of energy and raw materials.", "Headcount remained nearly unchanged at {n}.", "The survey covered {n} participants, with a response rate of {p} percent.", "Growth was strongest {x}, where {n} new customers signed up.", "Of the planned measures, {p} percent have been completed.", "The inspections found {n} deviations, most of which were corrected on the spot.", "Management expects a stable development in the coming year.", "Risks arise from uncertain demand and from exchange rates.", "Capital expenditure came to {n} thousand and went mainly into equipment and buildings.", "A comparison shows that the effort pays for itself within {k} years.", "A working group has been set up to look into {s}.", "Measurements were repeated at {n} locations and confirm the finding.", "Compared with the previous period, complaints fell by {p} percent.", "The audit committee reviewed {n} transactions and found no material misstatement.", "Delays {x} were due to the late arrival of components.", "The average time to resolve a request dropped to {n} hours.", "Stakeholders were consulted in {k} workshops, and their views are reflected in this document.", "Overall, the programme is on track and within its budget.",
			"Against plan, the deviation amounts to {p} percent.", "The analysis draws on records from the last {k} years.", "The share of renewable sources reached {p} percent.", "Unit costs fell {x} after the new line was commissioned.", "Implementation is scheduled to take {k} months.", "Further details are given in the appendix.", "Peer organizations report similar figures, with a median of {p} percent.", "The number of incidents fell from {n} to fewer than a dozen.", "We interviewed {n} people and observed {k} shifts.", "Seasonal effects explain about {p} percent of the variation.", "Two pilot sites will be opened {x} before the end of the year.", "Operating margin improved by {k} points on lower freight costs.", "No single customer accounts for more than {p} percent of sales.", "Training hours per employee rose to {k} a quarter."},
		sections: []string{"Introduction", "Background", "Scope and Method", "Findings", "Discussion", "Financial Overview", "People", "Risks and Opportunities", "Outlook", "Recommendations", "Conclusions", "Operations"}, bullets: []string{"Assign clear responsibility for each measure", "Repeat the training twice a year", "Report key figures to the board every month", "Review supplier contracts before renewal", "Replace ageing equipment in stages", "Involve residents early", "Publish the data in an open format"},
		titles: []string{"Annual Report {y}", "{s}: Status Report {y}", "Quarterly Business Report {y}", "Inspection Report: {s}", "Report on {s}", "{s} Assessment", "Market Report {y}", "Feasibility Study: {s}"}, contents: "Contents", summary: "Executive Summary", table: "Table", figure: "Figure", author: []string{"Prepared by", "Author", "By"}, date: []string{"Date", "Published", "Report date"}, columns: [4]string{"Area", "Prior year", "This year", "Change"}}
}

// fill puts numbers and names into a sentence.
func (p *prose) fill(d *draft, s, subject string) string {
	quarter := fmt.Sprint(d.between(1, 4))
	if d.loc.lang == "en" {
		quarter = one(d.dice, "first", "second", "third", "fourth")
	}
	return strings.NewReplacer("{n}", fmt.Sprint(d.between(12, 980)), "{p}", fmt.Sprintf("%d%s%d", d.between(1, 79), d.money.decimal, d.between(1, 9)), "{x}", pick(d.dice, p.regions),
		"{q}", quarter, "{k}", fmt.Sprint(d.between(2, 9)), "{s}", subject).Replace(s)
}

// paragraphOf returns n sentences. None comes again before all have been used.
func (p *prose) paragraphOf(d *draft, subject string, n int) string {
	var out []string
	for range n {
		if len(p.deck) == 0 {
			p.deck = sample(d.dice, p.sentences, len(p.sentences))
		}
		out = append(out, capital(p.fill(d, p.deck[0], subject)))
		p.deck = p.deck[1:]
	}
	return strings.Join(out, " ")
}

// figures draws a small table with comparisons that are computed, not made up.
func (p *prose) figures(d *draft, number int) {
	cols := []column{{p.columns[0], 2, 'l'}, {p.columns[1], 1.2, 'r'}, {p.columns[2], 1.2, 'r'}, {p.columns[3], 1.2, 'r'}}
	var rows [][]string
	for _, x := range sample(d.dice, p.subjects, d.between(3, 6)) {
		before, now := d.between(100, 9000), d.between(100, 9000)
		change := (now - before) * 1000 / before
		sign := "+"
		if change < 0 {
			sign, change = "-", -change
		}
		rows = append(rows, []string{capital(x), d.money.count(before * 100), d.money.count(now * 100), sign + d.money.percent(change) + " %"})
	}
	d.need(float64(len(rows)+3) * d.theme.body.leading() * 1.5)
	d.text(d.left, d.y, d.theme.small.italic(), fmt.Sprintf("%s %d: %s", p.table, number, capital(p.columns[0])))
	d.y += 8
	st := d.tableLook()
	st.body, st.head = d.theme.small, st.head.sized(d.theme.small.size)
	d.table(d.left, d.inner(), cols, rows, st)
}
