package labelled

import (
	"context"
	"fmt"
	"io"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/classify/training"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// Unread is a document that could not be read.
type Unread struct {
	Name string `json:"document"`
	Kind string `json:"kind"`
	Why  string `json:"message"`
}

// Collection gathers documents. Its zero value is empty. It is for one goroutine.
type Collection struct {
	Documents []training.Document
	Unread    []Unread
	Twice     int // documents that came again with the same content and label

	known map[string]origin // by document id, the SHA-256 of the content
}

// origin says where a document's label came from.
type origin struct{ name, label, from string }

// Conflict says that one document was given two labels.
type Conflict struct {
	First, FirstLabel, FirstFrom    string
	Second, SecondLabel, SecondFrom string
}

func (c *Conflict) Error() string {
	return fmt.Sprintf("the same document has two types: %s is %q by %s, and %s is %q by %s; say which is right by removing or changing one of them",
		c.First, c.FirstLabel, c.FirstFrom, c.Second, c.SecondLabel, c.SecondFrom)
}

// fresh reports whether a document is not there yet. A different label for the same document is a [Conflict].
func (c *Collection) fresh(id string, o origin) (bool, error) {
	if c.known == nil {
		c.known = map[string]origin{}
	}
	before, ok := c.known[id]
	switch {
	case !ok:
		c.known[id] = o
		return true, nil
	case before.label != o.label:
		return false, &Conflict{before.name, before.label, before.from, o.name, o.label, o.from}
	}
	c.Twice++
	return false, nil
}

// ReadFunc reads a document's content. The name helps where content does not tell what it is. Its errors are faults.
type ReadFunc func(ctx context.Context, name string, content []byte) (*layout.Document, error)

// maxBytes bounds what is read of one file; it is the parser's own limit.
const maxBytes = 256 << 20

// Add reads files, several at once, and calls done as they are finished with how many there are. Files that cannot be read are
// noted as Unread. It fails when ctx ends, and with a [Conflict].
func (c *Collection) Add(ctx context.Context, files []File, atOnce int, read ReadFunc, done func(n int)) error {
	type outcome struct {
		id  string
		doc *layout.Document
		err error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begun := make(chan chan outcome, max(atOnce-1, 1)) // bounds how many are read ahead
	go func() {
		defer close(begun)
		for _, f := range files {
			result := make(chan outcome, 1)
			select {
			case begun <- result:
			case <-ctx.Done():
				return
			}
			go func() {
				id, doc, err := open(ctx, f.Path, read)
				result <- outcome{id, doc, err}
			}()
		}
	}()
	n := 0
	for result := range begun {
		o := <-result
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := c.take(files[n], o.id, o.doc, o.err); err != nil {
			return err
		}
		n++
		done(n)
	}
	return ctx.Err()
}

// open reads a file and returns its document id too, as far as its bytes could be read.
func open(ctx context.Context, path string, read ReadFunc) (string, *layout.Document, error) {
	f, err := deliver.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()                                           //nolint:errcheck // read only
	content, err := io.ReadAll(io.LimitReader(f, maxBytes+1)) // one more than the limit, for the reader to refuse
	if err != nil {
		return "", nil, fault.New(fault.ClassPermanent, "unreadable", "read the file: %w", err)
	}
	doc, err := read(ctx, path, content)
	return blob.RefOf(content).Hex(), doc, err
}

func (c *Collection) take(f File, id string, doc *layout.Document, err error) error {
	if err != nil {
		c.miss(f.Path, err)
		return nil
	}
	ok, err := c.fresh(id, origin{f.Path, f.Label, f.From})
	if ok {
		c.Documents = append(c.Documents, training.Document{Name: f.Path, Label: f.Label, Layout: doc})
	}
	return err
}

func (c *Collection) miss(name string, err error) {
	kind := fault.KindOf(err)
	if kind == "" {
		kind = "unreadable"
	}
	c.Unread = append(c.Unread, Unread{name, kind, err.Error()})
}

// AddCorrected adds the documents whose type a person corrected, and calls done as they are fetched with how many there are.
// Documents whose layout is damaged or gone are noted as Unread. It fails when ctx ends or a server is down, and with a
// [Conflict].
func (c *Collection) AddCorrected(ctx context.Context, pool *postgres.Pool, blobs *blob.Store, done func(n, of int)) error {
	list, err := query.CorrectedClasses(ctx, pool)
	if err != nil {
		return err
	}
	for i, d := range list {
		doc, err := layoutstore.Get(ctx, blobs, d.Layout)
		if err != nil && fault.ClassOf(err) != fault.ClassPermanent {
			return fmt.Errorf("get the layout of document %s: %w", d.DocumentID, err)
		}
		if err != nil {
			c.miss("document "+d.DocumentID, err)
			continue
		}
		name := "document " + d.DocumentID
		ok, err := c.fresh(d.DocumentID, origin{name, d.Class, "a correction of " + d.Author})
		if err != nil {
			return err
		}
		if ok {
			c.Documents = append(c.Documents, training.Document{Name: name, Label: d.Class, Layout: doc})
		}
		done(i+1, len(list))
	}
	return nil
}
