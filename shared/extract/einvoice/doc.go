// Package einvoice reads the fields of electronic invoices in XML: UN/CEFACT Cross Industry Invoice (Factur-X, XRechnung,
// ZUGFeRD 1 and 2) and OASIS UBL 2 (XRechnung, Peppol).
//
// It knows the two syntaxes of EN 16931 by their element names, whatever the version of their namespaces, and nothing of
// documents, layouts or events. It looks up no external entity and follows no reference.
package einvoice
