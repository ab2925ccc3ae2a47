package prove

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pdf"
)

// badFile is a kind of file that cannot become a row. Content tells files of one kind apart by n.
type badFile struct {
	Kind    string
	Refused bool // by the generator, at the door; else a dead letter of the parser
	Content func(n int64) []byte
}

func badFiles() []badFile {
	return []badFile{
		{Kind: pdf.KindEncrypted, Content: encrypted},
		{Kind: deliver.KindNotPDF, Refused: true, Content: func(n int64) []byte { return fmt.Appendf(nil, "Note %d: buy paper.\n", n) }},
		{Kind: pdf.KindDamaged, Content: func(n int64) []byte {
			return fmt.Appendf(nil, "%%PDF-1.4\n%% %d\n%s\n%%%%EOF\n", n, strings.Repeat("nothing that can be followed ", 20))
		}},
	}
}

// badMessage is a kind of message that no stage of its topic can handle.
type badMessage struct {
	Kind     string
	Metadata func(topic string) map[string]string
	Body     string
}

const (
	kindInvalidPayload = "invalid_payload"
	kindUnknownVersion = "unknown_version"
)

func badMessages() []badMessage {
	return []badMessage{
		{Kind: kindInvalidPayload, Metadata: func(topic string) map[string]string { return map[string]string{event.KeyType: topic} },
			Body: `{"document_id": 7, "surprise": true}`},
		{Kind: kindUnknownVersion, Metadata: func(topic string) map[string]string { return map[string]string{event.KeyType: topic + "9"} },
			Body: `{"from": "the future"}`},
	}
}

// badTopics are where poison messages are sent, in turn, so that every stage gets some.
func badTopics() []string {
	return []string{event.TopicReceived, event.TopicParsed, event.TopicClassified, event.TopicExtracted}
}

// encrypted returns a small PDF that needs a password: its encryption dictionary fits no empty user password.
func encrypted(n int64) []byte {
	var b strings.Builder
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	fmt.Fprintf(&b, "%%PDF-1.4\n%% %d\n", n)
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>")
	object("<< /Length 5 >>\nstream\n\x11\x22\x33\x44\x55\nendstream")
	object("<< /Filter /Standard /V 1 /R 2 /P -44 /O <" + strings.Repeat("41", 32) + "> /U <" + strings.Repeat("42", 32) + "> >>")
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	id := strings.Repeat("ab", 16)
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Encrypt 5 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, id, id, xref)
	return []byte(b.String())
}
