package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/secrets"
)

func (a *app) secretsCommand() *cobra.Command {
	cfg := secrets.Config{}
	var inbox, blobs string
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "Make the passwords of a containerised installation, once",
		Long: `Makes a password for every service, the broker's user definitions and the services' URLs, in one folder per service, and
leaves alone what is there. docker-compose.yml runs it before anything else.`,
		Example: `  millrace secrets --dir /secrets --inbox /inbox --blobs /data/blobs --owner 10001`,
		RunE: func(*cobra.Command, []string) error {
			if cfg.Dir == "" {
				return usage("say where the secrets go with --dir")
			}
			if err := secrets.Ensure(cfg); err != nil {
				return err
			}
			if err := open(inbox); err != nil {
				return err
			}
			if err := give(blobs, cfg.Owner); err != nil {
				return err
			}
			a.note("secrets: in %s", cfg.Dir)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&cfg.Dir, "dir", "", "folder that holds one folder per service")
	f.StringVar(&cfg.RabbitMQHost, "rabbitmq", "rabbitmq:5672", "RabbitMQ's host:port")
	f.StringVar(&cfg.PostgresHost, "postgres", "postgres:5432", "Postgres' host:port")
	f.IntVar(&cfg.Owner, "owner", -1, "user id that the services run as")
	f.StringVar(&inbox, "inbox", "", "inbox folder, shared with the host, to let every user write in")
	f.StringVar(&blobs, "blobs", "", "blob folder to give to --owner")
	return cmd
}

// give lets the user with id owner write in a folder, which is made when it is missing.
func give(folder string, owner int) error {
	if folder == "" {
		return nil
	}
	err := os.MkdirAll(folder, 0o750)
	if owner >= 0 {
		err = errors.Join(err, os.Chown(folder, owner, -1))
	}
	if err != nil {
		return fmt.Errorf("prepare the folder %s: %w", folder, err)
	}
	return nil
}

// open lets every user write in a folder, which is made when it is missing: the inbox is shared between the generator's user
// in its container and whoever drops documents on the host, who have no group in common.
func open(folder string) error {
	if folder == "" {
		return nil
	}
	if err := errors.Join(os.MkdirAll(folder, 0o777), os.Chmod(folder, 0o777)); err != nil { //nolint:gosec // see above
		return fmt.Errorf("prepare the folder %s: %w", folder, err)
	}
	return nil
}
