// Command classifier says what type each parsed document is.
package main

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/remote"
	"github.com/millrace/millrace/shared/service"
)

type config struct {
	Blob    service.Blob
	Backend remote.Settings `envPrefix:"MILLRACE_CLASSIFIER_"`
}

func main() {
	service.Main(service.About{Name: pipeline.Classifier, Version: "1", Summary: "says what type each parsed document is"}, start)
}

func start(ctx context.Context, s *service.Service, cfg config) error {
	if err := cfg.Backend.Check("MILLRACE_CLASSIFIER_"); err != nil {
		return err
	}
	layouts, err := blob.Open(cfg.Blob.URL)
	if err != nil {
		return fmt.Errorf("open the blob store: %w", err)
	}
	sc, err := s.Stage(layouts.Ready)
	if err != nil {
		return err
	}
	if cfg.Backend.Remote() {
		return runRemote(ctx, sc, layouts, cfg.Backend)
	}
	models, err := OpenModels(cfg.Backend.Model, s.Log, func(text string) { s.Health.Note("model", text) })
	if err != nil {
		return err
	}
	model, _ := models.Current()
	s.Log.InfoContext(ctx, "classifier model", "model", model.Name(), "labels", model.Labels())
	return run(ctx, sc, layouts, models)
}
