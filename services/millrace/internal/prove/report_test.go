package prove

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tried is the report of a run in which the broker was away from 10 s to 20 s.
func tried() Report {
	b, f := sound()
	r := Report{Verdict: judge(b, f), Services: testServices(), Load: 60, Drain: 12, Drained: true, Rate: 10, Seed: 7, CPUs: 2, Nodes: 3}
	for i := range 72 {
		n := i
		s := Sample{At: float64(i), In: 10 * i, Stored: &n, Dead: &n, Backlog: map[string]int{"generator": i % 7}}
		if i < 10 || i > 20 {
			for _, name := range series(testServices()) {
				s.Backlog[name] = (i * len(name)) % 500
			}
		}
		r.Samples = append(r.Samples, s)
	}
	r.Stages = stages(r.Services, r.Samples)
	r.Faults = numbered([]FaultRecord{
		{Name: "kill-sink", Lane: blows, From: 15, To: 15.3, Proves: "it is <started> again"},
		{Name: "disk-full", Lane: outages, Skipped: "mounting needs root"},
		{Name: "rabbitmq-kill", Lane: outages, From: 10, To: 20, Proves: "it survives"},
	})
	r.conclude()
	return r
}

func TestTheTextSaysWhatHappened(t *testing.T) {
	var out bytes.Buffer
	if err := tried().WriteText(&out, 120); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"PASSED. 2 documents in 3 arrivals: lost 0, doubled 0", "LEFT OUT: mounting needs root", "rabbitmq-kill", "kill-sink", "--seed 7 --cluster", "RabbitMQ nodes", "LARGEST BACKLOG"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the text:\n%s", want, out.String())
		}
	}
}

func TestAFailureIsSaidFirstAndNamed(t *testing.T) {
	b, f := sound()
	delete(f.Documents, goodID)
	r := Report{Verdict: judge(b, f), Services: testServices()}
	r.conclude()
	var out bytes.Buffer
	if err := r.WriteText(&out, 0); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "FAILED") || !strings.Contains(out.String(), "Lost: document good.pdf aa11: it never reached the database") {
		t.Errorf("the text does not name what was lost:\n%s", out.String())
	}
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "<h1>Failed</h1>") || !strings.Contains(string(page), "good.pdf aa11: it never reached") {
		t.Error("the page does not name what was lost")
	}
}

func TestThePageIsWholeAndNeedsNothingElse(t *testing.T) {
	folder := t.TempDir()
	if err := tried().Save(folder); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for _, outside := range []string{"http:", "https:", "src=", "<link", "@import", "url("} {
		if strings.Contains(text, outside) {
			t.Errorf("the page has %q in it", outside)
		}
	}
	for _, want := range []string{"<h1>Passed</h1>", "time since the load began (minutes:seconds)", "messages waiting", "the load ends", "rabbitmq-kill", "millrace prove --seed 7 --cluster", "left out: mounting needs root", "it is &lt;started&gt; again"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, stage := range testServices() {
		if !strings.Contains(text, "</svg>"+stage+"</li>") {
			t.Errorf("%s is not in the legend", stage)
		}
	}
	begin, end := strings.Index(text, "<svg class=\"chart\""), strings.LastIndex(text, "</svg>")
	drawing := xml.NewDecoder(strings.NewReader("<x>" + text[begin:end]))
	for {
		_, err := drawing.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !strings.Contains(err.Error(), "unexpected EOF") {
			if strings.Contains(err.Error(), "closed by") || strings.Contains(err.Error(), "element <") {
				break // HTML between the drawings leaves some elements open
			}
			t.Fatalf("a drawing is not well formed: %v", err)
		}
		if err != nil {
			break
		}
	}
}

func TestACurveIsBrokenWhereNothingIsKnown(t *testing.T) {
	c, _, _ := tried().drawBacklog()
	for _, one := range c.Curves {
		want := 2
		if one.Class == "s0" { // the inbox can always be counted
			want = 1
		}
		if len(one.Segments) != want {
			t.Errorf("the curve of %s has %d pieces, not %d", one.Title, len(one.Segments), want)
		}
	}
}

func TestLabelsOfFaultsDoNotOverlap(t *testing.T) {
	var many []FaultRecord
	for i := range 200 {
		many = append(many, FaultRecord{Number: i + 1, Name: "kill-sink", Lane: blows, From: float64(i), To: float64(i) + 0.2})
	}
	var last float64
	labels := 0
	for _, b := range (chart{Left: plotLeft, Right: plotRight}).drawFaults(many, 200)[blows].Bars {
		if b.Label == "" {
			continue
		}
		if labels++; b.LabelX-last < labelSpace {
			t.Errorf("label %s stands %.1f after the one before it", b.Label, b.LabelX-last)
		}
		last = b.LabelX
	}
	if labels < 20 {
		t.Errorf("only %d of 200 faults have a number", labels)
	}
}

func TestTheJSONReadsBack(t *testing.T) {
	folder := t.TempDir()
	if err := tried().Save(folder); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(folder, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if !back.Passed || back.Verdict.Stored != 1 || len(back.Samples) != 72 || back.Verdict.Lost == nil {
		t.Errorf("it reads back as %+v", back.Verdict)
	}
}
