// Package invoice2data reads templates in the YAML format of the invoice2data project as they are, and applies them to
// text, so that its users can bring their templates along.
//
// The format's expressions are Python's, with lookarounds and backreferences, which take a backtracking engine: each
// expression runs under a time limit, and all of one reading together under another. Text is what pdftotext -layout prints:
// the words of a page where they stand, with blanks between them.
//
// The package knows nothing of layouts, classes or events. Nothing in it knows an issuer.
package invoice2data
