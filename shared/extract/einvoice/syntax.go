package einvoice

import "fmt"

// maxLines bounds the lines whose values are given.
const maxLines = 50

// lineItems returns the values of the invoice's lines, named line_items[0].description and so on.
func lineItems(root *node, s syntax) []Field {
	var out []Field
	for i, n := range root.find(s.lines) {
		if i == maxLines {
			break
		}
		for _, r := range s.line {
			if f, ok := r.read(n); ok {
				f.Name = fmt.Sprintf("line_items[%d].%s", i, f.Name)
				out = append(out, f)
			}
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
			{"due_payable", "amount", []string{sums + "DuePayableAmount"}},
			{"iban", "iban", []string{account + "PayeePartyCreditorFinancialAccount/IBANID"}},
			{"bic", "bic", []string{account + "PayeeSpecifiedCreditorFinancialInstitution/BICID"}},
			{"order_number", "identifier", []string{agreement + "BuyerOrderReferencedDocument/IssuerAssignedID|ID"}},
		},
		lines: trade + "IncludedSupplyChainTradeLineItem",
		line: []rule{
			{"description", "text", []string{"SpecifiedTradeProduct/Name"}},
			{"quantity", "number", []string{"SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity"}},
			{"unit_price", "amount", []string{"SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement/NetPriceProductTradePrice/ChargeAmount"}},
			{"amount", "amount", []string{"SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement/" +
				"SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation/LineTotalAmount"}},
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
			{"due_payable", "amount", []string{sums + "PayableAmount"}},
			{"iban", "iban", []string{"PaymentMeans/PayeeFinancialAccount/ID"}},
			{"bic", "bic", []string{"PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID"}},
			{"order_number", "identifier", []string{"OrderReference/ID"}},
		},
		lines: "InvoiceLine|CreditNoteLine",
		line: []rule{
			{"description", "text", []string{"Item/Name", "Item/Description"}},
			{"quantity", "number", []string{"InvoicedQuantity|CreditedQuantity"}},
			{"unit_price", "amount", []string{"Price/PriceAmount"}},
			{"amount", "amount", []string{"LineExtensionAmount"}},
		},
	}
}
