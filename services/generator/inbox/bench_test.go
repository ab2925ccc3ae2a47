package inbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/services/generator/inbox"
)

// BenchmarkInbox measures files per second from the inbox to the archive, everything synced to disk, with a broker that
// confirms at once.
func BenchmarkInbox(b *testing.B) {
	for _, workers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			d := &desk{dir: b.TempDir(), config: func(c *inbox.Config) { c.Workers = workers }}
			for _, dir := range []string{"inbox", "blobs"} {
				if err := os.Mkdir(filepath.Join(d.dir, dir), 0o750); err != nil {
					b.Fatal(err)
				}
			}
			for i := range b.N {
				content := fmt.Appendf(nil, "%%PDF-1.7\n%8000d\n%%%%EOF\n", i)
				if err := os.WriteFile(d.path("inbox", fmt.Sprintf("%06d.pdf", i)), content, 0o600); err != nil {
					b.Fatal(err)
				}
			}
			x, err := d.start()
			if err != nil {
				b.Fatal(err)
			}
			defer x.Close()
			b.ResetTimer()
			before := processorTime(b)
			for len(d.sent) < b.N {
				x.Look(b.Context())
				x.Wait()
			}
			b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/file")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
}

// processorTime returns what this process has used so far, in user and system mode.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkLook measures one look at an inbox in which many files wait.
func BenchmarkLook(b *testing.B) {
	for _, files := range []int{1_000, 20_000} {
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			d := &desk{dir: b.TempDir(), config: func(c *inbox.Config) { c.Settle = time.Hour }}
			for _, dir := range []string{"inbox", "blobs"} {
				if err := os.Mkdir(filepath.Join(d.dir, dir), 0o750); err != nil {
					b.Fatal(err)
				}
			}
			for i := range files {
				if err := os.WriteFile(d.path("inbox", fmt.Sprintf("%06d.pdf", i)), []byte(pdf), 0o600); err != nil {
					b.Fatal(err)
				}
			}
			x, err := d.start()
			if err != nil {
				b.Fatal(err)
			}
			defer x.Close()
			for b.Loop() {
				x.Look(b.Context())
			}
		})
	}
}
