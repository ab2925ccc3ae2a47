package main

import (
	"log/slog"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

// limits bound what one document may cost.
type limits struct {
	Children int           `env:"MILLRACE_PARSER_CHILDREN" envDefault:"0" desc:"processes that read documents; 0 for one per CPU"`
	Recycle  int           `env:"MILLRACE_PARSER_RECYCLE" envDefault:"500" desc:"documents after which such a process is replaced"`
	Bytes    int64         `env:"MILLRACE_PARSER_MAX_BYTES" envDefault:"268435456" desc:"largest file, in bytes"`
	Pages    int           `env:"MILLRACE_PARSER_MAX_PAGES" envDefault:"5000" desc:"most pages"`
	Rescue   time.Duration `env:"MILLRACE_PARSER_MAX_RESCUE" envDefault:"1m" desc:"time for trying again, by other means and page by page, what crashed its reader or went over a limit; negative for not at all"`
	Time     time.Duration `env:"MILLRACE_PARSER_MAX_TIME" envDefault:"1m" desc:"longest time for one document"`
	CPU      time.Duration `env:"MILLRACE_PARSER_MAX_CPU" envDefault:"1m" desc:"most processor time for one document"`
	Memory   int64         `env:"MILLRACE_PARSER_MAX_MEMORY" envDefault:"1073741824" desc:"memory of one reading process, in bytes"`
	Unpack   int64         `env:"MILLRACE_PARSER_MAX_UNPACKED" envDefault:"1073741824" desc:"bytes that a file's streams may unpack to"`
	Ratio    int64         `env:"MILLRACE_PARSER_MAX_RATIO" envDefault:"1000" desc:"how many times a file's own size that may be, from 64 MiB on"`
}

// reading says how documents are read.
type reading struct {
	Passwords string `env:"MILLRACE_PDF_PASSWORDS" desc:"passwords to try on encrypted documents: one a line, or with commas between"`
	OCR       string `env:"MILLRACE_OCR_LANGUAGES" envDefault:"eng" desc:"languages that tesseract recognizes pages without text in, as eng+deu, where it is installed; none for not at all"`
}

// passwords splits the list. A list with line ends, as a file has, may have commas in its passwords.
func (r reading) passwords() []string {
	separator := ","
	if strings.Contains(strings.TrimSpace(r.Passwords), "\n") {
		separator = "\n"
	}
	var out []string
	for p := range strings.SplitSeq(r.Passwords, separator) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// sandbox is the configuration of the processes that read.
func (s settings) sandbox(log *slog.Logger) sandbox.Config {
	l := s.Limits
	return sandbox.Config{
		Children: l.Children, Recycle: l.Recycle, Log: log, Passwords: s.Reading.passwords(), OCR: s.Reading.OCR,
		Limits: sandbox.Limits{
			Limits: pdf.Limits{Bytes: l.Bytes, Pages: l.Pages, Time: l.Time, Unpack: l.Unpack, Ratio: l.Ratio},
			CPU:    l.CPU,
			Memory: l.Memory,
			Rescue: l.Rescue,
		},
	}
}
