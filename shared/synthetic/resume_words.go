//nolint:misspell // the texts are in five languages
package synthetic

// career is a line of work, for résumés.
type career struct {
	roles   []string // from junior to senior
	degrees []string
	skills  []string
	duties  []string // {n} is a number
	summary []string
}

// resumeWords are a résumé's headings and fixed texts.
type resumeWords struct {
	title, summary, experience, education, skills, languages, interests, references, projects, awards, contact string
	present, born, nationality                                                                                 string
	tongues, hobbies, schools, institutes, prizes, works                                                       []string
	careers                                                                                                    []career
}

func resumeWordsOf(lang string) *resumeWords {
	if lang == "de" {
		return germanResume()
	}
	if lang == "fr" {
		return frenchResume()
	}
	return &resumeWords{
		title: "Curriculum Vitae", summary: "Summary|Profile|Professional Summary|About Me|Objective", experience: "Experience|Work Experience|Professional Experience|Employment History|Work History", education: "Education|Education and Training|Academic Background",
		skills: "Skills|Technical Skills|Core Competencies|Areas of Expertise|Key Skills", languages: "Languages", interests: "Interests|Hobbies|Activities", references: "References available upon request.", projects: "Projects|Selected Projects|Personal Projects|Publications", awards: "Awards|Honors and Awards|Certifications|Achievements", contact: "Contact",
		present: "Present|present|Current|now", born: "Date of birth", nationality: "Nationality",
		tongues: []string{"English (native)", "Spanish (fluent)", "French (B2)", "German (conversational)", "Mandarin (native)", "Hindi (native)", "Portuguese (basic)", "Italian (C1)"},
		hobbies: []string{"Hiking", "Chess", "Photography", "Open-source software", "Long-distance running", "Baking bread", "Piano", "Volunteering at the food bank", "Gardening", "Climbing", "Board games"},
		schools: []string{"University of Fairview", "Riverton State University", "Lakewood College", "Institute of Technology, Kingston", "Brookhaven Community College", "University of Greenville", "Royal College of Milford"}, institutes: []string{"High School Diploma, Salem", "Coursework in statistics", "GPA: 3.8/4.0", "Graduated with honors", "Dean's List, four semesters", "Thesis on routing in sparse networks"},
		prizes: []string{"Employee of the Year, {y}", "First place, regional hackathon {y}", "Certified Project Manager, {y}", "Best paper award, {y}", "Scholarship for outstanding students, {y}", "First Aid certificate, {y}", "Cloud Practitioner certificate, {y}"},
		works:  []string{"Built a mobile app that tracks household energy; {n}00 downloads in the first month", "Wrote a compiler for a small teaching language", "Organized a charity concert for {n}0 guests", "Maintainer of a library for time-series charts", "Restored a 1962 sailing boat with two friends", "Analyzed {n} years of weather records for a local paper"},
		careers: []career{
			{[]string{"Junior Developer", "Software Engineer", "Backend Developer", "Senior Software Engineer", "Full Stack Engineer", "Engineering Manager"}, []string{"B.Sc. in Computer Science", "M.Sc. in Software Engineering", "Bachelor of Science, Information Systems"}, []string{"Go", "Python", "JavaScript", "TypeScript", "React", "SQL", "PostgreSQL", "Docker", "Kubernetes", "Linux", "Git", "CI/CD", "AWS", "C++", "Java", "HTML/CSS", "REST APIs", "Node.js"},
				[]string{"Designed and built a billing service that handles {n} million requests a day", "Reduced page load times by {n} percent", "Mentored {n} junior developers and led code reviews", "Moved a legacy system to containers without downtime", "Wrote automated tests that cover {n} percent of the code base", "Introduced continuous delivery and cut release time from weeks to hours", "Worked with product managers to ship {n} features per quarter"},
				[]string{"Software engineer with {n} years of experience in building reliable web services.", "Curious developer who likes clean code, short feedback loops and friendly teams."}},
			{[]string{"Staff Nurse", "Registered Nurse", "Charge Nurse", "Head Nurse"}, []string{"B.Sc. in Nursing", "Associate Degree in Nursing"}, []string{"Patient care", "Triage", "Wound care", "Electronic health records", "IV therapy", "CPR", "Medication administration", "Team leadership"},
				[]string{"Cared for up to {n} patients per shift on a surgical ward", "Trained {n} new nurses in ward procedures", "Introduced a checklist that reduced medication errors by {n} percent", "Coordinated discharge planning with physicians and families"}, []string{"Compassionate registered nurse with {n} years in acute care.", "Reliable nurse who stays calm in an emergency."}},
			{[]string{"Sales Associate", "Account Executive", "Sales Manager", "Regional Sales Director"}, []string{"B.A. in Business Administration", "MBA, Marketing"}, []string{"Negotiation", "CRM", "Forecasting", "Key account management", "Presentation", "Lead generation", "Excel", "Public speaking"},
				[]string{"Exceeded annual targets by {n} percent", "Opened {n} new accounts in the first year", "Managed a team of {n} representatives", "Negotiated framework contracts with national retailers", "Organized trade fairs and customer events"}, []string{"Results-driven sales professional with {n} years in consumer goods."}},
			{[]string{"Research Assistant", "Data Analyst", "Data Scientist", "Postdoctoral Researcher"}, []string{"Ph.D. in Physics", "M.Sc. in Statistics", "B.Sc. in Mathematics"}, []string{"R", "Python", "Statistics", "Machine learning", "Data visualization", "LaTeX", "SQL", "Experimental design", "Scientific writing", "MATLAB"},
				[]string{"Analyzed survey data from {n} thousand respondents", "Published {n} papers in peer-reviewed journals", "Built a model that predicts demand with an error below {n} percent", "Taught an undergraduate course in statistics", "Presented results at {n} international conferences"}, []string{"Quantitative researcher who enjoys turning messy data into clear answers."}},
			{[]string{"Kitchen Hand", "Line Cook", "Sous Chef", "Head Chef"}, []string{"Culinary Arts Diploma", "Certificate in Food Safety"}, []string{"Menu planning", "Food safety", "Cost control", "Pastry", "Team training", "Inventory", "Allergen management"},
				[]string{"Ran a kitchen that serves {n}0 covers a night", "Cut food waste by {n} percent", "Hired and trained {n} cooks", "Developed seasonal menus with local producers"}, []string{"Creative chef with {n} years in busy kitchens."}},
			{[]string{"Accounts Clerk", "Accountant", "Financial Analyst", "Controller"}, []string{"B.Sc. in Accounting", "Certified Public Accountant"}, []string{"Month-end closing", "Budgeting", "Excel", "Payroll", "Auditing", "Tax returns", "ERP systems", "Reconciliation"},
				[]string{"Prepared monthly statements for {n} entities", "Shortened the closing process by {n} days", "Led the annual audit and resolved all findings", "Automated reconciliations with spreadsheets"}, []string{"Detail-minded accountant with {n} years of experience."}},
			{[]string{"Graphic Designer", "UX Designer", "Art Director", "Teacher", "Lecturer"}, []string{"B.A. in Design", "M.A. in Education", "Bachelor of Fine Arts"}, []string{"Typography", "Illustration", "Prototyping", "User research", "Branding", "Lesson planning", "Photography", "Video editing"},
				[]string{"Redesigned the web shop, which lifted sales by {n} percent", "Ran usability tests with {n} participants", "Taught classes of up to {n} students", "Created the brand identity for {n} start-ups", "Supervised interns and freelancers"}, []string{"Versatile designer with an eye for detail.", "Patient teacher who makes difficult things simple."}},
		},
	}
}

func germanResume() *resumeWords {
	return &resumeWords{
		title: "Lebenslauf", summary: "Profil|Kurzprofil|Über mich", experience: "Berufserfahrung|Beruflicher Werdegang|Berufliche Stationen", education: "Ausbildung|Studium und Ausbildung|Bildungsweg", skills: "Kenntnisse|Fähigkeiten|EDV-Kenntnisse", languages: "Sprachen", interests: "Interessen|Hobbys", references: "Referenzen auf Anfrage.", projects: "Projekte", awards: "Weiterbildung|Auszeichnungen", contact: "Kontakt", present: "heute|aktuell", born: "Geburtsdatum", nationality: "Staatsangehörigkeit",
		tongues: []string{"Deutsch (Muttersprache)", "Englisch (fließend)", "Französisch (gut)", "Spanisch (Grundkenntnisse)", "Türkisch (Muttersprache)", "Polnisch (B1)"}, hobbies: []string{"Wandern", "Schach", "Fotografie", "Chorgesang", "Ehrenamt im Tierheim", "Radfahren", "Kochen", "Handball"},
		schools: []string{"Universität Leipzig", "Technische Hochschule Köln", "Fachhochschule Münster", "Universität Freiburg", "Berufsschule Rostock", "Hochschule Bremen"}, institutes: []string{"Abschlussnote: 1,7", "Allgemeine Hochschulreife", "Abschlussarbeit über Lagerlogistik", "Schwerpunkt Controlling"},
		prizes: []string{"Ausbildereignungsprüfung, {y}", "Lehrgang Projektmanagement, {y}", "Ersthelferkurs, {y}", "Staplerschein, {y}", "Sprachkurs Englisch C1, {y}"}, works: []string{"Umbau des Vereinsheims mit {n} Freiwilligen", "Webauftritt für einen Sportverein", "Einführung eines Ablagesystems für {n} Abteilungen"},
		careers: []career{
			{[]string{"Softwareentwickler", "Anwendungsentwicklerin", "IT-Systemadministrator", "Teamleiter Entwicklung"}, []string{"B.Sc. Informatik", "Fachinformatiker für Anwendungsentwicklung", "M.Sc. Wirtschaftsinformatik"}, []string{"Java", "Python", "SQL", "Linux", "Docker", "Git", "Netzwerktechnik", "Scrum", "C#"}, []string{"Entwicklung einer Webanwendung für {n} Kunden", "Betreuung von {n} Servern", "Einführung automatischer Tests", "Einarbeitung neuer Kolleginnen und Kollegen", "Ablösung eines Altsystems im laufenden Betrieb"}, []string{"Entwickler mit {n} Jahren Berufserfahrung und Freude an sauberen Lösungen."}},
			{[]string{"Industriekauffrau", "Sachbearbeiter Einkauf", "Vertriebsleiterin", "Bürokaufmann"}, []string{"Ausbildung zum Industriekaufmann", "Betriebswirt (IHK)", "B.A. Betriebswirtschaft"}, []string{"Angebotswesen", "Verhandlung", "Buchhaltung", "Tabellenkalkulation", "Warenwirtschaft", "Kundenbetreuung"}, []string{"Betreuung von {n} Lieferanten im In- und Ausland", "Senkung der Einkaufskosten um {n} Prozent", "Leitung eines Teams von {n} Personen", "Vorbereitung der Monatsabschlüsse"}, []string{"Zuverlässige Kauffrau mit Organisationstalent.", "Kaufmann mit {n} Jahren Erfahrung im Mittelstand."}},
			{[]string{"Pflegefachkraft", "Stationsleitung", "Erzieherin", "Mechatroniker", "Elektroniker"}, []string{"Staatlich geprüfte Pflegefachkraft", "Ausbildung zum Mechatroniker", "Staatlich anerkannte Erzieherin"}, []string{"Teamarbeit", "Dokumentation", "Wartung", "Arbeitssicherheit", "Schichtdienst", "Führerschein Klasse B"}, []string{"Versorgung von {n} Patienten je Schicht", "Wartung und Reparatur von {n} Anlagen", "Anleitung von Auszubildenden", "Verantwortung für das Qualitätshandbuch"}, []string{"Engagierte Fachkraft, belastbar und freundlich."}},
		},
	}
}

func frenchResume() *resumeWords {
	return &resumeWords{
		title: "Curriculum vitae", summary: "Profil|À propos", experience: "Expérience professionnelle|Parcours professionnel", education: "Formation|Diplômes", skills: "Compétences|Savoir-faire", languages: "Langues", interests: "Centres d'intérêt|Loisirs", references: "Références sur demande.", projects: "Projets", awards: "Certifications|Distinctions", contact: "Coordonnées", present: "aujourd'hui|présent", born: "Date de naissance", nationality: "Nationalité",
		tongues: []string{"Français (langue maternelle)", "Anglais (courant)", "Espagnol (intermédiaire)", "Allemand (notions)", "Arabe (langue maternelle)"}, hobbies: []string{"Randonnée", "Lecture", "Théâtre", "Natation", "Bénévolat", "Cuisine", "Guitare"},
		schools: []string{"Université de Nantes", "IUT de Rennes", "École de commerce de Lille", "Lycée technique de Dijon", "Université de Bordeaux"}, institutes: []string{"Mention bien", "Stage de six mois en entreprise", "Mémoire sur la logistique urbaine"},
		prizes: []string{"Certificat de gestion de projet, {y}", "Permis B, {y}", "Formation aux premiers secours, {y}"}, works: []string{"Création d'un site pour une association de {n} adhérents", "Organisation d'un tournoi de {n} équipes"},
		careers: []career{
			{[]string{"Développeur web", "Ingénieure logiciel", "Chef de projet informatique"}, []string{"Master en informatique", "Licence professionnelle développement web", "DUT informatique"}, []string{"Java", "Python", "SQL", "PHP", "Linux", "Méthodes agiles", "Git"}, []string{"Développement d'une application utilisée par {n} clients", "Encadrement de {n} développeurs", "Mise en place des tests automatisés", "Maintenance du parc de {n} serveurs"}, []string{"Développeur rigoureux, {n} ans d'expérience."}},
			{[]string{"Assistante commerciale", "Comptable", "Responsable de magasin", "Chargé de clientèle"}, []string{"BTS comptabilité et gestion", "Licence de gestion", "Master en commerce"}, []string{"Gestion des stocks", "Facturation", "Négociation", "Tableur", "Relation client", "Paie"}, []string{"Suivi d'un portefeuille de {n} clients", "Hausse du chiffre d'affaires de {n} %", "Encadrement d'une équipe de {n} personnes", "Préparation des bilans annuels"}, []string{"Professionnelle organisée et souriante.", "Commercial motivé, {n} ans d'expérience."}},
		},
	}
}
