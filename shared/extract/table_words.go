//nolint:misspell // the words are in five languages
package extract

import "slices"

// column is what a table's column holds.
type column int

// The columns of items and of transactions. Columns of no interest are known too, because they end their neighbours.
const (
	colOther column = iota
	colPosition
	colItemNumber
	colDescription
	colQuantity
	colUnit
	colUnitPrice
	colDiscount
	colTaxRate
	colTaxAmount
	colAmount
	colGross
	colDate
	colValueDate
	colDebit
	colCredit
	colBalance
)

// name returns the name of a column's cells, "" for those that are not given.
func (c column) name() string {
	return [...]string{
		"", "position", "item_number", "description", "quantity", "unit", "unit_price", "discount", "tax_rate", "tax_amount", "amount",
		"gross_amount", "date", "value_date", "debit", "credit", "balance",
	}[c]
}

// typ returns the type of a column's cells.
func (c column) typ() string {
	switch c {
	case colPosition, colItemNumber:
		return typeIdentifier
	case colQuantity, colTaxRate:
		return typeNumber
	case colUnitPrice, colTaxAmount, colAmount, colGross, colDebit, colCredit, colBalance:
		return typeAmount
	case colDate, colValueDate:
		return typeDate
	}
	return typeText
}

// numeric says that a column holds numbers.
func (c column) numeric() bool {
	return c.typ() == typeAmount || c.typ() == typeNumber || c == colDiscount
}

// columnWords are the headings of a kind of table, by column and language. A heading may stand for several columns; the one
// that the table has not got otherwise is taken, in the order of the constants.
type columnWords map[column]Labels

func itemWords() columnWords {
	return columnWords{
		colPosition: {
			"en": {"pos", "position", "line", "line no", "no", "s no", "sr no", "sl no", "item no", "item", "ln", "id"},
			"de": {"Pos", "Position", "Pos Nr", "Lfd Nr", "Zeile", "Pos-Nr"}, "fr": {"ligne", "rang", "n° ligne"}, "es": {"posición", "línea", "núm"}, "nl": {"positie", "regel"},
		},
		colItemNumber: {
			"en": {
				"item number", "item no", "article", "article no", "article number", "SKU", "code", "product code", "part no", "part number", "item code", "product no",
				"material", "material no", "stock code", "ref", "reference", "catalog no", "cat no", "HSN", "HSN/SAC", "HSN code", "UPC", "EAN", "GTIN", "article id", "item id", "product id", "model",
			},
			"de": {
				"Artikelnummer", "Artikel Nr", "Art Nr", "ArtNr", "Artikelnr", "Bestellnummer", "Best Nr", "Material", "Materialnummer", "Produktnummer", "Sachnummer", "Teilenummer",
				"Artikel", "Artikel-ID", "Kennung", "Code", "Prod Nr", "ArtikelNr",
			},
			"fr": {"référence", "réf", "code", "code article", "réf article", "article", "n° article", "code produit", "référence article", "référence produit"},
			"es": {"código", "referencia", "ref", "cód", "artículo", "código artículo", "código de artículo"},
			"nl": {"artikelnummer", "artikel nr", "artikelnr", "art nr", "code", "productcode", "bestelnummer", "artikelcode", "artikel", "productnummer"},
		},
		colDescription: {
			"en": {
				"description", "item description", "product", "product description", "product name", "service", "services", "details", "item", "items", "particulars", "goods",
				"goods description", "description of goods", "work", "task", "activity", "name", "item name", "article description", "program", "program description", "daypart", "daypart / program",
				"title", "line description", "line item", "product / service", "service description", "product/service", "description of services", "usage", "charge", "charges", "description of goods and services",
			},
			"de": {
				"Beschreibung", "Bezeichnung", "Artikelbezeichnung", "Artikel", "Leistung", "Produkt", "Text", "Artikelbeschreibung", "Leistungsbeschreibung", "Warenbezeichnung",
				"Produktbezeichnung", "Ware", "Bezeichnung der Leistung", "Dienstleistung", "Name", "Tätigkeit", "Gegenstand", "Produktname", "Artikelname", "Artikel Bezeichnung", "Leistungsart",
				"Artikel-/Leistungsbezeichnung", "Beschreibung der Leistung", "Rechnungsposition", "Bezeichnung/Leistung", "Artikelnummer/Bezeichnung", "Positionstext", "Warenbeschreibung",
			},
			"fr": {"désignation", "description", "libellé", "produit", "article", "prestation", "prestations", "détail", "nom", "désignation des articles", "intitulé", "nature", "service", "objet", "désignation article", "description du produit", "désignation des produits"},
			"es": {"descripción", "concepto", "artículo", "producto", "detalle", "servicio", "denominación", "nombre"},
			"nl": {"omschrijving", "beschrijving", "artikel", "product", "dienst", "artikelomschrijving", "productomschrijving", "naam", "werkzaamheden", "artikelnaam"},
		},
		colQuantity: {
			"en": {"qty", "quantity", "quantity ordered", "qty ordered", "units", "hours", "hrs", "hrs/qty", "spots", "count", "pcs", "ordered", "billed qty", "invoiced quantity", "shipped", "billed quantity"},
			"de": {"Menge", "Anzahl", "Anz", "Stück", "Stk", "Std", "Stunden", "Mge", "Menge/Einheit", "Liefermenge", "Menge Einheit", "Rechnungsmenge"},
			"fr": {"quantité", "qté", "qte", "nb", "nombre", "quant", "heures", "quantité facturée"}, "es": {"cantidad", "cant", "uds", "unidades", "ctd", "horas"}, "nl": {"aantal", "hoeveelheid", "uren", "stuks", "aant"},
		},
		colUnit: {
			"en": {"unit", "UOM", "U/M", "UM", "unit of measure", "per", "unit code"}, "de": {"Einheit", "ME", "Einh", "Mengeneinheit", "VE", "Eh"}, "fr": {"unité", "U", "UN", "unité de mesure"},
			"es": {"unidad", "ud", "U.M"}, "nl": {"eenheid", "ehd", "eenh"},
		},
		colUnitPrice: {
			"en": {
				"price", "unit price", "price each", "price per unit", "unit cost", "rate", "net price", "price/unit", "unit net price", "cost per unit", "each", "list price", "net unit price", "item price", "rate per unit",
				"unit price excl VAT", "unit price net", "unit price excl tax", "hourly rate", "cost",
			},
			"de": {
				"Einzelpreis", "E-Preis", "Preis", "EP", "Stückpreis", "Preis/Einheit", "Einzelpreis netto", "Nettopreis", "Preis pro Einheit", "Einzel", "Stundensatz", "Preis je Einheit", "EPreis", "Preis/Stk",
				"Netto Einzelpreis", "Einheitspreis", "Listenpreis", "Bruttopreis", "Einzelpr", "Preis pro Stück", "Stück Preis", "VK", "VK netto", "Preis netto", "Preis p Einheit", "Einzelbetrag",
			},
			"fr": {
				"prix unitaire", "P.U", "PU", "prix unitaire HT", "PU HT", "prix", "prix HT", "prix net", "P.U. HT", "prix unit", "prix unit HT", "montant unitaire", "tarif", "px unitaire", "px unit",
				"prix unitaire net", "prix U", "prix U HT", "prix net unitaire", "PU net", "PUHT", "prix net HT", "prix brut",
			},
			"es": {"precio unitario", "precio", "precio unit", "precio ud", "importe unitario", "precio/unidad", "tarifa", "P.U", "precio/ud", "P. unitario", "P. unit", "precio unidad"},
			"nl": {"prijs", "stukprijs", "eenheidsprijs", "prijs per stuk", "prijs/eenheid", "prijs per eenheid", "tarief", "stuksprijs", "eenheidsprijs excl", "prijs p/s", "eenh prijs", "p/st", "prijs/stuk"},
		},
		colDiscount: {
			"en": {"discount", "disc", "disc %", "discount %", "rebate"}, "de": {"Rabatt", "Rab", "Nachlass", "Rabatte"}, "fr": {"remise", "rem", "% rem", "rabais"}, "es": {"descuento", "dto", "dcto"}, "nl": {"korting", "kort"},
		},
		colTaxRate: {
			"en": {"VAT", "VAT %", "VAT rate", "tax %", "tax rate", "tax", "GST", "GST rate", "rate", "VAT code", "tax code"},
			"de": {"MwSt", "USt", "MwSt %", "Steuersatz", "Steuer", "MwSt-Satz", "USt-Satz", "MwSt Satz", "USt Satz", "St", "Steuer %", "Umsatzsteuer", "MwSt.-Satz"},
			"fr": {"TVA", "% TVA", "taux TVA", "taux", "TVA %", "taux de TVA", "code TVA", "taux de taxe"}, "es": {"IVA", "% IVA", "IVA %", "tipo IVA", "tipo", "% I.V.A", "tipo de IVA"}, "nl": {"btw", "btw %", "btw tarief", "% btw", "btw-percentage", "btw-code"},
		},
		colTaxAmount: {
			"en": {"VAT amount", "tax amount", "GST amount", "CGST", "SGST", "IGST"}, "de": {"Steuerbetrag", "MwSt-Betrag", "USt-Betrag", "MwSt Betrag"}, "fr": {"montant TVA", "montant de la TVA"}, "es": {"cuota IVA", "importe IVA"}, "nl": {"btw bedrag"},
		},
		colAmount: {
			"en": {
				"amount", "total", "line total", "net amount", "total price", "net", "total net", "extended price", "extension", "ext price", "subtotal", "total amount", "net total", "sum", "line amount", "extended",
				"taxable value", "cost", "value", "total excl VAT", "amount excl VAT", "net value", "price total", "total cost", "ext. amount", "line net amount", "price", "total line amount", "net line amount",
			},
			"de": {
				"Gesamtpreis", "Betrag", "Gesamt", "Summe", "Gesamtbetrag", "GP", "Netto", "Nettobetrag", "Gesamt netto", "Gesamtpreis netto", "Positionssumme", "Wert", "Nettosumme", "Preis gesamt", "Gesamtwert",
				"Positionsbetrag", "Betrag netto", "G-Preis", "Zeilensumme", "Nettowert", "Zeilenbetrag", "Total", "Gesamtsumme", "Summe netto", "Netto gesamt", "Gesamtnetto", "Gesamtpr", "Positionspreis", "Preis",
				"Gesamtbetrag netto", "GPreis", "Pos Summe",
			},
			"fr": {
				"montant", "total", "montant HT", "total HT", "montant net", "prix total", "total net", "montant net HT", "prix total HT", "total ligne", "net", "montant total", "total net HT", "montant HT net", "total ligne HT",
				"montant net de la ligne", "total HT ligne", "prix", "prix HT", "prix net HT",
			},
			"es": {"importe", "total", "importe neto", "total neto", "precio total", "importe total", "subtotal", "total línea", "neto"},
			"nl": {"totaal", "bedrag", "totaalprijs", "totaal excl", "bedrag excl btw", "totaal excl btw", "netto", "netto bedrag", "nettobedrag", "regeltotaal", "totaalbedrag", "subtotaal", "prijs totaal"},
		},
		colGross: {
			"en": {"gross amount", "gross", "total incl VAT", "amount incl VAT", "gross total", "total inc VAT", "total amount incl VAT"}, "de": {"Brutto", "Bruttobetrag", "Gesamt brutto", "Bruttosumme", "Gesamtpreis brutto"},
			"fr": {"montant TTC", "total TTC", "TTC", "prix TTC", "montant total TTC"}, "es": {"total con IVA", "importe con IVA"}, "nl": {"totaal incl", "totaal incl btw", "bedrag incl btw", "bruto"},
		},
		colDate: {
			"en": {"date", "service date", "air date", "delivery date", "date of service"}, "de": {"Datum", "Lieferdatum", "Leistungsdatum"}, "fr": {"date", "date de livraison"}, "es": {"fecha"}, "nl": {"datum", "leverdatum"},
		},
		colOther: {
			"en": {"tax base", "taxable amount", "days", "time", "len", "length", "start", "end", "period", "weight", "currency", "type", "notes", "class", "customer", "project", "usage period", "start date", "end date"},
			"de": {"Basisbetrag", "Basismenge", "Warenwert", "Zu-/Abschlag", "Steuerbasisbetrag", "Bemessungsgrundlage", "Gewicht", "Zeitraum", "von", "bis", "Währung", "PE", "Rabatt EUR", "Lieferschein", "Projekt", "Charge"}, "fr": {"base", "base HT", "poids", "période", "devise", "éco-part", "D3E", "lot"}, "es": {"periodo", "peso"}, "nl": {"periode", "gewicht"},
		},
	}
}

func bookingWords() columnWords {
	return columnWords{
		colDate: {
			"en": {"date", "posted", "posting date", "transaction date", "trans date", "booking date", "post date", "date posted", "tran date", "txn date"},
			"de": {"Buchungstag", "Datum", "Buchung", "Buchungsdatum", "Bu-Tag", "Bu Tag", "Tag", "Buch-Tag"},
			"fr": {"date", "date opération", "date de l'opération", "date comptable", "date d'opération", "date op"},
			"es": {"fecha", "F. operación", "fecha operación", "fecha de operación", "F. oper", "fecha oper", "fecha contable"}, "nl": {"datum", "boekdatum", "transactiedatum", "boekingsdatum"},
		},
		colValueDate: {
			"en": {"value date", "value", "eff date", "effective date", "effective", "val date"}, "de": {"Wert", "Valuta", "Wertstellung", "Wertstellungstag", "Valutadatum", "Wertdatum"},
			"fr": {"valeur", "date valeur", "date de valeur", "val"}, "es": {"F. valor", "fecha valor", "valor", "fecha de valor"}, "nl": {"rentedatum", "valuta", "valutadatum"},
		},
		colDescription: {
			"en": {"description", "details", "transaction", "particulars", "narrative", "transaction details", "transaction description", "payment type and details", "memo", "payee", "transactions", "narration", "remarks"},
			"de": {"Vorgang", "Buchungstext", "Verwendungszweck", "Text", "Beschreibung", "Umsatz", "Erläuterung", "Vorgang/Buchungsinformation", "Buchungstext / Verwendungszweck", "Empfänger/Verwendungszweck", "Buchungsinformationen"},
			"fr": {"libellé", "nature de l'opération", "opération", "opérations", "nature", "description", "libellé de l'opération", "désignation", "nature des opérations", "détail des opérations", "détail"},
			"es": {"concepto", "descripción", "operación", "movimiento", "detalle"}, "nl": {"omschrijving", "naam / omschrijving", "mededelingen", "naam/omschrijving", "transactie"},
		},
		colDebit: {
			"en": {"withdrawals", "withdrawal", "debit", "debits", "paid out", "money out", "payments", "out", "DR", "withdrawals/debits", "withdrawn", "checks/debits", "debit amount", "withdrawal amt"},
			"de": {"Soll", "Belastung", "Belastungen", "Lastschrift", "Ausgang", "zu Ihren Lasten", "Ausgänge", "Lastschriften"}, "fr": {"débit", "débits", "montant débit", "dépenses"},
			"es": {"cargo", "debe", "cargos", "débito", "retiros", "adeudo"}, "nl": {"af", "afgeschreven", "debet", "bedrag af", "uit"},
		},
		colCredit: {
			"en": {"deposits", "deposit", "credit", "credits", "paid in", "money in", "receipts", "in", "CR", "deposits/credits", "credit amount", "deposit amt"},
			"de": {"Haben", "Gutschrift", "Gutschriften", "Eingang", "zu Ihren Gunsten", "Eingänge"}, "fr": {"crédit", "crédits", "montant crédit", "recettes"},
			"es": {"abono", "haber", "abonos", "crédito", "depósitos", "ingreso"}, "nl": {"bij", "bijgeschreven", "credit", "bedrag bij"},
		},
		colAmount: {
			"en": {"amount", "transaction amount", "value"}, "de": {"Betrag", "Umsatz", "Betrag EUR", "Betrag in EUR"}, "fr": {"montant", "montant de l'opération"}, "es": {"importe", "importe operación"}, "nl": {"bedrag"},
		},
		colBalance: {
			"en": {"balance", "running balance", "ending daily balance", "closing balance", "available balance", "daily balance", "ledger balance"}, "de": {"Saldo", "Kontostand"}, "fr": {"solde", "nouveau solde"}, "es": {"saldo"}, "nl": {"saldo"},
		},
		colOther: {
			"en": {"reference", "ref", "ref no", "check no", "cheque no", "chq no", "type", "category", "currency", "code", "check number", "serial no", "branch"}, "de": {"Referenz", "PN-Nr", "Währung", "BuSchl", "Kategorie"},
			"fr": {"référence", "devise", "réf", "exo"}, "es": {"referencia", "divisa", "ref", "oficina"}, "nl": {"tegenrekening", "code", "referentie", "soort"},
		},
	}
}

// tableKind is a kind of table made ready for matching. It is immutable.
type tableKind struct {
	matcher *matcher
	single  []string // headings of one word, sorted
	bank    bool
}

func newTableKind(words columnWords, bank bool) *tableKind {
	k := &tableKind{matcher: newMatcher(), bank: bank}
	for c, labels := range words {
		k.matcher.add(labels, meaning{strongLabel, int(c)})
	}
	k.matcher.seal()
	for _, e := range k.matcher.byLabel {
		if len(e.tokens) == 1 {
			k.single = append(k.single, e.tokens[0])
		}
		for _, m := range e.meanings {
			e.columns = append(e.columns, column(m.index))
		}
	}
	slices.Sort(k.single)
	return k
}

// columnsOf returns what a heading may stand for, in the order of the constants; nil for words that are no heading.
func (k *tableKind) columnsOf(tokens []token) []column {
	if len(tokens) == 0 || !k.matcher.knows(tokens[0].text) {
		return nil
	}
	var buffer [64]byte
	key := buffer[:0]
	for i := range tokens {
		key = append(append(key, tokens[i].text...), ' ')
	}
	e := k.matcher.byLabel[string(key)]
	if e == nil {
		return nil
	}
	return e.columns
}
