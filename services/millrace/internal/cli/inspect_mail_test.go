package cli

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/shared/event"
)

func TestInspectReadsMailAndHTML(t *testing.T) {
	paths, _ := samples(t, 1, "invoice")
	pdf, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mail := write("message.eml", "From: billing@example.com\r\nSubject: Your invoice\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"+
		"--b\r\n\r\nPlease find the invoice attached.\r\n--b\r\nContent-Type: application/pdf; name=bill.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"+
		base64.StdEncoding.EncodeToString(pdf)+"\r\n--b\r\nContent-Type: application/zip; name=more.zip\r\n\r\nPK\r\n--b--\r\n")
	page := write("page.html", "<h1>Invoice</h1><table><tr><td>Invoice number<td>A-17<tr><td>Total<td>EUR 119.00</table>")
	r := run(t, nil, "inspect", "--json", mail, page)
	got := objects[inspect.Result](t, r.out)
	if r.code != ExitOK || len(got) != 2 {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	if a := got[0].Attachments; len(a) != 2 || a[0].Name != "bill.pdf" || a[0].DocumentID != event.DocumentID(pdf) || a[1].Name != "more.zip" || a[1].DocumentID != "" || a[1].Bytes != 2 {
		t.Errorf("attachments: %+v", a)
	}
	if !strings.Contains(got[0].Text, "Subject: Your invoice\n") || got[0].Engine != "mail/1" {
		t.Errorf("mail: %+v", got[0])
	}
	if got[1].Engine != "html/1" || !strings.Contains(got[1].Text, "Invoice number A-17\nTotal EUR 119.00\n") {
		t.Errorf("page: %+v", got[1])
	}
	people := run(t, nil, "inspect", "--no-text", mail)
	if !strings.Contains(people.out, "bill.pdf") || !strings.Contains(people.out, event.DocumentID(pdf)[:12]) {
		t.Errorf("for people:\n%s", people.out)
	}
	if r := run(t, nil, "inspect", "--png", dir, page); r.code != ExitSomeDocuments || !strings.Contains(r.out, "no_picture") {
		t.Errorf("a picture of HTML: exit code %d, %s", r.code, r.out)
	}
}
