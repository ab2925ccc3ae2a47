package e2e

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/pipeline"
)

// reasons is what explain --fields --json prints, in part.
type reasons struct {
	Fields      []struct{ Name, Value, Source string }
	Notes       []string
	Explanation struct {
		Class struct {
			Label, Over, Model string
			For                []struct{ Text string }
		}
		Templates []struct {
			Template string
			Used     bool
			Lacks    []string
		}
	}
}

// TestTheResultsOfADocumentAreExplained asks why a stored invoice has its class and its values.
func TestTheResultsOfADocumentAreExplained(t *testing.T) {
	s := settled(t)
	id := text(t, s, `select min(document_id) from documents where class = 'invoice'`)
	r := mustRun[reasons](t, s, "explain", id[:12], "--fields", "--json")
	class := r.Explanation.Class
	if class.Label != "invoice" || class.Over == "" || len(class.For) == 0 || len(r.Notes) != 0 {
		t.Errorf("the class is explained by %+v, with notes %q", class, r.Notes)
	}
	if n := s.Count(`select count(*) from fields where document_id = $1`, id); len(r.Fields) != n || n == 0 {
		t.Errorf("%d fields are explained, %d are stored", len(r.Fields), n)
	}
	used, others := 0, 0
	for _, m := range r.Explanation.Templates {
		switch {
		case m.Used && strings.HasPrefix(m.Template, "invoice/"):
			used++
		case !m.Used && len(m.Lacks) > 0:
			others++
		}
	}
	if used != 1 || others == 0 {
		t.Errorf("the templates are %+v", r.Explanation.Templates)
	}

	withOtherTemplates(t, s)
	r = mustRun[reasons](t, s, "explain", id, "--fields", "--json")
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], text(t, s, `select version from versions where current and document_id = $1 and stage = $2`, id, pipeline.Extractor)) {
		t.Errorf("read by other templates than those given, it notes %q", r.Notes)
	}
	out, code, err := millrace(t.Context(), s, "explain", id, "--fields")
	if err != nil || code != 0 || !strings.Contains(string(out), "SPEAKS FOR") || !strings.Contains(string(out), "LACKS") {
		t.Errorf("explain --fields exits with %d (%v) and prints\n%s", code, err, out)
	}
}
