package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/fault"
)

// declare makes the groups' queues and the topics' exchanges. While the broker is away it tries again every half second
// and says so in the stage's health; what the broker refuses is an error at once.
func declare(ctx context.Context, cfg Config, groups []broker.Group, topics []string) error {
	check := cfg.Name + "/topology"
	for told := false; ; {
		err := cfg.Broker.Declare(ctx, groups, topics)
		if err == nil {
			cfg.Health.Set(check, nil)
			return nil
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // shutdown while waiting is a complete drain
		}
		cfg.Health.Set(check, err)
		if fault.ClassOf(err) != fault.ClassDependencyDown {
			return fmt.Errorf("stage %s: %w", cfg.Name, err)
		}
		if !told {
			cfg.Log.Warn("waiting for the broker", "stage", cfg.Name, "error", err)
			told = true
		}
		_ = sleep(ctx, 500*time.Millisecond) // ctx is looked at above
	}
}
