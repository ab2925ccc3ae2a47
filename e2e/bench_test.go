package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

// syntheticFiles take fifteen seconds and more, so that the moments in which the first documents are on their way to the last stage, and the last
// ones to the database, count for little.
const syntheticFiles = 5000

// BenchmarkPipeline measures documents per second from the inbox to the database, everything durable, beside two things
// in the same run on the same files: pdftotext in a loop of xargs that stores nothing, and the bare parser without child
// process, broker or database.
func BenchmarkPipeline(b *testing.B) {
	b.Run("synthetic", func(b *testing.B) {
		dir := b.TempDir()
		source, err := synthetic.New(synthetic.Config{Seed: 1})
		if err != nil {
			b.Fatal(err)
		}
		for range syntheticFiles {
			d, err := source.Next()
			if err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, d.Name), d.PDF, 0o600); err != nil {
				b.Fatal(err)
			}
		}
		comparePipeline(b, pdfsBelow(b, dir))
	})
	b.Run("small", func(b *testing.B) {
		comparePipeline(b, distinctSmall(b, filepath.Join(testkit.Data(b), "fields"), 100<<10))
	})
}

// comparePipeline takes each measure once per iteration, one after the other, and the loop of pdftotext before and after the pipeline:
// machines become slower and faster within a minute.
func comparePipeline(b *testing.B, files []string) {
	var loop, bare, pipeline time.Duration
	for range b.N {
		before := timePdftotext(b, files)
		bare += timeBareParser(b, files)
		pipeline += timePipeline(b, files)
		loop += (before + timePdftotext(b, files)) / 2
	}
	n := float64(len(files) * b.N)
	b.ReportMetric(0, "ns/op") // one operation is the whole corpus: its duration says nothing
	b.ReportMetric(n/pipeline.Seconds(), "docs/s")
	b.ReportMetric(n/loop.Seconds(), "pdftotext-docs/s")
	b.ReportMetric(n/bare.Seconds(), "parser-docs/s")
	b.ReportMetric(loop.Seconds()/pipeline.Seconds(), "x-pdftotext")
	b.ReportMetric(bare.Seconds()/pipeline.Seconds(), "x-parser")
}

func timePdftotext(b *testing.B, files []string) time.Duration {
	b.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		b.Skip("pdftotext is not installed: install poppler-utils")
	}
	cmd := exec.Command("xargs", "-0", "-P", fmt.Sprint(runtime.NumCPU()), "-I", "{}", program, "-q", "{}", os.DevNull)
	cmd.Stdin = strings.NewReader(strings.Join(files, "\x00"))
	start := time.Now()
	_ = cmd.Run() // files that pdftotext cannot read cost it time too
	return time.Since(start)
}

func timeBareParser(b *testing.B, files []string) time.Duration {
	b.Helper()
	start := time.Now()
	next := make(chan string)
	var readers sync.WaitGroup
	for range runtime.NumCPU() {
		readers.Go(func() {
			for path := range next {
				content, err := os.ReadFile(path)
				if err != nil {
					b.Error(err)
					continue
				}
				_, _ = pdf.Read(context.Background(), content, pdf.Limits{}) // files that cannot be read cost time too
			}
		})
	}
	for _, path := range files {
		next <- path
	}
	close(next)
	readers.Wait()
	return time.Since(start)
}

// timePipeline measures from the moment the first file is in the inbox until the last is stored or recorded as failed.
func timePipeline(b *testing.B, files []string) time.Duration {
	b.Helper()
	s := system.New(b, programs)
	s.Env["MILLRACE_INBOX_SETTLE"] = "0s"    // every file is moved in whole, so nothing is waited for
	s.Env["MILLRACE_OCR_LANGUAGES"] = "none" // pdftotext recognizes no scanned pages either
	stage := filepath.Join(s.Dir, "staged")
	if err := os.MkdirAll(stage, 0o750); err != nil {
		b.Fatal(err)
	}
	if err := os.MkdirAll(s.Inbox, 0o750); err != nil {
		b.Fatal(err)
	}
	for i, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(stage, fmt.Sprintf("%04d-%s", i, filepath.Base(path))), content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	s.Start(system.Services()...)
	// One document through the whole pipeline first: the services are up when it is stored.
	s.Drop("warm.pdf", warmUp(b))
	s.WaitCount(time.Minute, 1, ended)
	staged := pdfsBelow(b, stage)
	start := time.Now()
	for _, path := range staged {
		if err := os.Rename(path, filepath.Join(s.Inbox, filepath.Base(path))); err != nil {
			b.Fatal(err)
		}
	}
	// Asking costs the database time too, so it is not asked all the time, and seldom while the end is far.
	for {
		left := 1 + len(files) - s.Count(ended)
		switch {
		case left == 0:
			return time.Since(start)
		case time.Since(start) > 10*time.Minute:
			b.Fatalf("%d of %d documents have not ended after ten minutes", left, len(files))
		case left > len(files)/10:
			time.Sleep(200 * time.Millisecond)
		default:
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func warmUp(b *testing.B) []byte {
	b.Helper()
	source, err := synthetic.New(synthetic.Config{Seed: 987654})
	if err != nil {
		b.Fatal(err)
	}
	d, err := source.Next()
	if err != nil {
		b.Fatal(err)
	}
	return d.PDF
}

// distinctSmall returns the PDF files of at most limit bytes, one for each content.
func distinctSmall(b *testing.B, dir string, limit int64) []string {
	b.Helper()
	var contents [][]byte
	var files []string
next:
	for _, path := range pdfsBelow(b, dir) {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		if info.Size() > limit || info.Size() == 0 {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		for _, other := range contents {
			if bytes.Equal(other, content) {
				continue next
			}
		}
		contents, files = append(contents, content), append(files, path)
	}
	return files
}
