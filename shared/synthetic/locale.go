package synthetic

// locale is a country's way of writing numbers, dates, addresses and taxes.
type locale struct {
	lang, country string // ISO 639-1, ISO 3166-1
	name          string // the country's name in its language
	currency      string // ISO 4217
	symbol        string
	decimal       string
	thousands     []string // ways of grouping thousands; one is chosen per document
	symbolBefore  bool
	dates         []string // date patterns, see formatDate
	rates         []int    // tax rates in thousandths (190 = 19 %); the first is the standard rate
	taxName       []string
	letterPaper   bool
	phone         []string // dice patterns
	postcode      []string // dice patterns
	iban          string   // dice pattern of the national part (BBAN); empty where IBANs are not used
}

const (
	narrow = "\u00a0" // no-break space; WinAnsi has no thin one
)

// locales returns all locales; the first of a language is its most common one.
func locales() []locale {
	return []locale{
		{lang: "en", country: "US", name: "United States", currency: "USD", symbol: "$", decimal: ".", thousands: []string{",", ","}, symbolBefore: true,
			dates: []string{"M/D/YYYY", "MM/DD/YYYY", "MMMM D, YYYY", "MMM D, YYYY", "MM/DD/YY", "YYYY-MM-DD", "DD-MMM-YYYY"},
			rates: []int{0, 63, 70, 80, 83, 88}, taxName: []string{"Sales Tax", "Tax", "State Tax"}, letterPaper: true,
			phone: []string{"(2##) 555-01##", "3##-555-01##", "+1 4## 555 01##", "(7##) 555-01##"}, postcode: []string{"0####", "1####", "3####", "6####", "9####"}},
		{lang: "en", country: "GB", name: "United Kingdom", currency: "GBP", symbol: "£", decimal: ".", thousands: []string{",", ","}, symbolBefore: true,
			dates: []string{"DD/MM/YYYY", "D MMMM YYYY", "DD MMM YYYY", "DD/MM/YY", "D MMM YYYY"},
			rates: []int{200, 50, 0}, taxName: []string{"VAT"}, phone: []string{"020 7946 0###", "0161 496 0###", "+44 113 496 0###", "01632 960###"},
			postcode: []string{"M# #@@", "LS# #@@", "BS# #@@", "EH# #@@", "CB# #@@"}, iban: "@@@@##############"},
		{lang: "en", country: "IE", name: "Ireland", currency: "EUR", symbol: "€", decimal: ".", thousands: []string{","}, symbolBefore: true,
			dates: []string{"DD/MM/YYYY", "D MMMM YYYY", "DD-MMM-YYYY"}, rates: []int{230, 135, 90}, taxName: []string{"VAT"},
			phone: []string{"01 555 0###", "+353 21 555 0##"}, postcode: []string{"D0# @#@#", "T1# @#@#"}, iban: "@@@@##############"},
		{lang: "de", country: "DE", name: "Deutschland", currency: "EUR", symbol: "€", decimal: ",", thousands: []string{".", ".", ""},
			dates: []string{"DD.MM.YYYY", "D. MMMM YYYY", "DD.MM.YYYY", "DD.MM.YY", "YYYY-MM-DD"}, rates: []int{190, 70}, taxName: []string{"MwSt.", "USt.", "Mehrwertsteuer", "Umsatzsteuer"},
			phone: []string{"030 23125 ###", "+49 40 66969 ###", "0221 4710 ###", "+49 89 99998 ###", "0341/55 01 ##"}, postcode: []string{"#####"}, iban: "##################"},
		{lang: "de", country: "AT", name: "Österreich", currency: "EUR", symbol: "€", decimal: ",", thousands: []string{"."},
			dates: []string{"DD.MM.YYYY", "D. MMMM YYYY"}, rates: []int{200, 100}, taxName: []string{"USt.", "MwSt."},
			phone: []string{"+43 1 555 0###", "0316 555 0##"}, postcode: []string{"1##0", "8###"}, iban: "################"},
		{lang: "de", country: "CH", name: "Schweiz", currency: "CHF", symbol: "CHF", decimal: ".", thousands: []string{"'", "'", "’"}, symbolBefore: true,
			dates: []string{"DD.MM.YYYY", "D. MMMM YYYY"}, rates: []int{81, 26}, taxName: []string{"MWST", "MwSt."},
			phone: []string{"+41 44 555 0# ##", "031 555 0# ##"}, postcode: []string{"8###", "3###"}, iban: "#################"},
		{lang: "fr", country: "FR", name: "France", currency: "EUR", symbol: "€", decimal: ",", thousands: []string{" ", narrow, "", "."},
			dates: []string{"DD/MM/YYYY", "D MMMM YYYY", "DD/MM/YYYY", "DD/MM/YY"}, rates: []int{200, 100, 55}, taxName: []string{"TVA", "T.V.A."},
			phone: []string{"01 99 00 ## ##", "04 65 71 ## ##", "+33 2 61 91 ## ##"}, postcode: []string{"75010", "690##", "330##", "440##", "310##"}, iban: "#######################"},
		{lang: "fr", country: "BE", name: "Belgique", currency: "EUR", symbol: "€", decimal: ",", thousands: []string{".", " "},
			dates: []string{"DD/MM/YYYY", "D MMMM YYYY"}, rates: []int{210, 60}, taxName: []string{"TVA"},
			phone: []string{"02 555 0# ##", "+32 4 555 0# ##"}, postcode: []string{"10##", "40##"}, iban: "############"},
		{lang: "es", country: "ES", name: "España", currency: "EUR", symbol: "€", decimal: ",", thousands: []string{".", ".", ""},
			dates: []string{"DD/MM/YYYY", "D de MMMM de YYYY", "DD-MM-YYYY", "DD/MM/YY"}, rates: []int{210, 100, 40}, taxName: []string{"IVA", "I.V.A."},
			phone: []string{"91 555 0# ##", "+34 93 555 0# ##", "95# 55 01 ##"}, postcode: []string{"280##", "080##", "410##", "460##"}, iban: "####################"},
		{lang: "nl", country: "NL", name: "Nederland", currency: "EUR", symbol: "€", decimal: ",", thousands: []string{".", ".", ""}, symbolBefore: true,
			dates: []string{"DD-MM-YYYY", "D MMMM YYYY", "DD-MM-YYYY", "DD/MM/YYYY"}, rates: []int{210, 90}, taxName: []string{"BTW", "btw"},
			phone: []string{"020 555 0###", "+31 30 555 0###", "010-555 0###"}, postcode: []string{"1### @@", "3### @@", "6### @@"}, iban: "@@@@##########"},
		{lang: "nl", country: "BE", name: "België", currency: "EUR", symbol: "€", decimal: ",", thousands: []string{".", " "},
			dates: []string{"DD/MM/YYYY", "D MMMM YYYY"}, rates: []int{210, 60}, taxName: []string{"btw"},
			phone: []string{"03 555 0# ##", "+32 9 555 0# ##"}, postcode: []string{"20##", "90##"}, iban: "############"},
	}
}

// allLanguages lists the languages that some kind is written in.
func allLanguages() []string { return []string{"en", "de", "fr", "es", "nl"} }

// localeFor returns a locale of the language; its most common country about half of the time.
func localeFor(d *dice, lang string) locale {
	var own []locale
	for _, l := range locales() {
		if l.lang == lang {
			own = append(own, l)
		}
	}
	if d.chance(0.5) {
		return own[0]
	}
	return pick(d, own)
}

// monthNames returns the full and short names of the months.
func monthNames(lang string) (full, short [12]string) {
	switch lang {
	case "de":
		return [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
			[12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."}
	case "fr":
		return [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
			[12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
	case "es":
		return [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
			[12]string{"ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sept.", "oct.", "nov.", "dic."}
	case "nl":
		return [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
			[12]string{"jan.", "feb.", "mrt.", "apr.", "mei", "juni", "juli", "aug.", "sept.", "okt.", "nov.", "dec."}
	default:
		return [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
			[12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	}
}
