//nolint:misspell // the texts are in five languages
package synthetic

// tradeWords are the labels of invoices and orders. Each list holds synonyms; a document picks one and keeps to it.
type tradeWords struct {
	title, number, date, due, delivery, customerNo, orderRef        []string
	billTo, shipTo, seller, contact, phone, page                    []string
	pos, code, name, qty, unit, price, rate, total                  []string
	net, tax, grand, vatID, taxNo, bank, iban, bic, account, carry  []string
	intro, terms, thanks                                            []string
	orderTitle, orderNumber, orderDate, supplier, buyer, deliverBy  []string
	orderIntro, orderTerms, approved, orderTotal, paymentTerms, ref []string
}

func tradeWordsOf(lang string) *tradeWords {
	switch lang {
	case "de":
		return germanTrade()
	case "fr":
		return frenchTrade()
	case "es":
		return spanishTrade()
	case "nl":
		return dutchTrade()
	default:
		return englishTrade()
	}
}

func englishTrade() *tradeWords {
	return &tradeWords{
		title: []string{"INVOICE", "Invoice", "TAX INVOICE", "Sales Invoice", "Invoice"}, number: []string{"Invoice No.", "Invoice #", "Invoice Number", "Invoice no", "Inv. No."},
		date: []string{"Invoice Date", "Date", "Date of issue", "Issued", "Invoice date"}, due: []string{"Due Date", "Payment due", "Please pay by", "Due"}, delivery: []string{"Delivery date", "Ship Date", "Date of supply"},
		customerNo: []string{"Customer No.", "Account", "Client ID", "Customer #"}, orderRef: []string{"Your order", "P.O. Number", "PO #", "Order ref."},
		billTo: []string{"Bill To", "Invoice to", "Sold To", "Customer", "Billed to"}, shipTo: []string{"Ship To", "Deliver to"}, seller: []string{"From", "Supplier", "Seller", "Remit To"}, contact: []string{"Contact", "Sales rep", "Your contact"}, phone: []string{"Phone", "Tel.", "Tel"}, page: []string{"Page"},
		pos: []string{"#", "Item", "Line", "Pos."}, code: []string{"SKU", "Code", "Part No.", "Item No."}, name: []string{"Description", "Item description", "Product / Service", "Details"}, qty: []string{"Qty", "Quantity", "Hrs/Qty", "Units"}, unit: []string{"Unit", "U/M"}, price: []string{"Unit Price", "Rate", "Price", "Unit cost"}, rate: []string{"Tax %", "VAT %", "Tax"}, total: []string{"Amount", "Total", "Line Total", "Ext. Price"},
		net: []string{"Subtotal", "Net total", "Total excl. tax", "Sub-Total"}, tax: []string{"{t}", "{t} {r}%", "{t} ({r}%)", "Plus {r}% {t}"}, grand: []string{"Total", "Total Due", "Amount Due", "Grand Total", "Balance Due", "Invoice Total", "TOTAL"},
		vatID: []string{"VAT Reg No", "VAT No.", "VAT ID", "VAT registration"}, taxNo: []string{"Tax ID", "EIN", "Company No."}, bank: []string{"Bank", "Bank name"}, iban: []string{"IBAN"}, bic: []string{"BIC", "SWIFT/BIC", "SWIFT"}, account: []string{"Account No.", "Account number", "A/C No."}, carry: []string{"Carried forward"},
		intro:      []string{"Thank you for your order. We invoice you as follows:", "For goods delivered and services rendered:", "Please find below the charges for the period.", "", "We are pleased to submit our invoice for the work described below."},
		terms:      []string{"Payment is due within {n} days. Please quote the invoice number.", "Terms: net {n} days. Late payments bear interest at 1.5% per month.", "Please make payment within {n} days by bank transfer.", "Net {n}. Goods remain our property until paid in full."},
		thanks:     []string{"Thank you for your business!", "We appreciate your prompt payment.", "Questions about this invoice? Call us.", ""},
		orderTitle: []string{"PURCHASE ORDER", "Purchase Order", "ORDER", "Purchase order"}, orderNumber: []string{"PO Number", "P.O. No.", "Order No.", "Purchase Order #", "Order number"}, orderDate: []string{"Order Date", "PO Date", "Date", "Date of order"},
		supplier: []string{"Vendor", "Supplier", "To"}, buyer: []string{"Buyer", "Ordered by", "Bill To", "Purchaser"}, deliverBy: []string{"Deliver by", "Required by", "Delivery date", "Ship by"},
		orderIntro: []string{"Please supply the following goods in accordance with our terms of purchase.", "We hereby order the items listed below.", "Please enter our order for the following:", ""},
		orderTerms: []string{"The purchase order number must appear on all invoices, packing slips and correspondence.", "Notify us immediately if you are unable to ship as specified.", "Send two copies of your invoice to our accounts payable department.", "Deliveries are accepted Monday to Friday between 8 a.m. and 3 p.m.", "Changes to this order require our written consent."},
		approved:   []string{"Authorized by", "Approved by", "Authorised signature"}, orderTotal: []string{"Order Total", "Total", "Grand Total", "TOTAL ORDER VALUE"}, paymentTerms: []string{"Payment terms", "Terms"}, ref: []string{"Requisition", "Your quote", "Reference"},
	}
}

func germanTrade() *tradeWords {
	return &tradeWords{
		title: []string{"Rechnung", "RECHNUNG", "Rechnung", "Handelsrechnung"}, number: []string{"Rechnungsnummer", "Rechnung Nr.", "Rechnungs-Nr.", "Rg.-Nr.", "Belegnummer"},
		date: []string{"Rechnungsdatum", "Datum", "Belegdatum", "Rechnungsdatum"}, due: []string{"Fällig am", "Zahlbar bis", "Fälligkeit", "Zahlungsziel"}, delivery: []string{"Lieferdatum", "Leistungsdatum", "Liefer- und Leistungsdatum"},
		customerNo: []string{"Kundennummer", "Kunden-Nr.", "Kd.-Nr."}, orderRef: []string{"Ihre Bestellung", "Bestellnummer", "Auftrag", "Ihr Zeichen"},
		billTo: []string{"Rechnungsempfänger", "Käufer", "Rechnung an", "Kunde", "Rechnungsadresse"}, shipTo: []string{"Lieferanschrift", "Lieferadresse", "Warenempfänger"}, seller: []string{"Verkäufer", "Rechnungsersteller", "Lieferant", "Absender"}, contact: []string{"Ansprechpartner", "Bearbeiter", "Ihr Kontakt"}, phone: []string{"Telefon", "Tel."}, page: []string{"Seite"},
		pos: []string{"Pos.", "Pos", "Nr."}, code: []string{"Art.-Nr.", "Artikel", "Artikelnr."}, name: []string{"Bezeichnung", "Beschreibung", "Artikelbeschreibung", "Leistung"}, qty: []string{"Menge", "Anzahl"}, unit: []string{"Einheit", "ME", "Einh."}, price: []string{"Einzelpreis", "Preis", "E-Preis", "Preis/Einheit"}, rate: []string{"MwSt. %", "USt. %", "Steuer"}, total: []string{"Gesamt", "Betrag", "Gesamtpreis", "Summe"},
		net: []string{"Nettobetrag", "Zwischensumme", "Summe netto", "Gesamt netto", "Rechnungssumme Netto"}, tax: []string{"{t} {r} %", "zzgl. {r}% {t}", "{t} {r}%", "+ {r}% {t}"}, grand: []string{"Gesamtbetrag", "Rechnungsbetrag", "Bruttobetrag", "Gesamtsumme", "Zu zahlen", "Endbetrag", "Rechnungssumme Brutto"},
		vatID: []string{"USt-IdNr.", "USt.-Id.-Nr.", "USt-ID", "UID-Nr."}, taxNo: []string{"Steuernummer", "St.-Nr.", "Steuer-Nr."}, bank: []string{"Bank", "Bankverbindung", "Kreditinstitut"}, iban: []string{"IBAN"}, bic: []string{"BIC", "BIC/SWIFT"}, account: []string{"Konto"}, carry: []string{"Übertrag"},
		intro:      []string{"Sehr geehrte Damen und Herren,\nvielen Dank für Ihren Auftrag. Wir berechnen Ihnen wie folgt:", "Für unsere Lieferungen und Leistungen stellen wir Ihnen in Rechnung:", "Wir erlauben uns, folgende Positionen zu berechnen.", "", "Gemäß unserem Angebot berechnen wir:"},
		terms:      []string{"Zahlbar innerhalb von {n} Tagen ohne Abzug.", "Bitte überweisen Sie den Betrag innerhalb von {n} Tagen auf unser Konto.", "Zahlungsziel: {n} Tage netto. Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.", "Zahlbar in {n} Tagen rein netto."},
		thanks:     []string{"Mit freundlichen Grüßen", "Vielen Dank für Ihren Auftrag!", "Wir danken für die gute Zusammenarbeit.", ""},
		orderTitle: []string{"Bestellung", "BESTELLUNG", "Auftragserteilung", "Bestellung"}, orderNumber: []string{"Bestellnummer", "Bestell-Nr.", "Bestellung Nr.", "Auftragsnummer"}, orderDate: []string{"Bestelldatum", "Datum", "Auftragsdatum"},
		supplier: []string{"Lieferant", "An", "Auftragnehmer"}, buyer: []string{"Besteller", "Auftraggeber", "Rechnungsanschrift"}, deliverBy: []string{"Liefertermin", "Lieferung bis", "Wunschtermin"},
		orderIntro: []string{"wir bestellen zu unseren Einkaufsbedingungen:", "Hiermit bestellen wir folgende Artikel:", "Bitte liefern Sie uns die nachstehenden Positionen.", ""},
		orderTerms: []string{"Bitte geben Sie auf allen Schriftstücken unsere Bestellnummer an.", "Wir bitten um schriftliche Auftragsbestätigung innerhalb von drei Werktagen.", "Warenannahme Montag bis Freitag von 7 bis 15 Uhr.", "Teillieferungen nur nach Absprache.", "Es gelten ausschließlich unsere allgemeinen Einkaufsbedingungen."},
		approved:   []string{"Genehmigt", "Unterschrift Einkauf", "Freigabe durch"}, orderTotal: []string{"Bestellwert", "Gesamtbetrag", "Auftragssumme", "Gesamtsumme"}, paymentTerms: []string{"Zahlungsbedingungen", "Zahlung"}, ref: []string{"Ihr Angebot", "Anforderung", "Referenz"},
	}
}

func frenchTrade() *tradeWords {
	return &tradeWords{
		title: []string{"FACTURE", "Facture", "Facture"}, number: []string{"Facture n°", "Numéro de facture", "N° facture", "N° de facture"},
		date: []string{"Date de facture", "Date", "Date d'émission", "Émise le"}, due: []string{"Échéance", "Date d'échéance", "À régler avant le"}, delivery: []string{"Date de livraison", "Livré le"},
		customerNo: []string{"N° client", "Code client", "Réf. client"}, orderRef: []string{"Votre commande", "Bon de commande", "Réf. commande"},
		billTo: []string{"Facturé à", "Client", "Adresse de facturation", "Destinataire"}, shipTo: []string{"Adresse de livraison", "Livré à"}, seller: []string{"Vendeur", "Émetteur", "Fournisseur"}, contact: []string{"Votre contact", "Interlocuteur", "Suivi par"}, phone: []string{"Tél.", "Téléphone"}, page: []string{"Page"},
		pos: []string{"N°", "Ligne", "#"}, code: []string{"Réf.", "Référence", "Code article"}, name: []string{"Désignation", "Description", "Libellé", "Prestation"}, qty: []string{"Qté", "Quantité"}, unit: []string{"Unité", "U."}, price: []string{"Prix unitaire HT", "P.U. HT", "Prix unit."}, rate: []string{"TVA %", "Taux TVA", "TVA"}, total: []string{"Montant HT", "Total HT", "Montant"},
		net: []string{"Total HT", "Montant HT", "Sous-total HT", "Total hors taxes"}, tax: []string{"{t} {r} %", "{t} ({r}%)", "Montant {t} {r}%"}, grand: []string{"Total TTC", "Net à payer", "Montant TTC", "Total à régler", "TOTAL TTC"},
		vatID: []string{"N° TVA intracommunautaire", "TVA intracom.", "N° TVA"}, taxNo: []string{"SIRET", "N° SIRET", "RCS"}, bank: []string{"Banque", "Domiciliation"}, iban: []string{"IBAN"}, bic: []string{"BIC", "Code BIC"}, account: []string{"Compte"}, carry: []string{"À reporter"},
		intro:      []string{"Veuillez trouver ci-dessous le détail de nos prestations.", "Nous vous remercions de votre confiance.", "Madame, Monsieur,\nnous vous prions de trouver ci-après notre facture.", ""},
		terms:      []string{"Paiement à {n} jours, sans escompte.", "Règlement par virement sous {n} jours. Indemnité forfaitaire de recouvrement : 40 €.", "Conditions de règlement : {n} jours fin de mois.", "À payer sous {n} jours. Pas d'escompte pour paiement anticipé."},
		thanks:     []string{"Merci de votre confiance.", "Avec nos remerciements.", ""},
		orderTitle: []string{"BON DE COMMANDE", "Bon de commande", "Commande", "Commande fournisseur"}, orderNumber: []string{"Commande n°", "N° de commande", "Bon n°", "N° commande"}, orderDate: []string{"Date de commande", "Date", "Commandé le"},
		supplier: []string{"Fournisseur", "À l'attention de", "Vendeur"}, buyer: []string{"Acheteur", "Donneur d'ordre", "Facturer à"}, deliverBy: []string{"À livrer le", "Date de livraison souhaitée", "Livraison avant le"},
		orderIntro: []string{"Nous vous passons commande des articles suivants :", "Veuillez nous livrer les articles ci-dessous.", ""},
		orderTerms: []string{"Merci de rappeler notre numéro de commande sur tous vos documents.", "Merci de nous adresser un accusé de réception sous 48 heures.", "Réception des marchandises de 8 h à 16 h, du lundi au vendredi.", "Toute livraison partielle doit être acceptée par écrit.", "Nos conditions générales d'achat s'appliquent."},
		approved:   []string{"Bon pour accord", "Approuvé par", "Signature"}, orderTotal: []string{"Total commande", "Total TTC", "Montant total"}, paymentTerms: []string{"Conditions de paiement", "Règlement"}, ref: []string{"Votre devis", "Référence", "Affaire"},
	}
}

func spanishTrade() *tradeWords {
	return &tradeWords{
		title: []string{"FACTURA", "Factura", "Factura"}, number: []string{"Factura n.º", "Número de factura", "N.º factura", "Nº de factura"},
		date: []string{"Fecha de factura", "Fecha", "Fecha de emisión"}, due: []string{"Vencimiento", "Fecha de vencimiento", "Pagar antes del"}, delivery: []string{"Fecha de entrega", "Fecha de operación"},
		customerNo: []string{"N.º cliente", "Código cliente", "Cliente n.º"}, orderRef: []string{"Su pedido", "Pedido", "Ref. pedido"},
		billTo: []string{"Cliente", "Facturar a", "Datos del cliente", "Destinatario"}, shipTo: []string{"Dirección de envío", "Entregar en"}, seller: []string{"Vendedor", "Emisor", "Proveedor"}, contact: []string{"Contacto", "Atendido por"}, phone: []string{"Tel.", "Teléfono"}, page: []string{"Página"},
		pos: []string{"N.º", "Pos.", "Línea"}, code: []string{"Ref.", "Código", "Referencia"}, name: []string{"Descripción", "Concepto", "Artículo"}, qty: []string{"Cant.", "Cantidad", "Uds."}, unit: []string{"Ud.", "Unidad"}, price: []string{"Precio unit.", "Precio", "P. unitario"}, rate: []string{"IVA %", "% IVA"}, total: []string{"Importe", "Total", "Subtotal"},
		net: []string{"Base imponible", "Subtotal", "Total neto"}, tax: []string{"{t} {r} %", "{t} ({r}%)", "Cuota {t} {r}%"}, grand: []string{"Total factura", "TOTAL", "Total a pagar", "Importe total"},
		vatID: []string{"NIF-IVA", "N.º IVA intracomunitario", "NIF/IVA"}, taxNo: []string{"CIF", "NIF"}, bank: []string{"Banco", "Entidad"}, iban: []string{"IBAN"}, bic: []string{"BIC", "SWIFT"}, account: []string{"Cuenta"}, carry: []string{"Suma y sigue"},
		intro:      []string{"Les remitimos la factura correspondiente a los siguientes conceptos:", "Gracias por su pedido.", "Estimado cliente:\nadjuntamos el detalle de los trabajos realizados.", ""},
		terms:      []string{"Forma de pago: transferencia bancaria a {n} días.", "Pago a {n} días fecha factura.", "Rogamos efectúen el pago en un plazo de {n} días indicando el número de factura."},
		thanks:     []string{"Gracias por su confianza.", "Quedamos a su disposición.", ""},
		orderTitle: []string{"PEDIDO", "Orden de compra", "Pedido a proveedor", "ORDEN DE COMPRA"}, orderNumber: []string{"Pedido n.º", "N.º de pedido", "Orden de compra n.º", "Número de pedido"}, orderDate: []string{"Fecha del pedido", "Fecha", "Fecha de pedido"},
		supplier: []string{"Proveedor", "A la atención de"}, buyer: []string{"Comprador", "Solicitante", "Facturar a"}, deliverBy: []string{"Fecha de entrega", "Entregar antes del", "Plazo de entrega"},
		orderIntro: []string{"Les rogamos nos suministren los siguientes artículos:", "Por la presente formalizamos el siguiente pedido.", ""},
		orderTerms: []string{"Indiquen nuestro número de pedido en albaranes y facturas.", "Rogamos confirmen la recepción de este pedido.", "Recepción de mercancías de lunes a viernes, de 8 a 15 h.", "No se admiten entregas parciales sin autorización.", "Se aplican nuestras condiciones generales de compra."},
		approved:   []string{"Autorizado por", "Firma y sello", "Aprobado"}, orderTotal: []string{"Total pedido", "Importe total", "TOTAL"}, paymentTerms: []string{"Condiciones de pago", "Forma de pago"}, ref: []string{"Su oferta", "Referencia", "Presupuesto"},
	}
}

func dutchTrade() *tradeWords {
	return &tradeWords{
		title: []string{"FACTUUR", "Factuur", "Factuur"}, number: []string{"Factuurnummer", "Factuurnr.", "Factuur nr."},
		date: []string{"Factuurdatum", "Datum"}, due: []string{"Vervaldatum", "Te betalen voor", "Uiterste betaaldatum"}, delivery: []string{"Leverdatum", "Geleverd op"},
		customerNo: []string{"Klantnummer", "Debiteurnummer", "Klantnr."}, orderRef: []string{"Uw bestelling", "Ordernummer", "Uw referentie"},
		billTo: []string{"Factuuradres", "Klant", "Factuur aan", "Afnemer"}, shipTo: []string{"Afleveradres", "Bezorgadres"}, seller: []string{"Leverancier", "Verkoper", "Afzender"}, contact: []string{"Contactpersoon", "Behandeld door"}, phone: []string{"Tel.", "Telefoon"}, page: []string{"Pagina"},
		pos: []string{"Nr.", "Regel", "#"}, code: []string{"Artikelnr.", "Art.nr.", "Code"}, name: []string{"Omschrijving", "Artikel", "Product"}, qty: []string{"Aantal", "Hoeveelheid"}, unit: []string{"Eenheid", "Eenh."}, price: []string{"Prijs", "Stuksprijs", "Prijs per eenheid"}, rate: []string{"BTW %", "btw"}, total: []string{"Bedrag", "Totaal", "Regeltotaal"},
		net: []string{"Subtotaal", "Totaal excl. btw", "Netto bedrag"}, tax: []string{"{t} {r}%", "{r}% {t}", "{t} ({r}%)"}, grand: []string{"Totaal", "Totaal incl. btw", "Te betalen", "Totaalbedrag", "Factuurbedrag"},
		vatID: []string{"BTW-nummer", "Btw-id", "BTW nr."}, taxNo: []string{"KvK", "KvK-nummer"}, bank: []string{"Bank"}, iban: []string{"IBAN", "Rekening (IBAN)"}, bic: []string{"BIC"}, account: []string{"Rekening"}, carry: []string{"Transport"},
		intro:      []string{"Hierbij brengen wij u het volgende in rekening:", "Bedankt voor uw bestelling.", "Geachte heer, mevrouw,\nhieronder vindt u onze factuur voor de geleverde goederen en diensten.", ""},
		terms:      []string{"Wij verzoeken u het bedrag binnen {n} dagen over te maken onder vermelding van het factuurnummer.", "Betaling binnen {n} dagen na factuurdatum.", "Betalingstermijn: {n} dagen netto."},
		thanks:     []string{"Bedankt voor uw vertrouwen.", "Met vriendelijke groet", ""},
		orderTitle: []string{"BESTELLING", "Inkooporder", "Bestelbon", "Inkooporder"}, orderNumber: []string{"Bestelnummer", "Ordernummer", "Inkoopordernr.", "Bestelbon nr."}, orderDate: []string{"Besteldatum", "Orderdatum", "Datum"},
		supplier: []string{"Leverancier", "Aan"}, buyer: []string{"Besteller", "Opdrachtgever", "Factuuradres"}, deliverBy: []string{"Leverdatum", "Leveren voor", "Gewenste levering"},
		orderIntro: []string{"Hierbij bestellen wij de volgende artikelen:", "Gelieve ons het onderstaande te leveren.", ""},
		orderTerms: []string{"Vermeld ons bestelnummer op pakbon en factuur.", "Graag ontvangen wij binnen twee werkdagen een orderbevestiging.", "Goederenontvangst op werkdagen van 7.30 tot 15.30 uur.", "Deelleveringen alleen in overleg.", "Op deze order zijn onze inkoopvoorwaarden van toepassing."},
		approved:   []string{"Goedgekeurd door", "Handtekening", "Akkoord"}, orderTotal: []string{"Totaal bestelling", "Orderbedrag", "Totaal"}, paymentTerms: []string{"Betalingsvoorwaarden", "Betaling"}, ref: []string{"Uw offerte", "Referentie", "Project"},
	}
}
