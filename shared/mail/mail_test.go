package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// crlf makes a mail of lines.
func crlf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

// somePDF is enough of one to be recognised.
const somePDF = "%PDF-1.4\nnot much of one\n"

func read(t *testing.T, content []byte) *Mail {
	t.Helper()
	m, err := Read(content, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// parts returns what is attached, as "name type content".
func parts(m *Mail) []string {
	var all []string
	for _, p := range m.Parts {
		all = append(all, p.Name+" "+p.MediaType+" "+string(p.Content))
	}
	return all
}

func listed(m *Mail) string {
	var all []string
	for _, f := range m.Document.Attachments {
		all = append(all, fmt.Sprintf("%s %s %d", f.Name, f.MediaType, f.Size))
	}
	return strings.Join(all, ", ")
}

func TestReadShowsHeaderAndText(t *testing.T) {
	m := read(t, crlf(
		"From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <jm@example.com>", "To: a@example.com,", "\tb@example.com", "Cc: c@example.com",
		"Subject: =?iso-8859-1?B?"+base64.StdEncoding.EncodeToString([]byte("Gr\xfc\xdfe"))+"?=", "Date: Mon, 3 Mar 2025 10:12:00 +0100",
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=iso-8859-15", "Content-Transfer-Encoding: quoted-printable", "",
		"Price: 5 =A4 for a very long =", "line.", "", "Second block"))
	want := "From: Jürgen Müller <jm@example.com>\nTo: a@example.com, b@example.com\nCc: c@example.com\nDate: Mon, 3 Mar 2025 10:12:00 +0100\n" +
		"Subject: Grüße\n\nPrice: 5 € for a very long line.\n\nSecond block\n"
	if got := m.Document.Text(); got != want {
		t.Errorf("text:\n%s\nwant:\n%s", got, want)
	}
	if d := m.Document; d.Outcome != layout.Complete || d.Info["Subject"] != "Grüße" || d.Info["From"] != "Jürgen Müller <jm@example.com>" || d.Engine != Engine {
		t.Errorf("document: %s %q", d.Outcome, d.Info)
	}
}

func TestReadFindsWhatIsAttached(t *testing.T) {
	inner := string(crlf("From: x@example.com", "Subject: inner", "Message-ID: <1@x>", "", "inner text"))
	m := read(t, crlf("From: a@example.com", "MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="b"`, "",
		"--b", `Content-Type: multipart/related; boundary="r"`, "",
		"--r", "Content-Type: text/html; charset=utf-8", "", `<p>Hello <img src="cid:logo" alt="logo"></p>`,
		"--r", "Content-Type: image/png", "Content-ID: <logo>", "Content-Transfer-Encoding: base64", "", "iVBORw0KGgo=",
		"--r--", "",
		"--b", "Content-Type: application/octet-stream", "Content-Disposition: attachment; filename*0*=utf-8''Rechnung%20; filename*1*=M%C3%A4rz.pdf",
		"Content-Transfer-Encoding: base64", "", base64.StdEncoding.EncodeToString([]byte(somePDF)),
		"--b", `Content-Type: text/html; charset=iso-8859-1; name="=?utf-8?q?seite.html?="`, "Content-Transfer-Encoding: base64", "",
		base64.StdEncoding.EncodeToString([]byte("<html><meta charset=latin1><p>\xfc</p>")),
		"--b", "Content-Type: message/rfc822", "", inner,
		"--b", "Content-Type: image/jpeg; name=../../photo.jpg", "Content-Transfer-Encoding: base64", "", "/9j/4AAQ",
		"--b", "Content-Type: application/zip", "Content-Disposition: attachment; filename=files.zip", "", "PK\x03\x04",
		"--b--", ""))
	want := []string{
		"Rechnung März.pdf application/pdf " + somePDF,
		"seite.html text/html; charset=iso-8859-1 <html><meta charset=latin1><p>\xfc</p>", // octet for octet
		"attachment-3.eml message/rfc822 " + inner,
	}
	if got := parts(m); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("parts:\n%q\nwant\n%q", got, want)
	}
	if got, want := listed(m), fmt.Sprintf("Rechnung März.pdf application/pdf %d, seite.html text/html; charset=iso-8859-1 35, attachment-3.eml message/rfc822 %d, photo.jpg image/jpeg 6, files.zip application/zip 4",
		len(somePDF), len(inner)); got != want {
		t.Errorf("listed: %s\nwant    %s", got, want)
	}
	if text := m.Document.Text(); !strings.Contains(text, "Hello logo\n") || strings.Contains(text, "inner text") ||
		!strings.Contains(text, "Attachments: Rechnung März.pdf, seite.html, attachment-3.eml, photo.jpg, files.zip\n") {
		t.Errorf("text:\n%s", text)
	}
}

// alternatives makes a mail with a plain and an HTML version.
func alternatives(plain, html string) []byte {
	return crlf("From: a@example.com", `Content-Type: multipart/alternative; boundary=b`, "", "--b", "Content-Type: text/plain", "", plain,
		"--b", "Content-Type: text/html", "", html, "--b--", "")
}

func TestReadChoosesOneVersionOfTheText(t *testing.T) {
	tests := map[string]struct{ plain, html, want string }{
		"plain text":                     {"the plain version", "<p>the <b>HTML</b> version", "the plain version\n"},
		"HTML where plain text is empty": {" ", "<p>the HTML version", "the HTML version\n"},
		"HTML where plain text is a stub": {"Please use HTML.", "<p>" + strings.Repeat("one two three four five ", 5),
			strings.TrimSpace(strings.Repeat("one two three four five ", 5))},
	}
	for name, tt := range tests {
		text := read(t, alternatives(tt.plain, tt.html)).Document.Text()
		if flat := strings.Join(strings.Fields(text), " "); flat != "From: a@example.com "+strings.TrimSpace(tt.want) {
			t.Errorf("%s: %q", name, flat)
		}
	}
	apple := read(t, crlf("From: a@example.com", "Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", "see the file",
		"--b", "Content-Type: multipart/mixed; boundary=m", "", "--m", "Content-Type: text/html", "", "<p>see the file", "--m",
		"Content-Type: application/pdf; name=a.pdf", "", somePDF, "--m--", "--b--", ""))
	if len(apple.Parts) != 1 || strings.Count(apple.Document.Text(), "see the file") != 1 {
		t.Errorf("a file within one of the versions: %q, %q", parts(apple), apple.Document.Text())
	}
}

func TestReadTakesFlowedTextAsItIsMeant(t *testing.T) {
	m := read(t, crlf("From: a@example.com", "Content-Type: text/plain; format=flowed", "", "one ", "line", " indented", "> quoted ", "> too", "-- ", "Jane"))
	if want := "one line\nindented\n> quoted too\n--\nJane\n"; !strings.HasSuffix(m.Document.Text(), want) {
		t.Errorf("text:\n%s", m.Document.Text())
	}
}

func TestReadKeepsWhatCanBeReadOfABrokenMail(t *testing.T) {
	tests := map[string]struct {
		content    []byte
		text, says string
		parts      int
	}{
		"no closing boundary": {crlf("From: a@x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain", "", "hello",
			"--b", "Content-Type: application/pdf", "", somePDF), "hello", "Boundary", 1},
		"no boundary at all": {crlf("From: a@x", "Content-Type: multipart/mixed", "", "--b", "Content-Type: text/plain", "", "hello",
			"--b", "Content-Type: application/pdf", "", somePDF, "--b--"), "hello", "does not say where they begin", 1},
		"an unknown charset":    {crlf("From: a@x", "Content-Type: text/plain; charset=klingon", "", "hello"), "hello", "klingon", 0},
		"an unknown encoding":   {crlf("From: a@x", "Content-Transfer-Encoding: rot13", "", "hello"), "hello", "Content Encoding", 0},
		"base64 that breaks":    {crlf("From: a@x", "Content-Transfer-Encoding: base64", "", "aGVsbG8=!!", "aGVsbG8"), "hello", "Base64", 0},
		"HTML that is too deep": {append(crlf("From: a@x", "Subject: deep", "Content-Type: text/html", "", ""), bytes.Repeat([]byte("<div>"), 2000)...), "deep", "too deep", 0},
	}
	for name, tt := range tests {
		m, err := Read(tt.content, Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := m.Document; d.Outcome != layout.Partial || !strings.Contains(d.EngineReason, tt.says) || !strings.Contains(d.Text(), tt.text) || len(m.Parts) != tt.parts {
			t.Errorf("%s: %s because of %q, %d parts, text %q", name, d.Outcome, d.EngineReason, len(m.Parts), d.Text())
		}
	}
	whole := map[string][]byte{
		"UTF-8 that says nothing":       crlf("From: a@x", "", "grüße"),
		"UTF-8 that calls itself ASCII": crlf("From: a@x", "Content-Type: text/plain; charset=us-ascii", "", "grüße"),
		"Windows-1252 without a word":   crlf("From: a@x", "", "gr\xfc\xdfe"),
		"a line of a mailbox":           crlf("From a@x Mon Mar  3 10:12:00 2025", "From: a@x", "", "grüße"),
	}
	for name, content := range whole {
		if m := read(t, content); m.Document.Outcome != layout.Complete || !strings.Contains(m.Document.Text(), "grüße") {
			t.Errorf("%s: %s, %q", name, m.Document.Outcome, m.Document.Text())
		}
	}
}

// enclosed returns a mail in so many mails.
func enclosed(depth int) []byte {
	content := []byte("From: a@x\r\n\r\ninnermost")
	for range depth - 1 {
		content = append([]byte("From: a@x\r\nContent-Type: message/rfc822\r\n\r\n"), content...)
	}
	return content
}

func TestReadRefusesWithAKind(t *testing.T) {
	many := "From: a@x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n", 1001) + "--b--"
	deep := ""
	for i := range 150 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	tests := map[string]struct {
		content []byte
		kind    string
	}{
		"nothing":          {nil, "empty"},
		"no header":        {[]byte("just text"), KindNotMail},
		"PGP/MIME":         {crlf("From: a@x", "Content-Type: multipart/encrypted; boundary=b; protocol=application/pgp-encrypted", "", "--b", "", "x", "--b--"), "encrypted"},
		"S/MIME":           {crlf("From: a@x", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "", "MIAGCSqGSIb3"), "encrypted"},
		"PGP in the text":  {crlf("From: a@x", "", "-----BEGIN PGP MESSAGE-----", "", "hQEMA"), "encrypted"},
		"too many parts":   {[]byte(many), KindTooMany},
		"parts too deep":   {[]byte("From: a@x\r\n" + deep), KindTooDeep},
		"mails in mails":   {enclosed(11), KindTooDeep},
		"text without end": {crlf("From: a@x", "", strings.Repeat("x\n", 100_000)), "too_many_pages"},
	}
	for name, tt := range tests {
		_, err := Read(tt.content, Limits{Pages: 100})
		if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v (%q), want permanent %q", name, err, fault.KindOf(err), tt.kind)
		}
	}
	if m := read(t, enclosed(10)); len(m.Parts) != 1 {
		t.Errorf("ten mails in each other: %d parts", len(m.Parts))
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("From: a@x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--b--"))
	f.Add(alternatives("a", "<table><tr><td colspan=3>x"))
	f.Add(enclosed(3))
	f.Add(crlf("Subject: =?utf-8?b?eA==?=", "Content-Type: text/plain; format=flowed; delsp=yes", "Content-Transfer-Encoding: quoted-printable", "", "=41 ", ">b"))
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := Read(content, Limits{Pages: 100, Parts: 100, Depth: 3})
		if err != nil {
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) == "" {
				t.Errorf("a fault without a kind: %v", err)
			}
			return
		}
		if _, err := layout.Encode(m.Document); err != nil {
			t.Error(err)
		}
	})
}
