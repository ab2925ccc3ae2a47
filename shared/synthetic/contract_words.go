//nolint:misspell // the texts are in five languages
package synthetic

// clause is a section of a contract. {a} and {b} are the parties' short names, {j} the law, {t} the term, {d} a number of
// days, {m} an amount, {p} a product.
type clause struct {
	heading string
	text    []string // sub-clauses
}

// agreement is a type of contract.
type agreement struct {
	title, a, b string // a and b: what the parties are called
	purpose     string
	own         []clause // clauses of this type only
}

func agreementsOf(lang string) []agreement {
	switch lang {
	case "de":
		return germanAgreements()
	case "fr":
		return frenchAgreements()
	default:
		return englishAgreements()
	}
}

func englishAgreements() []agreement {
	secrecy := []clause{
		{"Confidential Information", []string{"\"Confidential Information\" means any information, in whatever form, that one party (the \"Disclosing Party\") makes available to the other (the \"Receiving Party\") and that is marked as confidential or would be understood to be confidential by a reasonable person, including business plans, customer lists, prices, drawings, samples, software and know-how.", "Information is not confidential if it is or becomes public without breach of this Agreement, was already known to the Receiving Party, is obtained lawfully from a third party, or is developed independently without use of the Confidential Information."}},
		{"Obligations of the Receiving Party", []string{"The Receiving Party shall keep all Confidential Information in strict confidence, shall use it for the Purpose only, and shall not disclose it to anybody except those of its employees and advisers who need to know it and are bound by duties no less strict.", "The Receiving Party shall protect the Confidential Information with at least the care that it uses for its own secrets, and not less than reasonable care.", "If disclosure is required by law or by order of a court, the Receiving Party shall, where permitted, give prompt written notice so that the Disclosing Party may seek a protective order."}},
		{"Return of Materials", []string{"Upon written request the Receiving Party shall within {d} days return or destroy all documents and copies that contain Confidential Information, and shall confirm in writing that it has done so.", "Copies kept in routine backups may be retained until they are overwritten, provided that they remain subject to this Agreement."}},
		{"No License", []string{"All Confidential Information remains the property of the Disclosing Party. Nothing in this Agreement grants any license under any patent, copyright, trade secret or trademark."}},
		{"Non-Solicitation", []string{"For one year from the date of this Agreement neither party shall, without prior written consent, hire or solicit for employment any officer or employee of the other party with whom it came into contact in the course of the discussions."}},
		{"Remedies", []string{"The parties acknowledge that a breach of this Agreement may cause harm for which money is no adequate remedy, and that the Disclosing Party shall be entitled to seek injunctive relief in addition to any other remedy at law or in equity."}},
	}
	return []agreement{
		{"NON-DISCLOSURE AGREEMENT", "Company", "Recipient", "to evaluate a possible business relationship (the \"Purpose\")", secrecy},
		{"MUTUAL CONFIDENTIALITY AGREEMENT", "First Party", "Second Party", "to explore a potential transaction of mutual interest (the \"Purpose\")", secrecy},
		{"CONFIDENTIALITY AND NON-DISCLOSURE AGREEMENT", "Discloser", "Recipient", "to consider a negotiated acquisition or financing (the \"Purpose\")", secrecy},
		{"CONSULTING AGREEMENT", "Company", "Consultant", "to engage an independent adviser", []clause{
			{"Services", []string{"The Consultant shall advise the Company on the matters described in Schedule A and shall devote to the Services the time that is reasonably needed.", "The Consultant determines the manner and place of work and shall report to the Company monthly in writing."}},
			{"Fees and Expenses", []string{"The Company shall pay the Consultant a fee of {m} per month, due within {d} days of receipt of an invoice.", "Reasonable travel expenses approved in advance shall be reimbursed against receipts."}},
			{"Independent Contractor", []string{"The Consultant is an independent contractor and not an employee, partner or agent of the Company, and has no authority to bind it.", "The Consultant is solely responsible for all taxes and insurance that fall due on the fees."}},
			{"Work Product", []string{"All reports, drawings and software made in the course of the Services are works made for hire and belong to the Company. The Consultant hereby assigns all rights in them."}}}},
		{"MASTER SERVICES AGREEMENT", "Client", "Provider", "to have certain services provided", []clause{
			{"Scope of Services", []string{"The Provider shall perform the services set out in each statement of work signed by both parties. Each statement of work forms part of this Agreement.", "Changes to the scope take effect only when agreed in a written change order that states their effect on price and schedule."}},
			{"Service Levels", []string{"The Provider shall make the services available at least 99.5 percent of the time in each calendar month, planned maintenance excluded.", "If the level is missed in two consecutive months, the Client is entitled to a credit of five percent of the monthly charge."}},
			{"Charges and Payment", []string{"The Client shall pay the charges of {m} per quarter. Invoices are payable within {d} days; overdue amounts bear interest at one percent per month.", "All charges are exclusive of sales, use and value added taxes."}}}},
		{"DISTRIBUTION AGREEMENT", "Supplier", "Distributor", "to distribute the Supplier's products", []clause{
			{"Appointment", []string{"The Supplier appoints the Distributor as its non-exclusive distributor of the Products in the Territory, and the Distributor accepts.", "The Distributor shall not actively seek customers outside the Territory, nor establish a branch or warehouse there."}},
			{"Orders and Delivery", []string{"Orders are binding once confirmed in writing. Delivery is made ex works unless the parties agree otherwise, and risk passes on handover to the carrier.", "The Distributor shall keep a stock that is sufficient for {d} days of ordinary demand."}},
			{"Minimum Purchases", []string{"In each contract year the Distributor shall purchase Products for at least {m}. If it fails to do so, the Supplier may end the appointment on sixty days' notice."}},
			{"Marketing", []string{"The Distributor shall promote the Products at its own expense and use the Supplier's trademarks only as the Supplier permits."}}}},
		{"SOFTWARE LICENSE AND HOSTING AGREEMENT", "Licensor", "Customer", "to license and host certain software", []clause{
			{"Grant of License", []string{"The Licensor grants the Customer a non-exclusive, non-transferable right to use the Software for its internal business during the term.", "The Customer shall not copy, modify, decompile or sublicense the Software except as the law expressly permits."}},
			{"Hosting and Support", []string{"The Licensor shall host the Software in a data center with suitable safeguards and shall answer support requests within eight business hours.", "Data of the Customer remain the Customer's property and shall be returned on request in a common format."}},
			{"License Fees", []string{"The annual fee is {m}, payable in advance within {d} days of the anniversary of the Effective Date."}}}},
		{"SPONSORSHIP AND PROMOTION AGREEMENT", "Sponsor", "Organizer", "to sponsor an event", []clause{
			{"Sponsorship Benefits", []string{"The Organizer shall name the Sponsor as principal sponsor in all printed and electronic materials of the event.", "The Sponsor receives twenty admission tickets and a stand of its choice."}},
			{"Sponsorship Fee", []string{"The Sponsor shall pay {m} in two equal installments, the first within {d} days of signing and the second on the first day of the event."}},
			{"Use of Marks", []string{"Each party may use the other's name and logo solely as approved in writing beforehand."}}}},
	}
}

// commonClauses returns clauses that fit every agreement.
func commonClauses(lang string) []clause {
	switch lang {
	case "de":
		return germanClauses()
	case "fr":
		return frenchClauses()
	}
	return []clause{
		{"Definitions", []string{"In this Agreement \"Affiliate\" means any entity that controls, is controlled by or is under common control with a party.", "\"Business Day\" means a day other than a Saturday, Sunday or public holiday. Headings are for convenience and do not affect interpretation."}},
		{"Representations and Warranties", []string{"Each party represents and warrants that it is duly organized and in good standing, that it has full power to enter into this Agreement, and that doing so breaches no other agreement by which it is bound.", "Except as expressly set forth herein, neither party makes any warranty, express or implied, including any warranty of merchantability or fitness for a particular purpose."}},
		{"Limitation of Liability", []string{"In no event shall either party be liable for indirect, incidental, special or consequential damages, including lost profits, even if advised of their possibility.", "The aggregate liability of either party under this Agreement shall not exceed the amounts paid or payable in the twelve months before the claim arose."}},
		{"Indemnification", []string{"The {b} shall indemnify, defend and hold harmless the {a} and its officers from all claims, losses and expenses, including reasonable attorneys' fees, that arise from its breach of this Agreement or its negligence.", "The indemnified party shall give prompt notice of any claim and reasonable help in its defense."}},
		{"Termination", []string{"Either party may terminate this Agreement for convenience on {d} days' written notice.", "Either party may terminate with immediate effect if the other commits a material breach and does not cure it within thirty days of notice, or becomes insolvent.", "Rights and duties that by their nature should survive shall survive termination."}},
		{"Force Majeure", []string{"Neither party is liable for delay or failure caused by events beyond its reasonable control, such as fire, flood, strike, war or failure of public networks, as long as the event lasts."}},
		{"Assignment", []string{"Neither party may assign this Agreement without the prior written consent of the other, which shall not be unreasonably withheld. This Agreement binds the parties' successors and permitted assigns."}},
		{"Notices", []string{"Notices must be in writing and delivered by hand, by courier or by registered mail to the addresses stated above. They take effect on receipt."}},
		{"Entire Agreement", []string{"This Agreement is the entire understanding of the parties about its subject and supersedes all earlier proposals and agreements, oral or written.", "It may be amended only by a document signed by both parties."}},
		{"Severability", []string{"If any provision is held invalid or unenforceable, the remaining provisions stay in force, and the parties shall replace the invalid provision by a valid one that comes closest to its purpose."}},
		{"Waiver", []string{"No failure or delay in exercising a right operates as a waiver of it. A waiver is effective only if given in writing."}},
		{"Counterparts", []string{"This Agreement may be signed in counterparts, each of which is an original and all of which together are one instrument. Signatures sent electronically are as good as originals."}},
		{"Insurance", []string{"The {b} shall maintain commercial general liability insurance of at least {m} per occurrence and shall furnish certificates on request."}},
		{"Compliance with Laws", []string{"Each party shall comply with all laws that apply to its performance, including those on export control, data protection and the prevention of bribery."}},
		{"Dispute Resolution", []string{"The parties shall first try to settle any dispute by negotiation between senior executives. If it is not settled within {d} days, either party may bring it before the competent courts."}},
		{"Audit", []string{"On ten Business Days' notice the {a} may inspect, during normal business hours and not more than once a year, the records that relate to this Agreement."}},
		{"Publicity", []string{"Neither party shall issue a press release about this Agreement or name the other as a reference without prior written approval."}},
		{"Relationship of the Parties", []string{"Nothing in this Agreement makes the parties partners, joint venturers or agents of each other."}},
		{"Data Protection", []string{"Where the {b} processes personal data on behalf of the {a}, it shall do so only on documented instructions and shall apply suitable technical and organizational measures.", "It shall report any breach of security without undue delay and at the latest within two Business Days."}},
	}
}

func germanAgreements() []agreement {
	return []agreement{
		{"GEHEIMHALTUNGSVEREINBARUNG", "Offenlegende", "Empfängerin", "um eine mögliche Zusammenarbeit zu prüfen (\"Zweck\")", []clause{
			{"Vertrauliche Informationen", []string{"Vertrauliche Informationen sind alle kaufmännischen und technischen Angaben, die eine Partei der anderen mündlich, schriftlich oder in anderer Form zugänglich macht, insbesondere Zeichnungen, Muster, Preise, Kundenlisten und Verfahren.", "Nicht vertraulich sind Informationen, die offenkundig sind, der empfangenden Partei bereits bekannt waren oder von ihr unabhängig entwickelt wurden."}},
			{"Pflichten der empfangenden Partei", []string{"Die empfangende Partei hält die Informationen geheim, verwendet sie ausschließlich für den Zweck und macht sie nur solchen Mitarbeitern zugänglich, die sie hierfür kennen müssen.", "Gesetzliche Offenlegungspflichten bleiben unberührt; die andere Partei ist vorab zu unterrichten."}},
			{"Rückgabe", []string{"Auf Verlangen sind alle Unterlagen innerhalb von {d} Tagen zurückzugeben oder zu vernichten. Die Vernichtung ist schriftlich zu bestätigen."}},
			{"Vertragsstrafe", []string{"Für jeden schuldhaften Verstoß zahlt die verletzende Partei eine Vertragsstrafe von {m}. Weitergehender Schadensersatz bleibt vorbehalten."}}}},
		{"DIENSTLEISTUNGSVERTRAG", "Auftraggeberin", "Auftragnehmerin", "um bestimmte Dienstleistungen erbringen zu lassen", []clause{
			{"Leistungen", []string{"Die Auftragnehmerin erbringt die in Anlage 1 beschriebenen Leistungen nach dem Stand der Technik und mit fachkundigem Personal.", "Änderungen des Leistungsumfangs bedürfen einer schriftlichen Vereinbarung."}},
			{"Vergütung", []string{"Die Vergütung beträgt {m} im Monat zuzüglich der gesetzlichen Umsatzsteuer und ist innerhalb von {d} Tagen nach Rechnungseingang zu zahlen.", "Reisekosten werden nach Aufwand erstattet, soweit sie vorher genehmigt wurden."}},
			{"Mitwirkung", []string{"Die Auftraggeberin stellt alle erforderlichen Unterlagen und Zugänge rechtzeitig bereit und benennt eine verantwortliche Person."}}}},
		{"MIETVERTRAG ÜBER GEWERBERÄUME", "Vermieterin", "Mieterin", "um Räume zum Betrieb eines Büros zu überlassen", []clause{
			{"Mietgegenstand", []string{"Vermietet werden die im Lageplan gekennzeichneten Räume samt zwei Stellplätzen. Die Räume werden in dem Zustand übergeben, in dem sie sich befinden."}},
			{"Miete und Nebenkosten", []string{"Die Miete beträgt {m} im Monat zuzüglich Nebenkosten und ist bis zum dritten Werktag eines Monats im Voraus zu zahlen.", "Über die Nebenkosten wird jährlich abgerechnet."}},
			{"Kaution", []string{"Die Mieterin leistet eine Sicherheit in Höhe von drei Monatsmieten."}}}},
		{"KAUFVERTRAG", "Verkäuferin", "Käuferin", "um Maschinen und Anlagen zu erwerben", []clause{
			{"Kaufgegenstand", []string{"Gegenstand des Vertrags sind die in der Anlage aufgeführten Maschinen einschließlich Zubehör und Dokumentation."}},
			{"Kaufpreis", []string{"Der Kaufpreis beträgt {m}. Er ist innerhalb von {d} Tagen nach Lieferung ohne Abzug fällig."}},
			{"Gewährleistung", []string{"Die Käuferin untersucht die Ware unverzüglich. Ansprüche wegen Mängeln verjähren in einem Jahr ab Gefahrübergang."}}}},
	}
}

func germanClauses() []clause {
	return []clause{
		{"Haftung", []string{"Die Parteien haften unbeschränkt bei Vorsatz und grober Fahrlässigkeit sowie bei Verletzung von Leben, Körper und Gesundheit.", "Bei leichter Fahrlässigkeit haften sie nur für die Verletzung wesentlicher Vertragspflichten und begrenzt auf den vorhersehbaren Schaden."}},
		{"Kündigung", []string{"Jede Partei kann den Vertrag mit einer Frist von {d} Tagen zum Monatsende kündigen.", "Das Recht zur Kündigung aus wichtigem Grund bleibt unberührt. Die Kündigung bedarf der Schriftform."}},
		{"Höhere Gewalt", []string{"Ereignisse höherer Gewalt befreien die betroffene Partei für ihre Dauer von der Leistungspflicht. Die andere Partei ist unverzüglich zu benachrichtigen."}},
		{"Abtretung", []string{"Rechte und Pflichten aus diesem Vertrag dürfen nur mit vorheriger schriftlicher Zustimmung der anderen Partei übertragen werden."}},
		{"Datenschutz", []string{"Die Parteien beachten die geltenden Vorschriften zum Schutz personenbezogener Daten und verpflichten ihre Mitarbeiter entsprechend.", "Soweit Daten im Auftrag verarbeitet werden, schließen die Parteien eine gesonderte Vereinbarung."}},
		{"Schriftform", []string{"Mündliche Nebenabreden bestehen nicht. Änderungen und Ergänzungen dieses Vertrags bedürfen der Schriftform; das gilt auch für die Aufhebung dieser Klausel."}},
		{"Salvatorische Klausel", []string{"Sollte eine Bestimmung unwirksam sein, so bleibt die Wirksamkeit der übrigen unberührt. Die Parteien ersetzen die unwirksame Bestimmung durch eine wirksame, die dem gewollten Zweck am nächsten kommt."}},
		{"Mitteilungen", []string{"Mitteilungen sind schriftlich an die eingangs genannten Anschriften zu richten. Änderungen der Anschrift sind unverzüglich anzuzeigen."}},
		{"Versicherung", []string{"Die {b} unterhält eine Haftpflichtversicherung mit einer Deckung von mindestens {m} je Schadensfall und weist sie auf Verlangen nach."}},
		{"Aufrechnung", []string{"Gegen Forderungen der anderen Partei kann nur mit unbestrittenen oder rechtskräftig festgestellten Ansprüchen aufgerechnet werden."}},
		{"Nutzungsrechte", []string{"An den Arbeitsergebnissen erhält die {a} ein einfaches, zeitlich unbeschränktes Nutzungsrecht, sobald die Vergütung vollständig gezahlt ist."}},
		{"Abnahme", []string{"Die {a} prüft das Ergebnis innerhalb von {d} Tagen und erklärt die Abnahme in Textform. Wesentliche Mängel sind im Protokoll festzuhalten."}},
	}
}

func frenchAgreements() []agreement {
	return []agreement{
		{"ACCORD DE CONFIDENTIALITÉ", "Société", "Partenaire", "afin d'étudier une éventuelle collaboration", []clause{
			{"Informations confidentielles", []string{"Sont confidentielles toutes les informations techniques, commerciales ou financières communiquées par une partie à l'autre, quel qu'en soit le support.", "Ne sont pas confidentielles les informations tombées dans le domaine public ou déjà connues de la partie qui les reçoit."}},
			{"Engagements", []string{"La partie qui reçoit les informations s'engage à les garder secrètes, à ne les utiliser que pour l'objet prévu et à ne les révéler qu'aux collaborateurs qui doivent en avoir connaissance."}},
			{"Restitution", []string{"À première demande, tous les documents et leurs copies sont restitués ou détruits sous {d} jours."}}}},
		{"CONTRAT DE PRESTATION DE SERVICES", "Cliente", "Prestataire", "afin de confier certaines prestations à un tiers", []clause{
			{"Objet du contrat", []string{"La Prestataire réalise pour la Cliente les prestations décrites en annexe, selon les règles de l'art et dans les délais convenus."}},
			{"Prix et paiement", []string{"Le prix est fixé à {m} hors taxes par mois, payable à {d} jours à compter de la réception de la facture.", "Tout retard entraîne l'application de pénalités au taux légal majoré."}},
			{"Obligations de la Cliente", []string{"La Cliente fournit en temps utile les informations et accès nécessaires à la bonne exécution du contrat."}}}},
		{"CONTRAT DE BAIL COMMERCIAL", "Bailleresse", "Locataire", "afin de louer des locaux à usage de bureau", []clause{
			{"Désignation des locaux", []string{"Les locaux loués comprennent un bureau au premier étage, une réserve et deux places de stationnement."}},
			{"Loyer", []string{"Le loyer est de {m} par mois, payable d'avance le premier de chaque mois.", "Un dépôt de garantie égal à trois mois de loyer est versé à la signature."}}}},
	}
}

func frenchClauses() []clause {
	return []clause{
		{"Responsabilité", []string{"Chaque partie répond des dommages directs causés par sa faute. Les dommages indirects, notamment la perte de chiffre d'affaires, sont exclus."}},
		{"Résiliation", []string{"Chaque partie peut résilier le contrat moyennant un préavis écrit de {d} jours.", "En cas de manquement grave non réparé dans les trente jours d'une mise en demeure, le contrat peut être résilié de plein droit."}},
		{"Force majeure", []string{"Aucune partie n'est responsable d'un retard dû à un événement imprévisible et irrésistible. L'autre partie en est informée sans délai."}},
		{"Cession", []string{"Le contrat ne peut être cédé sans l'accord préalable et écrit de l'autre partie."}},
		{"Données personnelles", []string{"Les parties respectent la réglementation applicable à la protection des données et prennent les mesures de sécurité appropriées."}},
		{"Intégralité", []string{"Le présent contrat exprime l'intégralité de l'accord des parties. Toute modification fait l'objet d'un avenant signé."}},
		{"Nullité partielle", []string{"Si une clause est jugée nulle, les autres conservent leur pleine valeur."}},
		{"Notifications", []string{"Les notifications sont adressées par lettre recommandée aux adresses indiquées en tête du contrat."}},
		{"Assurance", []string{"La {b} déclare être assurée pour sa responsabilité civile à hauteur de {m} au moins par sinistre."}},
		{"Propriété intellectuelle", []string{"Les droits sur les résultats sont transférés à la {a} après paiement complet du prix."}},
	}
}
