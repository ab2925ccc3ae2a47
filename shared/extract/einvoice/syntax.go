package einvoice

// maxLines bounds the lines whose values are given.
const maxLines = 2_000

// lines returns the values of the invoice's lines.
func lines(root *node, s syntax) [][]Field {
	var out [][]Field
	for _, n := range root.find(s.lines) {
		var line []Field
		for _, r := range s.line {
			if f, ok := r.read(n); ok {
				line = append(line, f)
			}
		}
		if len(line) > 0 && len(out) < maxLines {
			out = append(out, line)
		}
	}
	return out
}

func syntaxes() []syntax { return []syntax{cii(), ubl()} }

// cii gives the paths of UN/CEFACT Cross Industry Invoice D16B and, as alternatives, of ZUGFeRD 1, which it grew out of.
func cii() syntax {
	const (
		document   = "ExchangedDocument|HeaderExchangedDocument/"
		trade      = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction/"
		agreement  = trade + "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement/"
		settlement = trade + "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement/"
		sums       = settlement + "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation/"
		account    = settlement + "SpecifiedTradeSettlementPaymentMeans/"
		terms      = settlement + "SpecifiedTradePaymentTerms/"
		line       = "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement/"
		billed     = "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity"
		price      = "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement/NetPriceProductTradePrice/"
	)
	return syntax{
		name: CII, root: "CrossIndustryInvoice|CrossIndustryDocument",
		fields: []rule{
			{"invoice_number", "identifier", []string{document + "ID"}},
			{"issue_date", "date", []string{document + "IssueDateTime/DateTimeString"}},
			{"due_date", "date", []string{terms + "DueDateDateTime/DateTimeString"}},
			{"seller_name", "party", []string{agreement + "SellerTradeParty/Name"}},
			{"seller_vat", "vat", []string{agreement + "SellerTradeParty/SpecifiedTaxRegistration/ID[@schemeID=VA]"}},
			{"buyer_name", "party", []string{agreement + "BuyerTradeParty/Name"}},
			{"buyer_vat", "vat", []string{agreement + "BuyerTradeParty/SpecifiedTaxRegistration/ID[@schemeID=VA]"}},
			{"currency", "currency", []string{settlement + "InvoiceCurrencyCode"}},
			{"net_total", "amount", []string{sums + "TaxBasisTotalAmount"}},
			{"tax_total", "amount", []string{sums + "TaxTotalAmount"}},
			{"grand_total", "amount", []string{sums + "GrandTotalAmount"}},
			{"prepaid_total", "amount", []string{sums + "TotalPrepaidAmount"}},
			{"due_payable", "amount", []string{sums + "DuePayableAmount"}},
			{"lines_total", "amount", []string{sums + "LineTotalAmount"}},
			{"allowance_total", "amount", []string{sums + "AllowanceTotalAmount"}},
			{"charge_total", "amount", []string{sums + "ChargeTotalAmount"}},
			{"iban", "iban", []string{account + "PayeePartyCreditorFinancialAccount/IBANID"}},
			{"bic", "bic", []string{account + "PayeeSpecifiedCreditorFinancialInstitution/BICID"}},
			{"order_number", "identifier", []string{agreement + "BuyerOrderReferencedDocument/IssuerAssignedID|ID"}},
		},
		lines: trade + "IncludedSupplyChainTradeLineItem",
		line: []rule{
			{"position", "identifier", []string{"AssociatedDocumentLineDocument/LineID"}},
			{"item_number", "identifier", []string{"SpecifiedTradeProduct/SellerAssignedID"}},
			{"description", "text", []string{"SpecifiedTradeProduct/Name", "AssociatedDocumentLineDocument/IncludedNote/Content"}},
			{"quantity", "number", []string{billed}},
			{"unit", "text", []string{billed + "/@unitCode"}},
			{"unit_price", "amount", []string{price + "ChargeAmount"}},
			{"price_quantity", "number", []string{price + "BasisQuantity"}},
			{"tax_rate", "number", []string{line + "ApplicableTradeTax/RateApplicablePercent|ApplicablePercent"}},
			{"amount", "amount", []string{line + "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation/LineTotalAmount"}},
		},
	}
}

// ubl gives the paths of OASIS UBL 2.1 invoices and credit notes.
func ubl() syntax {
	const (
		seller = "AccountingSupplierParty/Party/"
		buyer  = "AccountingCustomerParty/Party/"
		name   = "PartyLegalEntity/RegistrationName"
		vat    = "PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"
		sums   = "LegalMonetaryTotal/"
		billed = "InvoicedQuantity|CreditedQuantity"
	)
	return syntax{
		name: UBL, root: "Invoice|CreditNote",
		fields: []rule{
			{"invoice_number", "identifier", []string{"ID"}},
			{"issue_date", "date", []string{"IssueDate"}},
			{"due_date", "date", []string{"DueDate", "PaymentMeans/PaymentDueDate"}},
			{"seller_name", "party", []string{seller + name, seller + "PartyName/Name"}},
			{"seller_vat", "vat", []string{seller + vat}},
			{"buyer_name", "party", []string{buyer + name, buyer + "PartyName/Name"}},
			{"buyer_vat", "vat", []string{buyer + vat}},
			{"currency", "currency", []string{"DocumentCurrencyCode"}},
			{"net_total", "amount", []string{sums + "TaxExclusiveAmount"}},
			{"tax_total", "amount", []string{"TaxTotal[TaxSubtotal/TaxCategory/TaxScheme/ID=VAT]/TaxAmount", "TaxTotal/TaxAmount"}},
			{"grand_total", "amount", []string{sums + "TaxInclusiveAmount"}},
			{"prepaid_total", "amount", []string{sums + "PrepaidAmount"}},
			{"due_payable", "amount", []string{sums + "PayableAmount"}},
			{"lines_total", "amount", []string{sums + "LineExtensionAmount"}},
			{"allowance_total", "amount", []string{sums + "AllowanceTotalAmount"}},
			{"charge_total", "amount", []string{sums + "ChargeTotalAmount"}},
			{"iban", "iban", []string{"PaymentMeans/PayeeFinancialAccount/ID"}},
			{"bic", "bic", []string{"PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID"}},
			{"order_number", "identifier", []string{"OrderReference/ID"}},
		},
		lines: "InvoiceLine|CreditNoteLine",
		line: []rule{
			{"position", "identifier", []string{"ID"}},
			{"item_number", "identifier", []string{"Item/SellersItemIdentification/ID"}},
			{"description", "text", []string{"Item/Name", "Item/Description"}},
			{"quantity", "number", []string{billed}},
			{"unit", "text", []string{billed + "/@unitCode"}},
			{"unit_price", "amount", []string{"Price/PriceAmount"}},
			{"price_quantity", "number", []string{"Price/BaseQuantity"}},
			{"tax_rate", "number", []string{"Item/ClassifiedTaxCategory/Percent"}},
			{"amount", "amount", []string{"LineExtensionAmount"}},
		},
	}
}
