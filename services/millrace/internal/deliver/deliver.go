// Package deliver hands documents to a running Millrace: through its inbox folder, or over HTTP.
//
// It refuses at once what the other side would refuse anyway (a file that is empty or no document), with the same kinds, so that
// a person need not wait for the answer. It knows nothing of what happens to a document afterwards.
package deliver

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/mediatype"
)

// Kinds of the Permanent faults of this package; they are those of the generator.
const (
	KindMissing      = "missing"
	KindNoPermission = "no_permission"
	KindNotAFile     = "not_a_file"
	KindEmpty        = "empty"
	KindNotPDF       = "not_a_pdf"
	KindUnsupported  = "unsupported_media_type"
)

// Delivered is a document that was handed over.
type Delivered struct {
	Name       string `json:"name"`                 // under which it arrives
	DocumentID string `json:"document_id"`          // SHA-256 of its content
	ArrivalID  string `json:"arrival_id,omitempty"` // where the other side has told it
}

// Inbox is an inbox folder on this machine.
type Inbox struct {
	folder string
}

// OpenInbox returns the inbox in folder, which it makes when it is missing.
func OpenInbox(folder string) (Inbox, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return Inbox{}, fmt.Errorf("make the inbox: %w", err)
	}
	return Inbox{folder: folder}, nil
}

// Put copies content into the inbox. The name appears only when the content is complete and on disk; where the name is taken,
// a number is added to it. An interrupted Put leaves nothing that the generator would take.
func (b Inbox) Put(ctx context.Context, name string, content io.Reader) (Delivered, error) {
	content, mediaType, err := check(name, content)
	if err != nil {
		return Delivered{}, err
	}
	f, err := b.hidden()
	if err != nil {
		return Delivered{}, fmt.Errorf("write to the inbox: %w", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone already after success
	sum := sha256.New()
	if err := errors.Join(fill(ctx, f, content, sum), f.Close()); err != nil {
		return Delivered{}, fmt.Errorf("copy %s into the inbox: %w", name, err)
	}
	final, err := b.appear(f.Name(), leaf(name, mediaType))
	if err != nil {
		return Delivered{}, fmt.Errorf("copy %s into the inbox: %w", name, err)
	}
	return Delivered{Name: final, DocumentID: hex.EncodeToString(sum.Sum(nil))}, nil
}

// hidden makes a file that the generator does not look at. Who may read it is up to the umask: the generator may run as
// another user.
func (b Inbox) hidden() (*os.File, error) {
	name := filepath.Join(b.folder, ".millrace-"+rand.Text()+".part")
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666) //nolint:gosec // see above
}

func fill(ctx context.Context, f *os.File, content io.Reader, sum hash.Hash) error {
	if _, err := io.Copy(io.MultiWriter(f, sum), cancellable{ctx, content}); err != nil {
		return err
	}
	return f.Sync()
}

// appear gives the file its name without ever replacing another: a link fails where the name is taken.
func (b Inbox) appear(temp, name string) (string, error) {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 1; n < 10_000; n++ {
		candidate := name
		if n > 1 {
			candidate = fmt.Sprintf("%s-%d%s", stem, n, ext)
		}
		target := filepath.Join(b.folder, candidate)
		err := os.Link(temp, target)
		if err == nil {
			return candidate, nil
		}
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		// Some file systems have no links; a rename could replace a file, so it is looked for first.
		if _, statErr := os.Lstat(target); statErr == nil {
			continue
		}
		return candidate, os.Rename(temp, target)
	}
	return "", fmt.Errorf("every name for %s is taken", name)
}

// Open opens a file for delivery. The error is a Permanent fault with one of this package's kinds where the file is at fault.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.ClassPermanent, KindMissing, "there is no file %s", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.New(fault.ClassPermanent, KindNoPermission, "you may not read %s", path)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fault.New(fault.ClassPermanent, KindNotAFile, "%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fault.New(fault.ClassPermanent, KindNoPermission, "you may not read %s", path)
	}
	return f, err
}

// Files returns what paths stand for: files as they are, and for a folder the documents in it by their extensions, at any depth, sorted. The
// path "-" stands for standard input and is kept.
func Files(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		before := len(files)
		info, err := os.Stat(path)
		if path == "-" || err != nil || !info.IsDir() {
			files = append(files, path) // opening it will say what is wrong
			continue
		}
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist): // gone since its folder was read
			case err != nil:
				return err
			case entry.Type().IsRegular() && isDocument(name):
				files = append(files, name)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("look for documents in %s: %w", path, err)
		}
		if len(files) == before {
			return nil, fmt.Errorf("there are no documents (.pdf, .eml, .html, .txt) in %s", path)
		}
	}
	return files, nil
}

// isDocument reports whether a file in a folder is called like a document.
func isDocument(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pdf", ".eml", ".html", ".htm", ".xhtml", ".txt":
		return true
	}
	return false
}

// check looks at the beginning of content and returns a reader of all of it, and what kind of document it is.
func check(name string, content io.Reader) (io.Reader, string, error) {
	buffered := bufio.NewReaderSize(content, mediatype.Window)
	head, err := buffered.Peek(mediatype.Window)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", err
	}
	if len(head) == 0 {
		return nil, "", fault.New(fault.ClassPermanent, KindEmpty, "the file is empty")
	}
	mediaType := mediatype.Of(head, name, "")
	switch {
	case mediaType != "":
		return buffered, mediaType, nil
	case strings.EqualFold(filepath.Ext(name), ".pdf"):
		return nil, "", fault.New(fault.ClassPermanent, KindNotPDF, "the file is not a PDF")
	}
	return nil, "", fault.New(fault.ClassPermanent, KindUnsupported, "files of this kind are not read; PDF, e-mail (.eml), HTML and plain text (.txt) are")
}

// leaf returns the last element of name, never hidden and never empty.
func leaf(name, mediaType string) string {
	name = strings.TrimLeft(filepath.Base(filepath.ToSlash(name)), ".")
	if name == "" || name == "/" || name == "-" {
		return "document" + mediatype.Extension(mediaType)
	}
	return name
}

type cancellable struct {
	ctx context.Context //nolint:containedctx // lives for one copy
	r   io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Replace writes content under name, whatever it is and whether or not there is a file of that name. The name appears, or
// changes, only when the content is complete.
func (b Inbox) Replace(name string, content []byte) error {
	f, err := b.hidden()
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone already after success
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), filepath.Join(b.folder, leaf(name, mediatype.PDF))); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
