package main

import (
	"log/slog"
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
	Time     time.Duration `env:"MILLRACE_PARSER_MAX_TIME" envDefault:"1m" desc:"longest time for one document"`
	Memory   int64         `env:"MILLRACE_PARSER_MAX_MEMORY" envDefault:"1073741824" desc:"memory of one reading process, in bytes"`
	Unpack   int64         `env:"MILLRACE_PARSER_MAX_UNPACKED" envDefault:"1073741824" desc:"bytes that a file's streams may unpack to"`
}

func (l limits) sandbox(log *slog.Logger) sandbox.Config {
	return sandbox.Config{
		Children: l.Children, Recycle: l.Recycle, Log: log,
		Limits: sandbox.Limits{
			Limits: pdf.Limits{Bytes: l.Bytes, Pages: l.Pages, Time: l.Time, Unpack: l.Unpack},
			Memory: l.Memory,
		},
	}
}
