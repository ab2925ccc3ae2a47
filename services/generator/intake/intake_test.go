package intake_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

const pdf = "%PDF-1.4\n%%EOF\n"

// shelf is a blob store in memory.
type shelf struct{ puts [][]byte }

func (s *shelf) Put(_ context.Context, r io.Reader) (blob.Ref, int64, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	s.puts = append(s.puts, content)
	return blob.RefOf(content), int64(len(content)), nil
}

func confirm(context.Context, event.Received) error { return nil }

func open(t *testing.T, cfg intake.Config) *intake.Intake {
	t.Helper()
	in, err := intake.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestStoreJudgesContent(t *testing.T) {
	tests := []struct{ name, content, kind string }{ // of files that are called .pdf
		{"a PDF", pdf, ""},
		{"at the limit", pdf + strings.Repeat("x", 3000-len(pdf)), ""},
		{"a byte over the limit", pdf + strings.Repeat("x", 3001-len(pdf)), intake.KindTooLarge},
		{"empty", "", intake.KindEmpty},
		{"one byte", "%", intake.KindNotPDF},
		{"the header after 1019 bytes", strings.Repeat("\n", 1019) + pdf, ""},
		{"the header too late", strings.Repeat("\n", 1020) + pdf, intake.KindNotPDF},
		{"a web page", "<!DOCTYPE html><p>404</p>", intake.KindNotPDF},
	}
	for _, tt := range tests {
		for how, reader := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader, "with the end": iotest.DataErrReader,
		} {
			t.Run(tt.name+", "+how, func(t *testing.T) {
				s := &shelf{}
				in := open(t, intake.Config{Blobs: s, Emit: confirm, Limit: 3000})
				got, err := in.Store(t.Context(), reader(strings.NewReader(tt.content)), "a.pdf", "")
				if tt.kind != "" {
					if fault.KindOf(err) != tt.kind || fault.ClassOf(err) != fault.ClassPermanent || len(s.puts) != 0 {
						t.Errorf("err = %v (%s), stored %d, want a permanent %s and nothing stored", err, fault.KindOf(err), len(s.puts), tt.kind)
					}
					return
				}
				want := event.Blob{Ref: blob.RefOf([]byte(tt.content)), Size: int64(len(tt.content)), MediaType: "application/pdf"}
				if err != nil || got != want || !bytes.Equal(s.puts[0], []byte(tt.content)) {
					t.Errorf("Store = %+v, %v; want %+v", got, err, want)
				}
			})
		}
	}
}

func TestStoreTellsWhatKindOfDocumentItIs(t *testing.T) {
	const mail = "Received: from a by b\r\nFrom: a@example.com\r\n\r\ntext"
	tests := []struct{ what, content, name, declared, want string }{
		{"a PDF of any name", pdf, "a.txt", "text/plain", "application/pdf"},
		{"an e-mail by its header", mail, "message", "", "message/rfc822"},
		{"HTML with a byte order mark", "\ufeff<html><p>x", "page.html", "", "text/html"},
		{"HTML without doctype", "Dear Jane<br>", "page.htm", "", "text/html"},
		{"HTML in a declared encoding", "<p>\xd4", "page.html", "text/html; charset=koi8-r", "text/html; charset=koi8-r"},
		{"plain text", "Dear Jane", "letter.txt", "", "text/plain"},
		{"a table", "a;b", "table.csv", "", ""},
		{"a picture", "\x89PNG\r\n\x1a\n\x00", "a.txt", "text/plain", ""},
	}
	for _, tt := range tests {
		s := &shelf{}
		in := open(t, intake.Config{Blobs: s, Emit: confirm})
		got, err := in.Store(t.Context(), strings.NewReader(tt.content), tt.name, tt.declared)
		if tt.want == "" {
			if fault.KindOf(err) != intake.KindUnsupported || fault.ClassOf(err) != fault.ClassPermanent || len(s.puts) != 0 {
				t.Errorf("%s: %v, stored %d, want it refused", tt.what, err, len(s.puts))
			}
			continue
		}
		if err != nil || got.MediaType != tt.want || string(s.puts[0]) != tt.content {
			t.Errorf("%s: %+v (%v), want %s", tt.what, got, err, tt.want)
		}
	}
}

func TestStorePassesErrorsOn(t *testing.T) {
	broken := errors.New("the network is gone")
	in := open(t, intake.Config{Blobs: &shelf{}, Emit: confirm})
	for name, r := range map[string]io.Reader{
		"at the beginning": iotest.ErrReader(broken),
		"in the middle":    io.MultiReader(strings.NewReader(pdf+strings.Repeat("x", 100_000)), iotest.ErrReader(broken)),
	} {
		if _, err := in.Store(t.Context(), r, "a.pdf", ""); !errors.Is(err, broken) || fault.ClassOf(err) != fault.ClassTransient {
			t.Errorf("%s: err = %v, want the reader's own", name, err)
		}
	}
}

func TestAnnounceNeverBlamesTheDocument(t *testing.T) {
	down := fault.DependencyDown("rabbitmq", errors.New("refused"))
	tests := []struct {
		name  string
		emit  error
		class fault.Class
	}{
		{"broker down", down, fault.ClassDependencyDown},
		{"a schema violation", fault.New(fault.ClassPermanent, "schema", "bad"), fault.ClassTransient},
		{"anything else", errors.New("odd"), fault.ClassTransient},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := open(t, intake.Config{Blobs: &shelf{}, Emit: func(context.Context, event.Received) error { return tt.emit }})
			_, err := in.Announce(t.Context(), event.Blob{Ref: blob.RefOf(nil)}, event.Arrival{ID: "a"})
			if fault.ClassOf(err) != tt.class || !errors.Is(err, tt.emit) {
				t.Errorf("err = %v (%s), want %s", err, fault.ClassOf(err), tt.class)
			}
		})
	}
}

func TestAnnounceDoesNotWaitForEver(t *testing.T) {
	hang := func(ctx context.Context, _ event.Received) error {
		<-ctx.Done()
		return ctx.Err()
	}
	synctest.Test(t, func(t *testing.T) {
		in := open(t, intake.Config{Blobs: &shelf{}, Emit: hang, ConfirmWithin: time.Minute})
		begin := time.Now()
		_, err := in.Announce(t.Context(), event.Blob{}, event.Arrival{ID: "a"})
		if fault.ClassOf(err) != fault.ClassDependencyDown || time.Since(begin) != time.Minute {
			t.Errorf("after %s err = %v (%s), want dependency_down after a minute", time.Since(begin), err, fault.ClassOf(err))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := in.Announce(ctx, event.Blob{}, event.Arrival{}); fault.ClassOf(err) != fault.ClassInterrupted {
			t.Errorf("at shutdown err = %v (%s), want interrupted", err, fault.ClassOf(err))
		}
	})
}

func TestCleanName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"kept", "Rechnung März 2026.pdf", "Rechnung März 2026.pdf"},
		{"NUL", "a\x00b", "a\uFFFDb"},
		{"not UTF-8", "caf\xe9.pdf", "caf\uFFFD.pdf"},
	}
	for _, tt := range tests {
		if got := intake.CleanName(tt.in); got != tt.want {
			t.Errorf("%s: CleanName(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
	long := intake.CleanName(strings.Repeat("ä", 2000) + ".pdf")
	if len(long) > 1024 || !utf8.ValidString(long) || !strings.HasSuffix(long, "ä.pdf") || !strings.HasPrefix(long, "…") {
		t.Errorf("a long name became %d bytes: %q", len(long), long)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, cfg := range map[string]intake.Config{
		"no store":         {Emit: confirm},
		"no emitter":       {Blobs: &shelf{}},
		"a negative limit": {Blobs: &shelf{}, Emit: confirm, Limit: -1},
	} {
		if _, err := intake.New(cfg); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
