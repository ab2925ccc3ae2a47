package synthetic

// product is something that is sold. Prices are in cents.
type product struct {
	name      string
	unit      int // index into unitNames
	low, high cents
}

const (
	piece = iota
	hour
	box
	kilo
	month
	metre
)

func unitNames(lang string) []string {
	switch lang {
	case "de":
		return []string{"Stk", "Std", "Pkg", "kg", "Monat", "m"}
	case "fr":
		return []string{"pce", "h", "boîte", "kg", "mois", "m"}
	case "es":
		return []string{"ud", "h", "caja", "kg", "mes", "m"}
	case "nl":
		return []string{"st", "uur", "doos", "kg", "mnd", "m"}
	default:
		return []string{"ea", "hrs", "box", "kg", "mo", "m"}
	}
}

// productsOf returns what firms sell to firms.
func productsOf(lang string) []product {
	switch lang {
	case "de":
		return []product{
			{"Schreibtischlampe LED, dimmbar", piece, 2900, 8900}, {"Bürostuhl ergonomisch, schwarz", piece, 14900, 48900}, {"Kopierpapier A4 80 g/m², weiß", box, 1990, 3490},
			{"Toner schwarz, 6.000 Seiten", piece, 5900, 14900}, {"Beratung vor Ort", hour, 9500, 18500}, {"Montagearbeiten", hour, 5400, 8900}, {"Wartungspauschale", month, 4900, 39900},
			{"Netzwerkkabel Cat 7, verlegt", metre, 190, 690}, {"Kugellager 6204-2RS", piece, 340, 1290}, {"Edelstahlschraube M8×40 (100 Stück)", box, 1450, 2890}, {"Kaffeebohnen Espresso", kilo, 1490, 2990},
			{"Trennblätter farbig sortiert", box, 290, 990}, {"Softwarelizenz Arbeitsplatz", piece, 8900, 39900}, {"Anfahrt Zone 2", piece, 3500, 6500}, {"Druck Broschüre, 24 Seiten", piece, 120, 480},
			{"Reinigungsmittel Konzentrat 5 l", piece, 1290, 3490}, {"Holzpalette EUR, getauscht", piece, 990, 1990}, {"Hydraulikschlauch DN 12", metre, 890, 2190}, {"Schulung Datenschutz", hour, 12000, 22000},
			{"Projektleitung", hour, 9900, 14500}, {"Monitor 27 Zoll", piece, 17900, 42900}, {"Dichtungsring 45×3", piece, 45, 290}, {"Gehäuse Aluminium, eloxiert", piece, 2490, 7990}, {"Fracht und Verpackung", piece, 990, 6900},
		}
	case "fr":
		return []product{
			{"Lampe de bureau LED", piece, 2900, 8900}, {"Fauteuil ergonomique noir", piece, 14900, 45900}, {"Ramette papier A4 80 g", box, 390, 790}, {"Cartouche d'encre noire", piece, 1990, 5990},
			{"Prestation de conseil", hour, 8000, 16000}, {"Main-d'œuvre atelier", hour, 4500, 7800}, {"Maintenance mensuelle", month, 4900, 34900}, {"Câble réseau blindé", metre, 190, 590},
			{"Vis inox M8, sachet de 100", box, 1250, 2590}, {"Café en grains", kilo, 1390, 2790}, {"Licence logiciel, poste", piece, 8900, 32900}, {"Déplacement", piece, 3000, 6000},
			{"Impression de dépliants", piece, 90, 390}, {"Hébergement du site", month, 1500, 8900}, {"Formation du personnel", hour, 9000, 18000}, {"Écran 24 pouces", piece, 12900, 27900},
			{"Nettoyage des locaux", hour, 2500, 4200}, {"Étude de faisabilité", piece, 45000, 250000}, {"Peinture façade", metre, 1500, 3500}, {"Huile d'olive, bidon 5 l", piece, 3200, 5900},
		}
	case "es":
		return []product{
			{"Lámpara de escritorio LED", piece, 2900, 8900}, {"Silla de oficina ergonómica", piece, 12900, 39900}, {"Papel A4 80 g, paquete", box, 390, 690}, {"Tóner negro", piece, 4900, 12900},
			{"Consultoría técnica", hour, 6000, 12000}, {"Mano de obra", hour, 2800, 5500}, {"Mantenimiento mensual", month, 3900, 29900}, {"Cable de red", metre, 150, 490},
			{"Tornillos de acero M8 (100 uds.)", box, 950, 1990}, {"Café en grano", kilo, 1190, 2490}, {"Licencia de software", piece, 7900, 29900}, {"Desplazamiento", piece, 2500, 5000},
			{"Diseño gráfico de catálogo", hour, 3500, 7000}, {"Aceite de oliva virgen, garrafa 5 l", piece, 2900, 5200}, {"Bomba de agua 1,5 kW", piece, 18900, 45900}, {"Azulejo esmaltado 30×30", box, 1290, 3490},
			{"Alojamiento web", month, 990, 5900}, {"Formación de empleados", hour, 7000, 14000}, {"Pintura plástica blanca 15 l", piece, 2990, 6990}, {"Válvula de esfera 1\"", piece, 890, 2490},
		}
	case "nl":
		return []product{
			{"Bureaulamp led", piece, 2900, 7900}, {"Ergonomische bureaustoel", piece, 14900, 44900}, {"Kopieerpapier A4, doos 5 pak", box, 1890, 3290}, {"Toner zwart", piece, 4900, 12900},
			{"Advies en begeleiding", hour, 8500, 15500}, {"Arbeidsloon monteur", hour, 4900, 7500}, {"Onderhoudscontract", month, 3900, 29900}, {"Netwerkkabel gelegd", metre, 180, 590},
			{"RVS bouten M8 (100 stuks)", box, 1190, 2490}, {"Koffiebonen donker gebrand", kilo, 1290, 2590}, {"Softwarelicentie per gebruiker", piece, 7900, 29900}, {"Voorrijkosten", piece, 3500, 5500},
			{"Drukwerk folders A5", piece, 40, 190}, {"Websitehosting", month, 990, 4900}, {"Tulpenbollen gemengd (250 st.)", box, 1990, 4990}, {"Kozijn hardhout, op maat", piece, 24900, 89900},
			{"Schilderwerk buiten", hour, 3900, 5900}, {"Fietsonderdelen, set", piece, 2490, 7990}, {"Training veiligheid", hour, 9000, 16000}, {"Kaas belegen, heel", kilo, 890, 1690},
		}
	default:
		return []product{
			{"LED desk lamp, dimmable", piece, 2499, 8999}, {"Ergonomic office chair, black", piece, 14900, 48900}, {"Copy paper 20 lb, 10 reams", box, 3299, 5499}, {"Laser toner cartridge, black", piece, 5900, 15900},
			{"On-site consulting", hour, 9500, 22500}, {"Installation labor", hour, 5500, 11000}, {"Monthly support plan", month, 4900, 49900}, {"Cat 6 cable, installed", metre, 190, 690},
			{"Ball bearing 6204-2RS", piece, 349, 1299}, {"Stainless bolts M8 x 40 (100 pk)", box, 1450, 2890}, {"Coffee beans, dark roast", kilo, 1490, 2990}, {"Software license, per seat", piece, 8900, 39900},
			{"Travel and mileage", piece, 3500, 9500}, {"Brochure printing, 24 pp", piece, 120, 480}, {"Floor cleaner concentrate", piece, 1290, 3490}, {"Hydraulic hose 1/2 in", metre, 890, 2190},
			{"Staff training session", hour, 12000, 22000}, {"Project management", hour, 9900, 17500}, {"27 in. monitor", piece, 17900, 42900}, {"Aluminum enclosure, anodized", piece, 2490, 7990},
			{"Website hosting", month, 999, 8900}, {"Copywriting", hour, 4500, 9500}, {"Safety gloves, pair", piece, 390, 1490}, {"Pallet jack rental", month, 6900, 12900}, {"Water filter element", piece, 1890, 5490},
			{"Photo shoot, half day", piece, 45000, 95000}, {"Catering, lunch per guest", piece, 1290, 3490}, {"Gravel, 3/4 in. washed", kilo, 12, 60}, {"Legal review of agreement", hour, 18000, 42000}, {"Freight and handling", piece, 1500, 8900},
		}
	}
}

// groceriesOf returns what shops and cafés sell.
func groceriesOf(lang string) []product {
	switch lang {
	case "de":
		return []product{{"Vollmilch 3,5%", piece, 99, 149}, {"Roggenbrot", piece, 249, 449}, {"Bananen", kilo, 119, 199}, {"Kaffee Creme", piece, 280, 420}, {"Butter 250g", piece, 189, 329}, {"Apfelsaft 1L", piece, 129, 249}, {"Käse Gouda", kilo, 790, 1490}, {"Wiener Schnitzel", piece, 1590, 2490}, {"Mineralwasser", piece, 49, 290}, {"Zahnpasta", piece, 95, 349}, {"Batterien AA 4er", piece, 299, 799}, {"Eier 10er Freiland", piece, 259, 399}, {"Salat der Saison", piece, 690, 1290}, {"Schokolade", piece, 89, 249}, {"Pfand", piece, 25, 25}, {"Nudeln 500g", piece, 79, 219}}
	case "fr":
		return []product{{"Baguette tradition", piece, 110, 150}, {"Café crème", piece, 250, 420}, {"Lait demi-écrémé", piece, 95, 149}, {"Plat du jour", piece, 1290, 1890}, {"Yaourt nature x4", piece, 149, 269}, {"Pommes", kilo, 199, 349}, {"Beurre doux", piece, 199, 329}, {"Jus d'orange", piece, 179, 390}, {"Camembert", piece, 229, 449}, {"Croissant", piece, 100, 140}, {"Eau minérale", piece, 60, 350}, {"Savon de Marseille", piece, 250, 490}, {"Tarte aux pommes", piece, 490, 790}, {"Riz 1kg", piece, 159, 329}}
	case "es":
		return []product{{"Pan de barra", piece, 60, 110}, {"Café con leche", piece, 140, 220}, {"Leche entera 1L", piece, 89, 129}, {"Menú del día", piece, 1150, 1690}, {"Tomates", kilo, 159, 299}, {"Queso manchego", kilo, 1290, 2190}, {"Agua mineral", piece, 45, 180}, {"Tortilla española", piece, 350, 890}, {"Naranjas", kilo, 99, 189}, {"Huevos docena", piece, 189, 299}, {"Detergente", piece, 490, 990}, {"Zumo natural", piece, 220, 380}, {"Arroz 1kg", piece, 119, 219}, {"Chocolate", piece, 99, 249}}
	case "nl":
		return []product{{"Halfvolle melk", piece, 99, 139}, {"Volkorenbrood", piece, 189, 329}, {"Bananen", kilo, 129, 199}, {"Koffie verkeerd", piece, 280, 395}, {"Jonge kaas", kilo, 790, 1290}, {"Appelgebak", piece, 350, 495}, {"Stroopwafels", piece, 149, 299}, {"Spa blauw", piece, 110, 290}, {"Tosti ham kaas", piece, 495, 750}, {"Eieren 10 st", piece, 249, 379}, {"Hagelslag puur", piece, 169, 289}, {"Dagschotel", piece, 1450, 1950}, {"Batterijen AA", piece, 299, 699}, {"Tandpasta", piece, 119, 349}}
	default:
		return []product{{"Whole milk 1 gal", piece, 329, 479}, {"Wheat bread", piece, 249, 499}, {"Bananas", kilo, 69, 159}, {"Latte 12 oz", piece, 385, 550}, {"Large eggs doz", piece, 299, 549}, {"Orange juice", piece, 349, 599}, {"Cheddar 8 oz", piece, 329, 599}, {"Grilled chicken wrap", piece, 895, 1295}, {"Bottled water", piece, 99, 249}, {"Toothpaste", piece, 249, 599}, {"AA batteries 4pk", piece, 499, 899}, {"House salad", piece, 795, 1295}, {"Dark chocolate bar", piece, 199, 449}, {"Paper towels", piece, 499, 1299}, {"A4 copy paper", piece, 450, 890}, {"Screwdriver set", piece, 990, 2490}, {"Iced tea", piece, 225, 375}, {"Fish and chips", piece, 1195, 1795}, {"Nasi goreng", piece, 690, 1290}, {"Paint roller 9in", piece, 690, 1490}, {"Notebook ruled", piece, 199, 690}}
	}
}

// item is a line of an invoice, order or receipt.
type item struct {
	code  string
	name  string
	unit  string
	qty   int // hundredths
	price cents
	rate  int // tax in thousandths
	total cents
}

// newItems returns n lines whose totals are quantity times price.
func newItems(d *draft, from []product, n int) []item {
	units := unitNames(d.loc.lang)
	style := one(d.dice, "####-##", "@@###", "######", "@-####", "##.###.#", "@@@-####")
	items := make([]item, n)
	for i := range items {
		p := pick(d.dice, from)
		it := item{code: d.pattern(style), name: p.name, unit: units[p.unit], qty: d.between(1, 12) * 100, rate: d.loc.rates[0]}
		it.price = p.low + cents(d.Int64N(int64(p.high-p.low)+1))
		switch p.unit {
		case hour:
			it.qty = d.between(2, 64) * 25
		case kilo:
			it.qty = d.between(20, 400)
			if d.chance(0.5) {
				it.qty = d.between(1, 20) * 50
			}
		case month:
			it.qty = 100 * one(d.dice, 1, 1, 3, 6, 12)
		case metre:
			it.qty = d.between(5, 120) * 100
		}
		if p.high < 1000 {
			it.qty *= one(d.dice, 1, 5, 10, 20)
		}
		it.total = it.price.times(it.qty)
		items[i] = it
	}
	return items
}
