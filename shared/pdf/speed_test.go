package pdf_test

import (
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/reader"
	"github.com/millrace/millrace/shared/sandbox"
)

// cost is what a pass over a sample takes.
type cost struct {
	wall time.Duration
	cpu  time.Duration // of all processes, user and system
}

func (c *cost) add(f func()) {
	wall, cpu := time.Now(), processorTime()
	f()
	c.wall += time.Since(wall)
	c.cpu += processorTime() - cpu
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / max(b.Seconds(), 1e-9) }

// BenchmarkBesidePdftotext reads documents through warm children and by a loop of pdftotext with as many processes, in turn. Ratios
// above 1 say that the children are faster (x-pdftotext) and take less processor time (cpu-x-pdftotext).
func BenchmarkBesidePdftotext(b *testing.B) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		b.Skip("pdftotext is not installed: install poppler-utils")
	}
	for _, set := range []struct {
		name  string
		paths func(*testing.B) []string
	}{
		{"small", func(b *testing.B) []string {
			return append(filesBelow(b, "fields", 100<<10), filesBelow(b, "doctype", 100<<10)...)
		}},
		{"odd", func(b *testing.B) []string {
			s := sampleOf(b, filesBelow(b, "torture", 100<<10))
			return s.only(func(i int) bool { return s.pages[i] > 0 }).paths
		}},
		{"synthetic", syntheticFiles},
		{"long", longFiles},
	} {
		b.Run(set.name, func(b *testing.B) { besidePdftotext(b, sampleOf(b, set.paths(b))) })
	}
}

func besidePdftotext(b *testing.B, s *sample) {
	b.Helper()
	var loop, ours cost
	peak := int64(0)
	throughPool(b, func(pool *sandbox.Pool) {
		pass := func() { s.each(func(i int) { _, _ = pool.Read(b.Context(), s.contents[i]) }) } // only the time counts
		pass()                                                                                  // the children are warm
		for b.Loop() {
			loop.add(func() { runPdftotext(b, strings.NewReader(strings.Join(s.paths, "\x00"))) })
			ours.add(pass)
		}
		peak = largestChild()
	})
	documents, pages := float64(len(s.paths)*b.N), float64(sum(s.pages)*b.N)
	b.ReportMetric(0, "ns/op") // one operation is the whole sample: its duration says nothing
	b.ReportMetric(documents/ours.wall.Seconds(), "docs/s")
	b.ReportMetric(documents/loop.wall.Seconds(), "pdftotext-docs/s")
	b.ReportMetric(pages/ours.wall.Seconds(), "pages/s")
	b.ReportMetric(pages/loop.wall.Seconds(), "pdftotext-pages/s")
	b.ReportMetric(ratio(loop.wall, ours.wall), "x-pdftotext")
	b.ReportMetric(ratio(loop.cpu, ours.cpu), "cpu-x-pdftotext")
	b.ReportMetric(float64(peak>>20), "child-peak-MiB")
}

func sum(numbers []int) (n int) {
	for _, x := range numbers {
		n += x
	}
	return n
}

// BenchmarkIsolation reads ordinary documents through warm children and by the same reader within this process, in turn. What is
// above 1 is what isolation costs, in time and in processor time. The garbage collector is set here as it is in the children.
func BenchmarkIsolation(b *testing.B) {
	for _, set := range []struct {
		name  string
		paths func(*testing.B) []string
	}{
		{"small", func(b *testing.B) []string { return filesBelow(b, "fields", 100<<10) }},
		{"synthetic", syntheticFiles},
	} {
		b.Run(set.name, func(b *testing.B) {
			all := sampleOf(b, set.paths(b))
			s := all.only(func(i int) bool { return all.ordinary[i] })
			var inside, outside cost
			throughPool(b, func(pool *sandbox.Pool) {
				pass := func() { s.each(func(i int) { _, _ = pool.Read(b.Context(), s.contents[i]) }) } // only the time counts
				pass()
				for b.Loop() {
					outside.add(pass)
					inside.add(func() { inProcess(b, s) })
				}
			})
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(ratio(outside.wall, inside.wall), "x-in-process")
			b.ReportMetric(ratio(outside.cpu, inside.cpu), "cpu-x-in-process")
			b.ReportMetric(outside.cpu.Seconds()*1e3/float64(len(s.paths)*b.N), "cpu-ms/doc")
		})
	}
}

// inProcess does what the children do.
func inProcess(b *testing.B, s *sample) {
	b.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	s.each(func(i int) {
		r, err := new(reader.Reader).Read(b.Context(), s.contents[i], pdf.Limits{}, reader.Options{})
		if err == nil {
			_, err = layout.Encode(r.Document)
		}
		if err != nil {
			b.Errorf("%s: %v", s.paths[i], err)
		}
	})
}
