package remote

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layout"
)

// Tasks.
const (
	taskClassify = "classify"
	taskExtract  = "extract"
)

// question is what one request asks.
type question struct {
	Task      string   `json:"task"`
	Model     string   `json:"model"`
	Labels    []string `json:"labels,omitempty"` // for classify
	Documents []sent   `json:"documents"`
}

// sent is what leaves of a document.
type sent struct {
	ID       string          `json:"id"`
	Language string          `json:"language,omitempty"`
	Pages    int             `json:"pages"`
	Text     string          `json:"text"`
	Words    []sentWord      `json:"words,omitempty"`
	Class    string          `json:"class,omitempty"`  // for extract
	Fields   []extract.Asked `json:"fields,omitempty"` // for extract
}

type sentWord struct {
	Page int        `json:"page"`
	Text string     `json:"text"`
	Box  layout.Box `json:"box"` // points, origin top left
}

// answers are the results about the question's documents, in their order, each in the form of the http backend.
type answers struct {
	model   string // as the API names it; may be empty
	results []json.RawMessage
}

// protocol is how a question is put to an API and how its answer is read. Errors of read say what is wrong with the answer,
// without showing it.
type protocol interface {
	ask() string   // address that questions are posted to
	probe() string // address that says whether the API answers
	write(q question) (any, error)
	read(q question, answer []byte) (answers, error)
}

// newSent returns what is sent of a document: at most limit bytes of its text, each page under a mark, and its words as far
// as the text goes.
func newSent(id string, doc *layout.Document, limit int, words bool) sent {
	s := sent{ID: id, Language: doc.Language, Pages: len(doc.Pages)}
	var sb strings.Builder
	for i := range doc.Pages {
		p := &doc.Pages[i]
		if i > 0 {
			sb.WriteByte('\n')
		}
		sb.WriteString("[page " + strconv.Itoa(p.Number) + "]\n")
		if !addPage(&sb, p, limit) {
			break
		}
	}
	s.Text = firstBytes(sb.String(), limit)
	if words {
		s.Words = firstWords(doc, limit)
	}
	return s
}

// addPage adds a page's lines; false when the text has become long enough.
func addPage(sb *strings.Builder, p *layout.Page, limit int) bool {
	for b := range p.Blocks {
		if b > 0 {
			sb.WriteByte('\n')
		}
		for l := range p.Blocks[b].Lines {
			sb.WriteString(p.Blocks[b].Lines[l].Text())
			sb.WriteByte('\n')
			if sb.Len() > limit {
				return false
			}
		}
	}
	return true
}

// firstWords returns as many words as have limit bytes of text.
func firstWords(doc *layout.Document, limit int) []sentWord {
	var out []sentWord
	for i := range doc.Pages {
		for b := range doc.Pages[i].Blocks {
			for l := range doc.Pages[i].Blocks[b].Lines {
				for _, w := range doc.Pages[i].Blocks[b].Lines[l].Words {
					if limit -= len(w.Text) + 1; limit < 0 {
						return out
					}
					out = append(out, sentWord{doc.Pages[i].Number, strings.ToValidUTF8(w.Text, "\uFFFD"), rounded(w.Box)})
				}
			}
		}
	}
	return out
}

// firstBytes cuts a text at a rune's boundary and makes it valid.
func firstBytes(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit]
		for k := 1; k < 4 && k <= len(s) && s[len(s)-k]&0x80 != 0; k++ {
			if s[len(s)-k]&0x40 != 0 { // the rune that the cut went through
				s = s[:len(s)-k]
				break
			}
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
