package service

import (
	"context"
	"errors"
	"slices"
	"time"
)

// awaitPause is the time between two questions of [Service.Await].
const awaitPause = time.Second

// Await asks until the answer is nil or ctx ends, and returns nil then. An answer that wraps one of the final errors is
// returned at once. What is waited for is shown as the named check of the service's health.
func (s *Service) Await(ctx context.Context, check string, ask func(context.Context) error, final ...error) error {
	for {
		err := ask(ctx)
		if slices.ContainsFunc(final, func(f error) bool { return errors.Is(err, f) }) {
			return err
		}
		s.Health.Set(check, err)
		if err == nil {
			return nil
		}
		s.Log.Warn("not ready yet; asking again", "check", check, "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(awaitPause):
		}
	}
}
