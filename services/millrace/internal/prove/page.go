package prove

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
)

//go:embed page.html
var pageTemplate string

// pageData is what the page shows.
type pageData struct {
	Report
	Headline, Word string
	Again          string // flags
	Tiles          []figure
	Figures        []figure
	Backlog        chart
	Progress       chart
	Legend         []legend
	Waits          []wait
	Findings       []finding
	Notes          []string
}

type legend struct{ Class, Title string }

// wait is a stage's row, with its backlog as a small curve of its own scale.
type wait struct {
	Class, Stage, Largest, At string
	Spark                     []string
}

type finding struct {
	Title string
	Count int
	List  []string
	More  int
}

// page returns the report as one HTML page that needs nothing else.
func (r Report) page() ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{"duration": duration, "clock": clock,
		"minus": func(a, b float64) float64 { return a - b }, "plus": func(a, b float64) float64 { return a + b },
		"middle": func(a, b float64) float64 { return (a + b) / 2 }}).Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("read the page's template: %w", err)
	}
	d := pageData{Report: r, Headline: r.headline(), Word: r.word(), Again: r.again(), Figures: r.figures(), Tiles: r.tiles()}
	d.Backlog, d.Waits, d.Legend = r.drawBacklog()
	d.Progress = r.drawProgress()
	for _, name := range slices.Sorted(maps.Keys(r.Crashes)) {
		d.Notes = append(d.Notes, fmt.Sprintf("%s ended %d times by itself and was started again.", name, r.Crashes[name]))
	}
	for _, g := range r.findings() {
		f := finding{Title: g.Title, Count: len(g.List), More: max(0, len(g.List)-shown)}
		for _, one := range g.List[:len(g.List)-f.More] {
			f.List = append(f.List, one.String())
		}
		d.Findings = append(d.Findings, f)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, d); err != nil {
		return nil, fmt.Errorf("make the page: %w", err)
	}
	return out.Bytes(), nil
}

// tiles are the few figures that come first.
func (r Report) tiles() []figure {
	v := r.Verdict
	largest := StageReport{}
	for _, s := range r.Stages {
		if s.Largest > largest.Largest {
			largest = s
		}
	}
	return []figure{
		{"documents in", thousands(float64(v.Documents)), fmt.Sprintf("%d arrivals", v.Arrivals)},
		{"lost", fmt.Sprint(len(v.Lost)), named(len(v.Lost))},
		{"doubled", fmt.Sprint(len(v.Doubled)), named(len(v.Doubled))},
		{"dead, expected", fmt.Sprint(v.DeadLetters), "poison with a known end"},
		{"dead, unexpected", fmt.Sprint(len(v.Unexpected)), named(len(v.Unexpected))},
		{"largest backlog", thousands(float64(largest.Largest)), fmt.Sprintf("%s, at %s", largest.Stage, clock(largest.At))},
		{"drain", duration(r.Drain), "after the load"},
	}
}

// named says where the findings are.
func named(n int) string {
	if n == 0 {
		return "none"
	}
	return "named below"
}

// ends returns the end of the time axis.
func (r Report) ends() float64 {
	end := r.Load + r.Drain
	for _, s := range r.Samples {
		end = max(end, s.At)
	}
	return end
}

const (
	backlogHeight  = 440
	progressHeight = 240
	sparkWidth     = 220
	sparkHeight    = 26
)

// drawBacklog draws the backlog of every stage, the faults above it, and each stage's curve by itself.
func (r Report) drawBacklog() (chart, []wait, []legend) {
	end := r.ends()
	top := 10.0
	for _, s := range r.Stages {
		top = max(top, float64(s.Largest))
	}
	top *= plotPadding
	lanes := chart{Left: plotLeft, Right: plotRight}.drawFaults(r.Faults, end)
	c := newChart(backlogHeight, lanes, end, top, roots(top, backlogHeight), math.Sqrt)
	c.XTitle, c.YTitle = "time since the load began (minutes:seconds)", "messages waiting (square-root scale)"
	c.End = c.x(r.Load, end)
	var waits []wait
	var legends []legend
	for i, s := range r.Stages {
		class := fmt.Sprintf("s%d", i)
		title := s.Stage
		if s.Stage == Retry {
			class, title = "retry", "waiting for retry"
		}
		points := r.backlogOf(s.Stage)
		c.add(class, title, points, end, top, math.Sqrt)
		legends = append(legends, legend{class, title})
		spark := chart{Left: 0, Right: sparkWidth, Top: 2, Bottom: sparkHeight - 2}
		spark.add(class, title, points, end, max(1, float64(s.Largest)), func(v float64) float64 { return v })
		w := wait{Class: class, Stage: title, Largest: thousands(float64(s.Largest)), At: clock(s.At), Spark: spark.Curves[0].Segments}
		if s.Largest == 0 {
			w.At = "–"
		}
		waits = append(waits, w)
	}
	return c, waits, legends
}

func (r Report) backlogOf(stage string) []point {
	var points []point
	for _, s := range r.Samples {
		n, known := s.Backlog[stage]
		points = append(points, point{s.At, float64(n), known})
	}
	return points
}

// drawProgress draws what had gone in, was stored and was dead.
func (r Report) drawProgress() chart {
	end, top := r.ends(), 10.0
	var in, stored, dead []point
	number := func(at float64, n *int) point {
		if n == nil {
			return point{at: at}
		}
		top = max(top, float64(*n))
		return point{at, float64(*n), true}
	}
	for _, s := range r.Samples {
		in = append(in, number(s.At, &s.In))
		stored = append(stored, number(s.At, s.Stored))
		dead = append(dead, number(s.At, s.Dead))
	}
	top *= plotPadding
	even := func(v float64) float64 { return v }
	c := newChart(progressHeight, nil, end, top, steps(top), even)
	c.XTitle, c.YTitle = "time since the load began (minutes:seconds)", "documents, messages"
	c.add("in", "handed over (arrivals)", in, end, top, even)
	c.add("stored", "stored (documents)", stored, end, top, even)
	c.add("dead", "given up on (dead letters)", dead, end, top, even)
	return c
}
