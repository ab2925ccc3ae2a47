package einvoice_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/extract/einvoice"
)

const crossIndustry = `<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:x" xmlns:ram="urn:y" xmlns:udt="urn:z">
 <rsm:ExchangedDocument><ram:ID> A-17 </ram:ID><ram:IssueDateTime><udt:DateTimeString format="102">20250403</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem>
   <ram:SpecifiedTradeProduct><ram:Name>Oak boards</ram:Name></ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>9.9000</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="MTR">10.0000</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>99</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Maple &amp; Sons Ltd</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">22/815</ram:ID></ram:SpecifiedTaxRegistration>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE 123 456 789</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Elm AG</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>99.00</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">18.81</ram:TaxTotalAmount><ram:GrandTotalAmount>117.81</ram:GrandTotalAmount><ram:DuePayableAmount>0.00</ram:DuePayableAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>`

const universal = `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cbc="urn:b" xmlns:cac="urn:a">
 <cbc:ID>A-17</cbc:ID><cbc:IssueDate>2025-04-03</cbc:IssueDate><cbc:DueDate>2025-05-03</cbc:DueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>Maple</cbc:Name></cac:PartyName>
  <cac:PartyTaxScheme><cbc:CompanyID>22/815</cbc:CompanyID><cac:TaxScheme><cbc:ID>FC</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyTaxScheme><cbc:CompanyID>DE123456789</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Maple &amp; Sons Ltd</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Elm AG</cbc:Name></cac:PartyName></cac:Party></cac:AccountingCustomerParty>
 <cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>DE88 2008 0000 0970 3757 00</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">18.81</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>99</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount>117.81</cbc:TaxInclusiveAmount><cbc:PayableAmount>117.81</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:InvoicedQuantity>10</cbc:InvoicedQuantity><cbc:LineExtensionAmount>99.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Oak boards</cbc:Name></cac:Item></cac:InvoiceLine>
</Invoice>`

func values(t *testing.T, xml string) (syntax string, out map[string]string) {
	t.Helper()
	inv, err := einvoice.Parse([]byte(xml))
	if err != nil {
		t.Fatal(err)
	}
	out = map[string]string{}
	for _, f := range inv.Fields {
		out[f.Name] = f.Value
	}
	for i, line := range inv.Lines {
		for _, f := range line {
			out[fmt.Sprintf("%d.%s", i, f.Name)] = f.Value
		}
	}
	return inv.Syntax, out
}

func TestCrossIndustryInvoicesAreRead(t *testing.T) {
	syntax, got := values(t, crossIndustry)
	want := map[string]string{
		"invoice_number": "A-17", "issue_date": "2025-04-03", "seller_name": "Maple & Sons Ltd", "seller_vat": "DE123456789", "buyer_name": "Elm AG",
		"currency": "EUR", "net_total": "99.00", "tax_total": "18.81", "grand_total": "117.81", "due_payable": "0.00",
		"0.description": "Oak boards", "0.quantity": "10", "0.unit": "MTR", "0.unit_price": "9.90", "0.amount": "99.00",
	}
	if diff := cmp.Diff(want, got); diff != "" || syntax != einvoice.CII {
		t.Errorf("%s (-want +got):\n%s", syntax, diff)
	}
}

func TestUBLInvoicesAreRead(t *testing.T) {
	syntax, got := values(t, universal)
	want := map[string]string{
		"invoice_number": "A-17", "issue_date": "2025-04-03", "due_date": "2025-05-03", "seller_name": "Maple & Sons Ltd", "seller_vat": "DE123456789",
		"buyer_name": "Elm AG", "currency": "EUR", "net_total": "99.00", "tax_total": "18.81", "grand_total": "117.81", "due_payable": "117.81",
		"iban": "DE88200800000970375700", "0.description": "Oak boards", "0.quantity": "10", "0.amount": "99.00",
	}
	if diff := cmp.Diff(want, got); diff != "" || syntax != einvoice.UBL {
		t.Errorf("%s (-want +got):\n%s", syntax, diff)
	}
}

func TestOtherXMLIsRefused(t *testing.T) {
	if _, err := einvoice.Parse([]byte("<feed><ID>1</ID></feed>")); !errors.Is(err, einvoice.ErrNoInvoice) {
		t.Errorf("a feed gives %v", err)
	}
	for name, xml := range map[string]string{
		"nothing": "", "no XML": "%PDF-1.7", "cut off": "<Invoice><ID>", "too deep": strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100),
		"an entity that grows": `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Invoice><ID>&b;</ID></Invoice>`,
	} {
		if inv, err := einvoice.Parse([]byte(xml)); err == nil && strings.Contains(inv.Syntax, "aaa") {
			t.Errorf("%s gives %+v", name, inv)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(crossIndustry))
	f.Add([]byte(universal))
	f.Fuzz(func(t *testing.T, content []byte) {
		inv, err := einvoice.Parse(content)
		if err != nil {
			return
		}
		for _, v := range inv.Fields {
			if v.Name == "" || v.Value == "" {
				t.Errorf("an empty field %+v", v)
			}
		}
	})
}
