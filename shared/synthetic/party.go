package synthetic

import (
	"fmt"
	"strings"
)

// person is somebody's name.
type person struct {
	first, last string
	woman       bool
}

func (p person) full() string { return p.first + " " + p.last }

func personName(d *dice, lang string) person {
	lex := lexiconOf(lang)
	p := person{woman: d.chance(0.5), last: pick(d, lex.family)}
	if p.woman {
		p.first = pick(d, lex.female)
	} else {
		p.first = pick(d, lex.male)
	}
	switch {
	case lang == "es" && d.chance(0.7): // two family names
		p.last += " " + pick(d, lex.family)
	case d.chance(0.06) && lang != "nl":
		p.last += "-" + pick(d, lex.family)
	case d.chance(0.12) && lang == "en":
		p.first += " " + d.letters(1) + "."
	}
	return p
}

// address is where somebody lives or works.
type address struct {
	street, postcode, city, state, country string
	lang, code                             string
}

func newAddress(d *dice, l *locale) address {
	lex := lexiconOf(l.lang)
	a := address{city: pick(d, lex.cities), postcode: d.pattern(pick(d, l.postcode)), country: l.name, lang: l.lang, code: l.country}
	street, no := pick(d, lex.streets), fmt.Sprint(d.between(1, 180))
	switch l.country {
	case "US":
		a.street = d.digits(d.between(2, 4)) + " " + street
		if d.chance(0.3) {
			a.street += one(d, ", Suite ", " #", ", Floor ") + d.digits(d.between(1, 3))
		}
		a.state = one(d, "NY", "CA", "OR", "MA", "OH", "IL", "TX", "VT", "WA", "NC", "CO", "GA")
	case "GB", "IE", "FR":
		a.street = no + " " + street
		if l.country == "FR" {
			a.street = no + one(d, " ", ", ", " bis, ") + street
		}
	case "ES":
		a.street = street + one(d, " ", ", ") + no
	default:
		a.street = street + " " + no + one(d, "", "", "", "a", "b")
	}
	if l.country == "BE" { // cities of its own
		a.city = one(d, "Bruxelles", "Liège", "Namur", "Mons")
		if l.lang == "nl" {
			a.city = one(d, "Antwerpen", "Gent", "Leuven", "Brugge")
		}
	}
	switch l.country {
	case "AT":
		a.city = one(d, "Wien", "Graz", "Linz", "Salzburg")
	case "CH":
		a.city = one(d, "Zürich", "Bern", "Winterthur", "Luzern")
	case "IE":
		a.city = one(d, "Dublin", "Cork", "Galway", "Limerick")
	case "GB":
		a.city = one(d, "London", "Bristol", "Leeds", "Manchester", "Norwich", "York", "Cardiff")
	}
	return a
}

// place is the line with the city.
func (a *address) place() string {
	switch a.code {
	case "US":
		return a.city + ", " + a.state + " " + a.postcode
	case "GB", "IE":
		return a.city + " " + a.postcode
	default:
		return a.postcode + " " + a.city
	}
}

// lines returns the address as it stands on an envelope, without the name.
func (a *address) lines(withCountry bool) []string {
	ls := []string{a.street, a.place()}
	if withCountry {
		ls = append(ls, a.country)
	}
	return ls
}

// oneLine returns the address on one line.
func (a *address) oneLine() string { return a.street + ", " + a.place() }

// company is an organisation with what its letterhead shows.
type company struct {
	name    string
	address address
	contact person
	phone   string
	email   string
	web     string
	vat     string // without spaces; "" where there is none
	taxNo   string
	bank    string
	iban    string // without spaces; "" where IBANs are not used
	bic     string
	account string // domestic account number
	routing string // routing number or sort code
}

func newCompany(d *dice, l *locale) company {
	lex := lexiconOf(l.lang)
	stem := pick(d, lex.stems)
	if d.chance(0.3) {
		stem = pick(d, lex.family)
	}
	c := company{name: join(" ", stem, pick(d, lex.trades), pick(d, lex.forms)), address: newAddress(d, l), contact: personName(d, l.lang)}
	domain := slug(stem) + one(d, "", "", "-group", "-online", "24") + reservedDomain(d)
	c.phone = d.pattern(pick(d, l.phone))
	c.email = one(d, "info", "office", "billing", "contact", slug(c.contact.last)) + "@" + domain
	c.web = "www." + domain
	c.vat = vatID(d, l.country)
	c.taxNo = taxNumber(d, l.country)
	c.bank = bankName(d, l.lang)
	if l.iban != "" {
		c.iban, c.bic = iban(d, l.country, l.iban), bic(d, l.country)
	}
	c.account = d.digits(d.between(8, 10))
	c.routing = d.pattern("0########")
	if l.country == "GB" {
		c.routing = d.pattern("##-##-##")
	}
	return c
}

// reservedDomain returns the end of a domain name that is reserved for examples (RFC 2606): never anybody's.
func reservedDomain(d *dice) string {
	return one(d, ".example", ".example", ".example.com", ".example.org", ".example.net")
}

func taxNumber(d *dice, country string) string {
	switch country {
	case "DE":
		return d.pattern("###/###/#####")
	case "US":
		return d.pattern("##-#######")
	case "FR":
		return d.pattern("### ### ### 000##")
	default:
		return d.pattern("########")
	}
}

func bankName(d *dice, lang string) string {
	switch lang {
	case "de":
		return one(d, "Sparkasse", "Volksbank", "Handelsbank", "Stadtbank", "Privatbank") + " " + pick(d, lexiconOf(lang).cities)
	case "fr":
		return one(d, "Banque Populaire de", "Crédit Régional de", "Caisse d'Économie de", "Banque Privée de") + " " + pick(d, lexiconOf(lang).cities)
	case "es":
		return one(d, "Banco de", "Caja Rural de", "Banca Cívica de") + " " + pick(d, lexiconOf(lang).cities)
	case "nl":
		return one(d, "Handelsbank", "Spaarbank", "Coöperatieve Bank") + " " + pick(d, lexiconOf(lang).cities)
	default:
		return one(d, "First National Bank of", "Community Bank of", "Savings Bank of", "Merchants Bank of", "Provincial Bank of") + " " + pick(d, lexiconOf(lang).cities)
	}
}

// head returns the name and address as they stand on an envelope.
func (c *company) head(withCountry bool) []string {
	return append([]string{c.name}, c.address.lines(withCountry)...)
}

// slug reduces a name to what domain names allow.
func slug(s string) string {
	fold := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "ë", "e", "á", "a", "à", "a", "â", "a",
		"í", "i", "î", "i", "ï", "i", "ó", "o", "ô", "o", "ú", "u", "û", "u", "ñ", "n", "ç", "c")
	var sb strings.Builder
	for _, r := range fold.Replace(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			sb.WriteRune(r)
		case r == ' ' && sb.Len() > 0 && !strings.HasSuffix(sb.String(), "-"):
			sb.WriteByte('-')
		}
	}
	return strings.Trim(sb.String(), "-")
}
