// Command parser reads documents: it takes the content from the blob store, reads it in a child process, and puts the
// layout (text with boxes) back.
package main

import (
	"context"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/sandbox"
	"github.com/millrace/millrace/shared/service"
	"github.com/millrace/millrace/shared/stage"
)

// settings are the parser's own.
type settings struct {
	Blob    service.Blob
	Limits  limits
	Reading reading
}

func main() {
	sandbox.Child()
	service.Main(service.About{Name: pipeline.Parser, Version: "1", Summary: "reads documents into text with layout"}, run)
}

func run(ctx context.Context, s *service.Service, cfg settings) error {
	blobs, err := blob.Open(cfg.Blob.URL)
	if err != nil {
		return err
	}
	pool, err := sandbox.New(cfg.sandbox(s.Log))
	if err != nil {
		return err
	}
	defer pool.Close()
	stageConfig, err := s.Stage(blobs.Ready)
	if err != nil {
		return err
	}
	p := &Parser{Blobs: blobs, Pool: pool, MaxBytes: cfg.Limits.Bytes}
	return stage.Run(ctx, stageConfig, p.Parse)
}
