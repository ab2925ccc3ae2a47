// Package extract reads typed fields from a document's layout by rules that are written in YAML, one template for each
// class of document.
//
// A rule finds a value by its label (to the left of the value or above it), by a text pattern, by where it stands on the
// page, or by its own shape (an IBAN is an IBAN wherever it stands). Values are normalised and validated by package value;
// sums that must add up raise or lower the confidence in their terms. The schema is described in docs/templates.md.
//
// The package knows nothing of events' transport, files other than templates, or how a layout came to be. Nothing in it
// knows a particular sender's documents.
package extract
