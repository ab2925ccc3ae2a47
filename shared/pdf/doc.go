// Package pdf reads PDF documents into the [layout] model.
//
// Objects, cross references and decryption are read by github.com/ledongthuc/pdf. Everything above the object level is
// done here: stream filters, fonts and their character maps, and the content stream interpreter. Package assembly makes
// words, lines, columns and blocks in reading order of the glyphs. ADR 0003 says why, and which defects are stepped around.
//
// The package takes bytes and returns a document: it knows nothing of files, stores, events or processes. It recovers
// every panic it can, but a hostile file can still exhaust memory or the stack, which no Go program survives; documents
// from outside are read through package sandbox, which runs this one in a child process, behind package reader, which knows other
// engines for what this one cannot read.
package pdf
