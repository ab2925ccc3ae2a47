package inbox_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/shared/blob"
)

func TestADocumentIsAnnouncedThenArchived(t *testing.T) {
	d := newDesk(t)
	d.drop("invoice.pdf", pdf)
	d.early = func() {
		if len(d.files("archive")) != 0 {
			t.Error("the file left before the event was confirmed")
		}
	}
	x := d.open()
	d.look(x)

	if len(d.sent) != 1 {
		t.Fatalf("%d events, want 1; log:\n%s", len(d.sent), d.log.String())
	}
	r := d.sent[0]
	if r.DocumentID != blob.RefOf([]byte(pdf)).Hex() || r.Content.Size != int64(len(pdf)) || r.Content.MediaType != "application/pdf" {
		t.Errorf("event %+v does not describe the content", r)
	}
	if r.Arrival.Name != "invoice.pdf" || r.Arrival.Source != inbox.Source || time.Since(r.Arrival.At) > time.Minute {
		t.Errorf("arrival %+v does not describe the file", r.Arrival)
	}
	d.wantOnly("archive", "invoice.pdf")
	d.wantOnly("inbox")
	if err := x.Ready(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
	if s := x.Stats(); s.Accepted != 1 || s.Held != 0 || s.Waiting != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestTheSameContentAgainIsANewArrivalOfTheSameDocument(t *testing.T) {
	d := newDesk(t)
	x := d.open()
	for range 3 {
		d.drop("same.pdf", pdf)
		d.look(x)
	}
	if n := len(d.arrivals()); n != 3 {
		t.Errorf("%d arrivals, want 3", n)
	}
	for _, r := range d.sent {
		if r.DocumentID != d.sent[0].DocumentID {
			t.Error("the same content is two documents")
		}
	}
	archived := d.archived()
	if len(archived) != 3 || !slices.Contains(archived, "same.pdf") {
		t.Errorf("archive holds %q, want three files of which none overwrote another", archived)
	}
	for _, name := range archived {
		if !strings.HasPrefix(name, "same") || filepath.Ext(name) != ".pdf" {
			t.Errorf("archived as %q", name)
		}
	}
}

func TestNames(t *testing.T) {
	long := strings.Repeat("ü", 125) + ".pdf" // 254 bytes: the longest a file system takes
	tests := []struct{ name, file, arrival string }{
		{"spaces and brackets", "my invoice (final).pdf", "my invoice (final).pdf"},
		{"unicode", "счёт-фактура 発票 🧾.pdf", "счёт-фактура 発票 🧾.pdf"},
		{"newline and quotes", "a\nb\"c'.pdf", "a\nb\"c'.pdf"},
		{"leading dash", "-rf.pdf", "-rf.pdf"},
		{"no extension", "scan0001", "scan0001"},
		{"upper case", "SCAN.PDF", "SCAN.PDF"},
		{"not UTF-8", "r\xe9sum\xe9.pdf", "r\uFFFDsum\uFFFD.pdf"},
		{"as long as possible", long, long},
		{"in a folder", "acme/2026 märz/x.pdf", "acme/2026 märz/x.pdf"},
		{"with the name of a reason", "x.reason.txt", "x.reason.txt"},
	}
	d := newDesk(t)
	x := d.open()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d.sent = nil
			d.drop(tt.file, pdf)
			d.look(x)
			if got := d.names(); !slices.Equal(got, []string{tt.arrival}) {
				t.Errorf("announced as %q, want %q; log:\n%s", got, tt.arrival, d.log.String())
			}
			if !slices.Contains(d.archived(), tt.file) {
				t.Errorf("%q is not in the archive: %q", tt.file, d.archived())
			}
		})
	}
}

func TestWhatIsNoDocumentIsRejectedNextToAReason(t *testing.T) {
	tests := []struct{ name, file, content, kind, says string }{
		{"not a PDF", "page.pdf", "<html><body>Not found</body></html>", "not_a_pdf", "text/html"},
		{"binary", "data.bin", "\x00\x01\x02\x03", "unsupported_media_type", "binary data"},
		{"a table", "table.csv", "a;b\n", "unsupported_media_type", "text/plain"},
		{"empty", "empty.pdf", "", "empty", "0 bytes"},
		{"too large", "big.pdf", pdf + strings.Repeat("x", 2000), "too_large", "1000 bytes"},
		{"a name with room for no suffix", strings.Repeat("n", 250) + ".pdf", "text", "not_a_pdf", "text/plain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			d.limit = 1000
			d.drop(tt.file, tt.content)
			x := d.open()
			d.look(x)
			files := d.files("rejected")
			if len(files) != 2 || files[1] != files[0]+".reason.txt" {
				t.Fatalf("rejected holds %q, want the file and its reason; log:\n%s", files, d.log.String())
			}
			if got, err := os.ReadFile(d.path("rejected", files[0])); err != nil || string(got) != tt.content {
				t.Errorf("the rejected file changed: %v", err)
			}
			text := d.reason(files[0])
			if first, _, _ := strings.Cut(text, "\n"); first != tt.kind {
				t.Errorf("first line %q, want %q", first, tt.kind)
			}
			for _, want := range []string{tt.says, tt.file, "Why:", "What to do:", "Rejected:"} {
				if !strings.Contains(text, want) {
					t.Errorf("the reason does not say %q:\n%s", want, text)
				}
			}
			d.wantOnly("inbox")
			if len(d.sent) != 0 {
				t.Error("it was announced")
			}
			if s := x.Stats(); s.Rejected[tt.kind] != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

func TestBrokenPDFsAreLeftToTheParser(t *testing.T) {
	d := newDesk(t)
	d.drop("truncated.pdf", pdf[:20])
	d.drop("encrypted.pdf", "%PDF-1.6\n5 0 obj <</Filter/Standard/V 4>> endobj\ntrailer <</Encrypt 5 0 R>>\n%%EOF\n")
	d.drop("leading junk.pdf", strings.Repeat(" ", 1000)+pdf)
	d.look(d.open())
	d.wantOnly("archive", "truncated.pdf", "encrypted.pdf", "leading junk.pdf")
}

func TestA200MBFile(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit int64
		ends  string
	}{{"is rejected at the default limit", 0, "rejected"}, {"is taken in where the limit allows", 300 << 20, "archive"}} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			d.limit = tt.limit
			d.drop("huge.pdf", pdf)
			if err := os.Truncate(d.path("inbox", "huge.pdf"), 200<<20); err != nil { // sparse
				t.Fatal(err)
			}
			d.look(d.open())
			if tt.ends == "archive" {
				d.wantOnly("archive", "huge.pdf")
				if d.sent[0].Content.Size != 200<<20 {
					t.Errorf("stored %d bytes", d.sent[0].Content.Size)
				}
				return
			}
			d.wantOnly("rejected", "huge.pdf", "huge.pdf.reason.txt")
			if text := d.reason("huge.pdf"); !strings.HasPrefix(text, "too_large\n") || !strings.Contains(text, "100 MiB") || !strings.Contains(text, "200 MiB") {
				t.Errorf("reason:\n%s", text)
			}
		})
	}
}

func TestSecondRejectionOfANameKeepsTheFirst(t *testing.T) {
	d := newDesk(t)
	x := d.open()
	for _, content := range []string{"one", "two", "three"} {
		d.drop("x.pdf", content)
		d.look(x)
	}
	files := d.files("rejected")
	if len(files) != 6 {
		t.Fatalf("rejected holds %q, want three files with three reasons", files)
	}
	if got, _ := os.ReadFile(d.path("rejected", "x.pdf")); string(got) != "one" {
		t.Errorf("x.pdf holds %q, want the first", got)
	}
}

func TestTemporaryAndForeignFilesAreLeftAlone(t *testing.T) {
	d := newDesk(t)
	d.config = func(c *inbox.Config) {
		defaults := inbox.Defaults(d.path("inbox"))
		c.Archive, c.Rejected = defaults.Archive, defaults.Rejected
	}
	left := []string{
		".hidden.pdf", ".syncthing/x.pdf", "a.pdf.part", "b.PDF.PART", "c.tmp", "d.crdownload", "~$e.docx", "f.pdf~", "Thumbs.db",
		"archive/2020-01-01/old.pdf", "rejected/bad.pdf",
	}
	for _, name := range left {
		d.drop(name, pdf)
	}
	if err := os.WriteFile(d.path("outside.pdf"), []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"link.pdf": d.path("outside.pdf"), "dir": d.dir, "dangling.pdf": "nowhere"} {
		if err := os.Symlink(target, d.path("inbox", link)); err != nil {
			t.Fatal(err)
		}
		left = append(left, link)
	}
	if err := syscall.Mkfifo(d.path("inbox", "pipe.pdf"), 0o600); err != nil {
		t.Fatal(err)
	}
	left = append(left, "pipe.pdf")
	x := d.open()
	d.look(x)
	d.look(x)
	d.wantOnly("inbox", left...)
	if len(d.sent) != 0 {
		t.Errorf("announced %q", d.names())
	}
	if n := strings.Count(d.log.String(), "file=link.pdf"); n != 1 {
		t.Errorf("the link was reported %d times, want once", n)
	}
}

// quiet is an inbox running with the real settle time in a bubble where time is simulated.
func quiet(t *testing.T, settle time.Duration, f func(d *desk, x *inbox.Inbox)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.config = func(c *inbox.Config) { c.Settle = settle }
		x := d.open()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- x.Run(ctx) }()
		f(d, x)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestRescanAloneIsEnough(t *testing.T) {
	quiet(t, 2*time.Second, func(d *desk, _ *inbox.Inbox) {
		time.Sleep(time.Minute)
		d.drop("late.pdf", pdf)
		d.drop("new folder/late.pdf", pdf)
		time.Sleep(8 * time.Second) // a rescan and the settle time
		synctest.Wait()
		d.wantOnly("archive", "late.pdf", "new folder/late.pdf")
	})
}

func TestAFileIsNotClaimedWhileItIsWritten(t *testing.T) {
	for _, tt := range []struct {
		name string
		open bool          // the writer keeps the file open, as a copy does; else it opens it anew for each piece
		gap  time.Duration // between pieces
	}{
		{"kept open, slowly", true, 1900 * time.Millisecond},
		{"kept open, with pauses longer than the settle time", true, time.Minute},
		{"appended to by many short writes", false, 1900 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			quiet(t, 2*time.Second, func(d *desk, x *inbox.Inbox) {
				if tt.gap > 2*time.Second && !leasesWork(t, d.dir) {
					t.Skip("this file system cannot tell who writes")
				}
				var f *os.File
				for i := range 10 {
					if f == nil {
						var err error
						if f, err = os.OpenFile(d.path("inbox", "slow.pdf"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640); err != nil {
							t.Fatal(err)
						}
					}
					if _, err := io.WriteString(f, pdf); err != nil {
						t.Fatal(err)
					}
					if err := os.Chtimes(f.Name(), time.Now(), time.Now()); err != nil { // simulated time, like a real writer's
						t.Fatal(err)
					}
					if !tt.open {
						_ = f.Close()
						f = nil
					}
					time.Sleep(tt.gap)
					synctest.Wait()
					if n := len(d.arrivals()); n != 0 || len(d.files("inbox")) != 1 {
						t.Fatalf("claimed after piece %d", i+1)
					}
				}
				if f != nil {
					_ = f.Close()
				}
				time.Sleep(10 * time.Second)
				synctest.Wait()
				if len(d.sent) != 1 || d.sent[0].Content.Size != int64(10*len(pdf)) {
					t.Errorf("announced %+v, want all ten pieces", d.sent)
				}
			})
		})
	}
}

func leasesWork(t *testing.T, dir string) bool {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "probe"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return inbox.WriterHolds(f)
}

func TestAnEmptyFileIsGivenTimeToBeWritten(t *testing.T) {
	quiet(t, 2*time.Second, func(d *desk, _ *inbox.Inbox) {
		d.drop("scan.pdf", "")
		d.drop("never.pdf", "")
		time.Sleep(8 * time.Second)
		d.drop("scan.pdf", pdf)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		d.wantOnly("archive", "scan.pdf")
		d.wantOnly("rejected", "never.pdf", "never.pdf.reason.txt")
	})
}
