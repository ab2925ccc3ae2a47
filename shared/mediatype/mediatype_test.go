package mediatype

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// wideText returns text in UTF-16 with a byte order mark.
func wideText(text string) string {
	var sb strings.Builder
	for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
		sb.WriteByte(byte(u >> 8))
		sb.WriteByte(byte(u))
	}
	return sb.String()
}

func TestOfTellsByContentAndName(t *testing.T) {
	const mail = "Received: from a\r\n\tby b; Mon, 3 Mar 2025 10:12:00 +0100\r\nFrom: a@example.com\r\nSubject: x\r\n\r\n%PDF-1.4 is not one"
	const bare = "From: a@example.com\nTo: b@example.com\nSubject: a memo\n\ntext"
	tests := []struct{ what, content, name, declared, want string }{
		{"a PDF", "%PDF-1.4\n\x00\x01", "x.txt", "text/plain", PDF},
		{"a PDF behind other bytes", "\x00\x01junk%PDF-1.4", "", "", PDF},
		{"a PDF behind a blank", "\r\n%PDF-1.4", "x.html", "", PDF},
		{"what calls itself a PDF", "these are notes", "notes.pdf", "", ""},
		{"HTML that calls itself a PDF", "<!DOCTYPE html><p>Log in", "bill.PDF", "", ""},
		{"a mail", mail, "x", "", Mail},
		{"a mail of any name", mail, "mail.txt", "text/plain", Mail},
		{"a mail in a mailbox", "From a@example.com Mon Mar\n" + mail, "", "", Mail},
		{"a saved mail without a program's header", bare, "memo.eml", "", Mail},
		{"such a mail, declared", bare, "", "message/rfc822", Mail},
		{"a memo", bare, "memo.txt", "", Text},
		{"no mail at all", "just text", "x.eml", "", ""},
		{"HTML", "\n<!-- saved --><!DOCTYPE html><p>x", "", "", HTML},
		{"HTML with a byte order mark", "\ufeff<html><p>x", "x", "", HTML},
		{"HTML in UTF-16", wideText("<html><p>x"), "", "", HTML},
		{"HTML without doctype, by name", "Dear Jane<br>hello", "letter.HTM", "", HTML},
		{"HTML by what is declared, with its charset", "Dear Jane<br>hello", "", "text/html; charset=koi8-r", "text/html; charset=koi8-r"},
		{"XHTML", "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC ''><html>", "x.xhtml", "", HTML},
		{"HTML about PDF", "<html>Files begin with %PDF-1.4", "x.html", "", HTML},
		{"text by name", "a %PDF- header, <b>", "x.txt", "", Text},
		{"text without extension", "Dear Jane", "README", "", Text},
		{"text by what is declared", "Dear Jane", "x.dat", "text/plain; charset=iso-8859-2", "text/plain; charset=iso-8859-2"},
		{"text in another encoding", "gr\xfc\xdfe", "x.txt", "", Text},
		{"an unknown extension", "a;b;c", "x.csv", "", ""},
		{"XML", "<?xml version='1.0'?><Invoice/>", "", "", ""},
		{"RTF", `{\rtf1 x}`, "x", "", ""},
		{"a picture", "\x89PNG\r\n\x1a\n\x00", "x.txt", "", ""},
		{"nothing but blanks", " \n", "x.txt", "", ""},
		{"nothing", "", "x.html", "", ""},
	}
	for _, tt := range tests {
		if got := Of([]byte(tt.content), tt.name, tt.declared); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
		if got := Of([]byte(tt.content), tt.name, tt.declared); got != "" && !Readable(got) {
			t.Errorf("%s: %q is recognised and not read", tt.what, got)
		}
	}
}
