// Command extractor reads typed fields from each classified document.
package main

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/remote"
	"github.com/millrace/millrace/shared/service"
	"github.com/millrace/millrace/shared/stage"
)

type config struct {
	Blob      service.Blob
	Backend   remote.Settings `envPrefix:"MILLRACE_EXTRACTOR_"`
	Templates string          `env:"MILLRACE_TEMPLATES" desc:"folder of templates that replace built-in ones of the same class or add classes; empty for the built-in ones"`
}

func main() {
	service.Main(service.About{Name: pipeline.Extractor, Version: "2", Summary: "reads typed fields from each classified document"}, run)
}

func run(ctx context.Context, s *service.Service, cfg config) error {
	if err := cfg.Backend.Check("MILLRACE_EXTRACTOR_"); err != nil {
		return err
	}
	fields, err := extract.New(extract.Config{TemplateDir: cfg.Templates})
	if err != nil {
		return fmt.Errorf("load the templates: %w", err)
	}
	layouts, err := blob.Open(cfg.Blob.URL)
	if err != nil {
		return fmt.Errorf("open the blob store: %w", err)
	}
	sc, err := s.Stage(layouts.Ready)
	if err != nil {
		return err
	}
	// Other templates give other results, so their ids must differ too.
	sc.Version = s.Version + "+templates." + fields.Fingerprint()
	s.Log.InfoContext(ctx, "extractor templates", "classes", fields.Classes(), "fingerprint", fields.Fingerprint())
	if cfg.Backend.Remote() {
		return runRemote(ctx, sc, layouts, fields, cfg.Backend)
	}
	e := &Extractor{layouts: layouts, fields: fields}
	return stage.Run[event.Classified, event.Extracted](ctx, sc, e.Extract)
}
