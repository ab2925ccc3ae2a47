// Package mediatype tells what kind of document content is, from its beginning and from what it is called. It knows the kinds that
// the parser reads, and nothing of where content comes from.
package mediatype

import (
	"bytes"
	"encoding/binary"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
)

// The media types that the parser reads.
const (
	PDF  = "application/pdf"
	HTML = "text/html"
	Mail = "message/rfc822"
	Text = "text/plain"
)

// Window is how many bytes of the beginning are enough to tell.
const Window = 4096

// pdfWindow is how many bytes may come before "%PDF-". PDF 32000-1 wants it first; readers accept it within the first 1024 bytes
// (implementation note 13 of the PDF 1.7 reference), and real files need that.
const pdfWindow = 1024

// Base returns a media type without its parameters, in lower case. What cannot be parsed is returned as it is.
func Base(mediaType string) string {
	name, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return strings.ToLower(strings.TrimSpace(mediaType))
	}
	return name
}

// Readable reports whether the parser reads content of a type. Octets of no known type are tried as PDF.
func Readable(mediaType string) bool {
	switch Base(mediaType) {
	case PDF, "application/x-pdf", "application/octet-stream", HTML, "application/xhtml+xml", Mail, "message/global", Text:
		return true
	}
	return false
}

// Extension returns the extension of file names of a type, with its full stop; empty for a type that is not read.
func Extension(mediaType string) string {
	switch Base(mediaType) {
	case PDF:
		return ".pdf"
	case HTML:
		return ".html"
	case Mail:
		return ".eml"
	case Text:
		return ".txt"
	}
	return ""
}

// Of returns the media type of content that begins with head (see [Window]), or "" where it is none of those that are read. Name
// is a file's name and declared a media type that somebody gave it; both may be empty and both may lie: they decide only between
// texts, and a declared charset of HTML and plain text is kept. A file that calls itself a PDF and is none is nothing else either.
func Of(head []byte, name, declared string) string {
	head = head[:min(len(head), Window)]
	text, textual := asText(head)
	trimmed := strings.TrimLeft(text, " \t\r\n\f\x00")
	ext := strings.ToLower(path.Ext(name))
	said := Base(declared)
	pdf := bytes.Contains(head[:min(len(head), pdfWindow)], []byte("%PDF-"))
	switch {
	case pdf && strings.HasPrefix(trimmed, "%PDF-"):
		return PDF
	case textual && isMail(trimmed, ext == ".eml" || said == Mail):
		return Mail
	case pdf && (!textual || !isHTMLName(ext) && !isTextName(ext)):
		return PDF
	case ext == ".pdf", !textual, trimmed == "":
		return ""
	case isHTML(trimmed), strings.Contains(text, "<") && (isHTMLName(ext) || said == HTML || said == "application/xhtml+xml"):
		return withCharset(HTML, declared)
	case isTextName(ext), ext == "" && !isOther(trimmed), said == Text && !isOther(trimmed):
		return withCharset(Text, declared)
	}
	return ""
}

// withCharset adds the charset that was declared, where it was declared for text.
func withCharset(mediaType, declared string) string {
	kind, params, err := mime.ParseMediaType(declared)
	if err != nil || params["charset"] == "" || !strings.HasPrefix(kind, "text/") && kind != "application/xhtml+xml" {
		return mediaType
	}
	return mime.FormatMediaType(mediaType, map[string]string{"charset": params["charset"]})
}

func isHTMLName(ext string) bool { return slices.Contains([]string{".html", ".htm", ".xhtml"}, ext) }

func isTextName(ext string) bool {
	return slices.Contains([]string{".txt", ".text", ".asc", ".md", ".log"}, ext)
}

// isOther reports whether text is of a format that is no plain text.
func isOther(text string) bool {
	for _, prefix := range []string{`{\rtf`, "%!", "<?xml", "<svg", "#!"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// isHTML reports whether text begins as HTML does, after https://mimesniff.spec.whatwg.org; an XML declaration may come first.
func isHTML(text string) bool {
	if strings.HasPrefix(text, "<?xml") {
		_, rest, _ := strings.Cut(text, "?>")
		rest = strings.ToLower(strings.TrimLeft(rest, " \t\r\n"))
		return strings.HasPrefix(rest, "<!doctype html") || strings.HasPrefix(rest, "<html")
	}
	return strings.HasPrefix(http.DetectContentType([]byte(text)), HTML)
}

// asText returns the beginning of a text in UTF-8, as far as its ASCII goes, and whether it may be text at all: it has no bytes
// that the MIME Sniffing Standard calls binary.
func asText(head []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return wide(head[2:], binary.LittleEndian), true
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return wide(head[2:], binary.BigEndian), true
	}
	for _, c := range head {
		if c <= 0x08 || c == 0x0b || c >= 0x0e && c <= 0x1a || c >= 0x1c && c <= 0x1f {
			return string(head), false
		}
	}
	return strings.TrimPrefix(string(head), "\ufeff"), true
}

func wide(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}
