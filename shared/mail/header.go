package mail

import (
	"io"
	"mime"
	"strings"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/net/html/charset"

	"github.com/millrace/millrace/shared/flow"
	"github.com/millrace/millrace/shared/plaintext"
)

// header returns the fields that people look at, one a line, and the same as document information.
func (r *reader) header(root *enmime.Part) (flow.Node, map[string]string) {
	p := &flow.Paragraph{}
	info := map[string]string{}
	line := func(name, value string) {
		words := []flow.Word{{Text: name + ":", Bold: true}}
		for _, w := range strings.Fields(value) {
			words = append(words, flow.Word{Text: w})
		}
		if len(words) > 1 {
			p.Lines = append(p.Lines, words)
		}
	}
	for _, name := range []string{"From", "To", "Cc", "Date", "Subject"} {
		value := decoded(strings.Join(root.Header.Values(name), ", "))
		line(name, value)
		if value != "" {
			info[name] = value
		}
	}
	if info["Subject"] != "" {
		info["Title"] = info["Subject"]
	}
	var names []string
	for _, f := range r.files {
		names = append(names, f.Name)
	}
	line("Attachments", strings.Join(names, ", "))
	return p, info
}

// decoded returns a header field's text: encoded words (RFC 2047) are decoded, as far as their charsets are known, and white space
// is made single blanks.
func decoded(value string) string {
	words := mime.WordDecoder{CharsetReader: func(label string, in io.Reader) (io.Reader, error) { return charset.NewReaderLabel(label, in) }}
	raw, _ := plaintext.Decode([]byte(value), "") // Windows-1252, at worst, decodes whatever there is
	text, err := words.DecodeHeader(raw)
	if err != nil {
		text = raw
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
}
