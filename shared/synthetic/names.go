package synthetic

// lexicon is what names and addresses of a language are made of.
type lexicon struct {
	female, male, family []string
	streets, cities      []string
	stems, trades, forms []string // company names
}

// lexiconOf returns the language's lexicon. All names are common words; their combinations are made up.
func lexiconOf(lang string) *lexicon {
	switch lang {
	case "de":
		return &lexicon{
			female:  []string{"Anna", "Birgit", "Claudia", "Dörte", "Elena", "Franziska", "Gisela", "Heike", "Ines", "Jana", "Katrin", "Lena", "Mareike", "Nadine", "Petra", "Sabine", "Ulrike", "Aylin", "Wiebke", "Käthe"},
			male:    []string{"Andreas", "Bernd", "Christoph", "Dirk", "Erik", "Florian", "Günter", "Holger", "Jörg", "Karsten", "Lukas", "Matthias", "Norbert", "Olaf", "Rüdiger", "Stefan", "Thorsten", "Uwe", "Volker", "Emre"},
			family:  []string{"Albrecht", "Bäcker", "Brandt", "Dietrich", "Engel", "Förster", "Graf", "Großmann", "Hübner", "Jahn", "Kessler", "Köhler", "Lindner", "Möller", "Neumann", "Pohl", "Reuter", "Schäfer", "Schröder", "Seidel", "Vogt", "Weiß", "Winkler", "Yildiz", "Zimmer"},
			streets: []string{"Hauptstraße", "Bahnhofstraße", "Gartenweg", "Lindenallee", "Schulstraße", "Am Mühlenbach", "Industriestraße", "Rosenweg", "Marktplatz", "Goethestraße", "Bergstraße", "Hafenstraße", "Im Gewerbepark", "Talstraße", "Wiesengrund", "An der Alten Mühle"},
			cities:  []string{"Berlin", "Hamburg", "München", "Köln", "Stuttgart", "Düsseldorf", "Leipzig", "Bremen", "Nürnberg", "Dresden", "Hannover", "Münster", "Freiburg", "Würzburg", "Rostock", "Göttingen", "Lübeck", "Saarbrücken"},
			stems:   []string{"Nordlicht", "Hansen & Söhne", "Bergmann", "Elbtal", "Rheinwerk", "Alpina", "Silberbach", "Grünfeld", "Kronos", "Westhafen", "Müller & Co.", "Adler", "Feinkost Lange", "Sonnenhof", "Teutonia", "Brückner", "Eichental", "Küstenwind", "Lohmann", "Stein & Partner"},
			trades:  []string{"Maschinenbau", "Elektrotechnik", "Bürobedarf", "Logistik", "Bau", "Consulting", "Möbelhaus", "Druckerei", "Handels", "Medizintechnik", "Software", "Gebäudereinigung", "Sanitär", "Werkzeuge", "Lebensmittel", "Gartenbau", ""},
			forms:   []string{"GmbH", "GmbH", "AG", "GmbH & Co. KG", "e.K.", "KG", "OHG", "UG"},
		}
	case "fr":
		return &lexicon{
			female:  []string{"Amélie", "Béatrice", "Camille", "Delphine", "Élodie", "Françoise", "Hélène", "Inès", "Juliette", "Laure", "Manon", "Nathalie", "Océane", "Pauline", "Sylvie", "Valérie", "Zoé", "Fatima"},
			male:    []string{"Antoine", "Benoît", "Cédric", "Damien", "Étienne", "François", "Gérard", "Hugo", "Jérôme", "Laurent", "Mathieu", "Nicolas", "Olivier", "Pascal", "Rémi", "Sébastien", "Thierry", "Karim"},
			family:  []string{"Aubert", "Blanchard", "Chevalier", "Delacroix", "Dubois", "Fontaine", "Gauthier", "Guérin", "Lacombe", "Lefèvre", "Marchand", "Mercier", "Noël", "Perrin", "Renaud", "Rousseau", "Tessier", "Vasseur", "Benali", "Haddad"},
			streets: []string{"rue de la République", "avenue Jean Jaurès", "boulevard Voltaire", "rue des Lilas", "place du Marché", "rue du Moulin", "chemin des Vignes", "avenue de la Gare", "rue Pasteur", "quai de la Loire", "impasse des Acacias", "rue de l'Église", "allée des Tilleuls"},
			cities:  []string{"Paris", "Lyon", "Bordeaux", "Nantes", "Toulouse", "Lille", "Rennes", "Dijon", "Grenoble", "Angers", "Orléans", "Besançon", "Nîmes", "Saint-Étienne"},
			stems:   []string{"Atelier Moreau", "Beaumont", "Clairval", "Delmas & Fils", "Horizon", "Lumière", "Maison Garnier", "Novalis", "Océane", "Prestal", "Roussillon", "Soleil", "Techniva", "Valmont", "Vigneron", "Papeterie du Centre"},
			trades:  []string{"Services", "Industrie", "Conseil", "Transports", "Informatique", "Bâtiment", "Distribution", "Énergie", "Imprimerie", "Équipements", "Alimentation", ""},
			forms:   []string{"SARL", "SAS", "SA", "SARL", "SASU", "EURL"},
		}
	case "es":
		return &lexicon{
			female:  []string{"Ana", "Beatriz", "Carmen", "Dolores", "Elena", "Inés", "Julia", "Lucía", "María", "Marta", "Nuria", "Pilar", "Raquel", "Rocío", "Sofía", "Verónica"},
			male:    []string{"Alejandro", "Álvaro", "Carlos", "Diego", "Enrique", "Fernando", "Héctor", "Iván", "Javier", "José", "Luis", "Martín", "Óscar", "Pablo", "Raúl", "Sergio"},
			family:  []string{"Álvarez", "Benítez", "Castro", "Delgado", "Domínguez", "Fernández", "Gil", "Herrera", "Iglesias", "Jiménez", "López", "Muñoz", "Navarro", "Núñez", "Ortega", "Peña", "Ramírez", "Sánchez", "Torres", "Vázquez"},
			streets: []string{"Calle Mayor", "Avenida de la Constitución", "Calle del Carmen", "Paseo de la Castaña", "Plaza de España", "Calle Real", "Ronda Norte", "Camino Viejo", "Calle Cervantes", "Avenida del Mar", "Polígono Industrial Sur, nave"},
			cities:  []string{"Madrid", "Barcelona", "Sevilla", "Valencia", "Zaragoza", "Málaga", "Bilbao", "Murcia", "Valladolid", "Córdoba", "A Coruña", "León", "Cádiz"},
			stems:   []string{"Almazara", "Construcciones Ibero", "Delta", "El Roble", "Ferretería Central", "Grupo Levante", "Hermanos Soler", "Iberlux", "Mediterránea", "Nova", "Olivar", "Peñalta", "Riojana", "Talleres Vega", "Viñedos del Sur"},
			trades:  []string{"Servicios", "Suministros", "Logística", "Asesores", "Informática", "Ingeniería", "Distribuciones", "Instalaciones", "Alimentación", "Gráficas", ""},
			forms:   []string{"S.L.", "S.A.", "S.L.", "S.L.U.", "S. Coop."},
		}
	case "nl":
		return &lexicon{
			female:  []string{"Anouk", "Bianca", "Carla", "Daniëlle", "Eva", "Femke", "Ingrid", "Joke", "Lotte", "Marijke", "Noor", "Petra", "Roos", "Sanne", "Tineke", "Willemijn"},
			male:    []string{"Arjan", "Bas", "Cornelis", "Daan", "Erik", "Gerrit", "Hendrik", "Jeroen", "Kees", "Lars", "Maarten", "Pieter", "Ruben", "Sjoerd", "Thijs", "Wouter"},
			family:  []string{"Bakker", "Bos", "de Boer", "de Vries", "Dekker", "Hendriks", "Jansen", "Kuiper", "Mulder", "Peters", "Postma", "Smit", "van den Berg", "van der Meer", "van Dijk", "Verhoeven", "Visser", "Willems", "Zijlstra"},
			streets: []string{"Kerkstraat", "Dorpsstraat", "Stationsweg", "Molenlaan", "Prinsengracht", "Industrieweg", "Beatrixlaan", "Havenkade", "Lindenlaan", "Marktplein", "Oude Dijk", "Zandpad", "Wilgenhof"},
			cities:  []string{"Amsterdam", "Utrecht", "Rotterdam", "Eindhoven", "Groningen", "Arnhem", "Zwolle", "Breda", "Haarlem", "Leeuwarden", "Nijmegen", "Delft", "Middelburg"},
			stems:   []string{"Van Leeuwen", "De Gouden Leeuw", "Noordzee", "Polderland", "Waterman", "Tulp & Zonen", "Oranje", "Hofstra", "Bakkerij Blom", "Maasland", "Veluwe", "Zuiderkruis", "Molenaar", "Westland"},
			trades:  []string{"Techniek", "Transport", "Advies", "Bouw", "Groothandel", "Installaties", "Kantoorartikelen", "Software", "Voeding", "Drukwerk", ""},
			forms:   []string{"B.V.", "B.V.", "N.V.", "V.O.F.", "B.V."},
		}
	default:
		return &lexicon{
			female:  []string{"Alice", "Amanda", "Barbara", "Carol", "Denise", "Emily", "Grace", "Hannah", "Isabel", "Joan", "Kimberly", "Laura", "Megan", "Nicole", "Olivia", "Priya", "Rachel", "Sandra", "Tessa", "Wendy", "Mei"},
			male:    []string{"Aaron", "Brian", "Charles", "Daniel", "Edward", "Frank", "George", "Henry", "Isaac", "James", "Kevin", "Liam", "Marcus", "Nathan", "Oscar", "Patrick", "Rajesh", "Samuel", "Thomas", "Victor", "Wei"},
			family:  []string{"Abbott", "Barlow", "Bennett", "Carver", "Chen", "Dawson", "Ellison", "Fletcher", "Garcia", "Hargrove", "Hughes", "Jensen", "Kowalski", "Lambert", "Mason", "Nguyen", "O'Brien", "Patel", "Quinn", "Ramsey", "Sinclair", "Thornton", "Underwood", "Vaughn", "Whitaker", "Young"},
			streets: []string{"Main Street", "Oak Avenue", "Church Road", "Maple Drive", "Harbour View", "Mill Lane", "Park Avenue", "Station Road", "Elm Street", "High Street", "Industrial Parkway", "Victoria Road", "Cedar Court", "Lakeside Blvd", "King Street", "Commerce Way", "Fifth Avenue"},
			cities:  []string{"Springfield", "Riverton", "Ashford", "Brookhaven", "Clayton", "Fairview", "Greenville", "Kingston", "Lakewood", "Milford", "Newbridge", "Oakdale", "Portland", "Richmond", "Salem", "Wexford", "Bristol", "Leeds"},
			stems:   []string{"Blue Heron", "Northgate", "Summit", "Cedar Ridge", "Ironwood", "Redfern", "Harper & Sons", "Pinnacle", "Atlas", "Silverline", "Bright Harbor", "Old Mill", "Granite Peak", "Evergreen", "Crescent", "Falcon", "Meridian", "Stonebridge", "Lakeshore", "Quantum", "Hawthorne", "Beacon"},
			trades:  []string{"Industries", "Supply", "Logistics", "Consulting", "Office Products", "Technologies", "Electric", "Foods", "Construction", "Printing", "Medical", "Media", "Partners", "Systems", "Trading", "Hardware", "Energy", ""},
			forms:   []string{"Inc.", "LLC", "Ltd", "Corp.", "Co.", "Limited", "LLP"},
		}
	}
}
