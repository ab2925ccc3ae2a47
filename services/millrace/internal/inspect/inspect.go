// Package inspect reads, classifies and extracts documents on this machine, without a broker or a database.
//
// It does what the parser, the classifier and the extractor do to a document, with the same packages, so that a file or a
// template can be tried. Documents are read in child processes. It knows nothing of how results are printed.
package inspect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/mediatype"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

// Result is what is known of one file, in the form that is printed. Where Error is set, what could not be found out is null
// or empty.
type Result struct {
	File       string  `json:"file"`
	DocumentID *string `json:"document_id"`
	Pages      int     `json:"pages"`
	Text       string  `json:"text"`
	Engine     string  `json:"engine"`
	Class      *Class  `json:"class"`
	Fields     []Field `json:"fields"`
	Error      *Error  `json:"error"`

	Items  []event.Item  `json:"items,omitempty"`  // rows of tables
	Checks []event.Check `json:"checks,omitempty"` // arithmetic that was tried

	Reason string `json:"reason,omitempty"`       // why another engine than the first one read it
	Failed []int  `json:"failed_pages,omitempty"` // numbers of the pages that could not be read

	Attachments []Attachment `json:"attachments,omitempty"` // of an e-mail

	// What [Views] ask for.
	Layout   string   `json:"layout,omitempty"`
	Words    []Word   `json:"words,omitempty"`
	Pictures []string `json:"pictures,omitempty"` // paths

	Structure *Structure `json:"structure,omitempty"` // with the layout

	Explanation *Explanation `json:"explanation,omitempty"` // where it was asked for
}

// Class is the document's type.
type Class struct {
	Label      string  `json:"label"`
	Confidence float64 `json:"confidence"`
	Model      string  `json:"model"`
}

// Field is one value with its evidence; see [event.Field].
type Field struct {
	Name       string     `json:"name"`
	Value      string     `json:"value"`
	Type       string     `json:"type"`
	Page       int        `json:"page"`
	BBox       [4]float64 `json:"bbox"`
	Confidence float64    `json:"confidence"`
	Source     string     `json:"source"`
}

// Error says why a document could not be read.
type Error struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// Config says how to inspect. The zero value is useful.
type Config struct {
	Templates string          // folder of templates that replace or add to the built-in ones
	Template  string          // one template file; documents are read by it whatever their class; empty for the class's own
	PageOnly  bool            // withhold embedded XML and form fields from the extractor
	Explain   bool            // tell which values lost and which templates nearly fitted
	Model     *classify.Model // the built-in one where nil
	Children  int             // documents read at once; 0: the number of CPUs
	Stdin     io.Reader

	From, To  int      // pages to be read, numbered from 1; all when zero
	Engine    string   // one of package reader's; each page by the best
	Passwords []string // for encrypted documents
	OCR       string   // languages for pages without text, as tesseract names them; empty for none
	Views     Views
}

// maxBytes bounds what is read of one file; it is the parser's own limit.
const maxBytes = 256 << 20

// Inspector inspects files. It may be used by many goroutines at once.
type Inspector struct {
	pool      *sandbox.Pool
	model     *classify.Model
	extractor *extract.Extractor
	pageOnly  bool
	explain   bool
	stdin     io.Reader
	from, to  int
	views     Views
}

// New loads the model and the templates. Close ends its children. The program must call [sandbox.Child] at its very start.
func New(cfg Config) (*Inspector, error) {
	model := cfg.Model
	if model == nil {
		var err error
		if model, err = classify.Default(); err != nil {
			return nil, fmt.Errorf("load the classifier's model: %w", err)
		}
	}
	extractor, err := extract.New(extract.Config{TemplateDir: cfg.Templates, TemplateFile: cfg.Template})
	if err != nil {
		return nil, fmt.Errorf("load the templates: %w", err)
	}
	pool, err := sandbox.New(sandbox.Config{
		Children: cfg.Children, Engine: cfg.Engine, Passwords: cfg.Passwords, OCR: cfg.OCR,
		Log:    slog.New(slog.DiscardHandler), // what it warns of is in the results
		Limits: sandbox.Limits{Limits: pdf.Limits{From: cfg.From, To: cfg.To}},
	})
	if err != nil {
		return nil, err
	}
	return &Inspector{
		pool: pool, model: model, extractor: extractor, pageOnly: cfg.PageOnly, explain: cfg.Explain, stdin: cfg.Stdin, from: cfg.From, to: cfg.To, views: cfg.Views,
	}, nil
}

// Close ends the children.
func (i *Inspector) Close() { i.pool.Close() }

// File inspects one file; "-" is standard input. It fails only when ctx ends: what is wrong with the file is in the result.
func (i *Inspector) File(ctx context.Context, path string) (Result, error) {
	r := Result{File: path, Fields: []Field{}}
	content, err := i.read(path)
	if err == nil {
		id := blob.RefOf(content).Hex()
		r.DocumentID = &id
		err = i.document(ctx, content, &r)
	}
	if err != nil && (ctx.Err() != nil || fault.ClassOf(err) == fault.ClassInterrupted) {
		return Result{}, errors.Join(ctx.Err(), err)
	}
	if err != nil {
		r.Error = &Error{Kind: fault.KindOf(err), Message: err.Error()}
		if r.Error.Kind == "" {
			r.Error.Kind = "unreadable"
		}
	}
	return r, nil
}

func (i *Inspector) read(path string) ([]byte, error) {
	if path == "-" {
		return limited(i.stdin)
	}
	f, err := deliver.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	return limited(f)
}

// limited reads at most one byte more than the limit, which the reader then refuses with the right kind.
func limited(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fault.New(fault.ClassPermanent, "unreadable", "read the file: %w", err)
	}
	return content, nil
}

func (i *Inspector) document(ctx context.Context, content []byte, r *Result) error {
	mediaType := mediatype.Of(content, r.File, "")
	if mediaType == "" {
		mediaType = mediatype.PDF // which says what is wrong with it
	}
	read, err := i.pool.ReadAs(ctx, content, mediaType)
	if err != nil {
		return err
	}
	doc, err := read.Document()
	if err != nil {
		return err
	}
	if len(doc.Pages) == 0 {
		return noSuchPage(i.from, i.to)
	}
	r.Pages, r.Text, r.Engine = len(doc.Pages), doc.Text(), doc.Engine
	r.Reason, r.Failed = doc.EngineReason, read.FailedPages
	if mediaType == mediatype.Mail {
		r.Attachments = attachments(doc, read.Parts)
	}
	if i.views.PNG != "" && mediaType != mediatype.PDF {
		return fault.New(fault.ClassPermanent, "no_picture", "only the pages of a PDF file can be drawn")
	}
	if err := i.view(ctx, content, doc, r); err != nil {
		return err
	}
	class := i.model.Classify(doc)
	r.Class = &Class{Label: class.Class.Label, Confidence: class.Class.Confidence, Model: class.Model}
	if i.pageOnly {
		doc.Attachments, doc.Form = nil, nil
	}
	as := i.extractor.ReadAs(class.Class, class.Alternatives)
	found := i.extractor.Extract(doc, as)
	for _, f := range found.Fields {
		r.Fields = append(r.Fields, field(f))
	}
	r.Items, r.Checks = found.Items, found.Checks
	if i.explain {
		r.Explanation = Explain(i.model, i.extractor, doc, as)
	}
	return nil
}

func field(f event.Field) Field {
	return Field{Name: f.Name, Value: f.Value, Type: f.Type, Page: f.Page, BBox: f.BBox, Confidence: f.Confidence, Source: f.Source}
}

// All inspects files, several at once, and calls yield with the results in the order of the files. It stops at the first
// error of yield, and when ctx ends.
func (i *Inspector) All(ctx context.Context, files []string, atOnce int, yield func(Result) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type outcome struct {
		result Result
		err    error
	}
	// A slot is taken when a file is begun and given back when its result is printed, which bounds what is held in memory.
	slots := make(chan struct{}, 2*max(atOnce, 1))
	order := make(chan chan outcome, cap(slots))
	go func() {
		defer close(order)
		for _, file := range files {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			done := make(chan outcome, 1)
			order <- done
			go func() {
				result, err := i.File(ctx, file)
				done <- outcome{result, err}
			}()
		}
	}()
	for done := range order {
		o := <-done
		if o.err != nil {
			return o.err
		}
		if err := yield(o.result); err != nil {
			return err
		}
		<-slots
	}
	return ctx.Err()
}
