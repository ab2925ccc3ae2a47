package e2e

import (
	"encoding/base64"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/synthetic"
)

// attachment is a part of a mail.
type attachment struct{ name, mediaType, content string }

// mailWith returns an e-mail with attachments.
func mailWith(subject string, files ...attachment) []byte {
	var sb strings.Builder
	edge := "edge-" + strings.ReplaceAll(subject, " ", "-") // a mail in a mail has another
	fmt.Fprintf(&sb, "From: Billing <billing@example.com>\r\nTo: desk@example.com\r\nSubject: %s\r\nDate: Mon, 3 Mar 2025 10:12:00 +0100\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"Dear all,\r\nplease find attached what belongs to %s.\r\n", subject, edge, edge, subject)
	for _, f := range files {
		fmt.Fprintf(&sb, "--%s\r\nContent-Type: %s\r\nContent-Disposition: attachment; filename=%q\r\n", edge, f.mediaType, f.name)
		if f.mediaType == "message/rfc822" {
			fmt.Fprintf(&sb, "\r\n%s\r\n", f.content)
			continue
		}
		fmt.Fprintf(&sb, "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n", base64.StdEncoding.EncodeToString([]byte(f.content)))
	}
	fmt.Fprintf(&sb, "--%s--\r\n", edge)
	return []byte(sb.String())
}

func madeInvoice(t *testing.T, seed int64) string {
	t.Helper()
	source, err := synthetic.New(synthetic.Config{Seed: seed, Kinds: []string{"invoice"}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := source.Next()
	if err != nil {
		t.Fatal(err)
	}
	return string(d.PDF)
}

// TestAMailsAttachmentsAreDocumentsLinkedToIt drops a mail with a PDF file, an HTML file and a mail that has a PDF file of its own:
// six rows that are linked. Dropped again, they are arrivals more and no documents.
func TestAMailsAttachmentsAreDocumentsLinkedToIt(t *testing.T) {
	s := system.New(t, programs)
	bill, inner := madeInvoice(t, 21), madeInvoice(t, 22)
	page := "<h1>Terms</h1><p>Payment is due within 30 days."
	forwarded := string(mailWith("the inner mail", attachment{"inner.pdf", "application/pdf", inner}))
	mail := mailWith("the outer mail", attachment{"bill.pdf", "application/octet-stream", bill}, attachment{"terms.html", "text/html", page},
		attachment{"forwarded.eml", "message/rfc822", forwarded}, attachment{"photo.png", "image/png", "\x89PNG\r\n\x1a\n"})
	s.Start(system.Services()...)
	s.Drop("bill by itself.pdf", []byte(bill))
	s.WaitCount(time.Minute, 1, storedDocuments)
	s.Drop("message.eml", mail)
	s.WaitCount(2*time.Minute, 5, storedDocuments)
	id := func(content string) string { return event.DocumentID([]byte(content)) }
	links := `select count(*) from attachments where mail = $1 and document = $2 and document_id = $3 and mail_id = $4`
	for _, link := range []struct{ mail, name, content, parent string }{
		{"message.eml", "bill.pdf", bill, string(mail)}, {"message.eml", "terms.html", page, string(mail)},
		{"message.eml", "forwarded.eml", forwarded, string(mail)}, {"forwarded.eml", "inner.pdf", inner, forwarded},
	} {
		s.WaitCount(time.Minute, 1, links, link.mail, link.name, id(link.content), id(link.parent))
	}
	if n := s.Count(`select count(*) from documents where document_id = $1 and arrivals = 2 and source = 'inbox'`, id(bill)); n != 1 {
		t.Error("the bill that came by itself and attached is not one document with two arrivals")
	}
	if n := s.Count(`select count(*) from texts where document_id = $1 and text like '%Subject: the outer mail%photo.png%'`, id(string(mail))); n != 1 {
		t.Error("the mail's text does not say what it is about and what is attached")
	}
	s.Drop("again.eml", mail)
	s.WaitCount(2*time.Minute, 11, allArrivals)
	s.WaitCount(time.Minute, 5, storedDocuments)
	if documents, failures := s.Count(allDocuments), s.Count(allFailures); documents != 5 || failures != 0 {
		t.Errorf("%d documents and %d failures after the mail came again", documents, failures)
	}
}

// TestAParserThatIsKilledLosesAndDoublesNoAttachment kills the parser again and again while mails are in its hands. Each mail and each
// attachment is stored, with one arrival each.
func TestAParserThatIsKilledLosesAndDoublesNoAttachment(t *testing.T) {
	const mails, each = 60, 3
	s := system.New(t, programs)
	s.Start("generator", "classifier", "extractor", "sink", "deadletters")
	for i := range mails {
		var files []attachment
		for j := range each {
			files = append(files, attachment{fmt.Sprintf("note %d.txt", j), "text/plain", fmt.Sprintf("This is note %d of mail %d.", j, i)})
		}
		s.Drop(fmt.Sprintf("%02d.eml", i), mailWith(fmt.Sprint("mail number ", i), files...))
	}
	s.WaitCount(time.Minute, mails, allArrivals)
	s.Start("parser")
	for seen := range 5 { // at different depths of the backlog
		waitAtLeast(t, s, mails+seen*each*mails/6)
		s.Signal("parser", syscall.SIGKILL)
		s.Start("parser")
	}
	s.WaitCount(5*time.Minute, mails*(1+each), storedDocuments)
	assertStoredOnce(t, s, mails*(1+each))
	if n := s.Count(`select count(*) from attachments a join documents m on m.document_id = a.mail_id where m.name = a.mail`); n != mails*each {
		t.Errorf("%d of %d attachments are linked to their mails", n, mails*each)
	}
}
