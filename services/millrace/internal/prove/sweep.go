package prove

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/shared/servers"
)

// FolderPattern is the pattern of the names of temporary folders for runs, as for [os.MkdirTemp].
const FolderPattern = "millrace-prove-*"

// Sweep takes away what killed runs have left below a folder for temporary files: their mounts, their servers, their folders.
// A folder that was kept on purpose is left alone, and so is one whose run goes on.
func Sweep(temp string) error {
	folders, err := filepath.Glob(filepath.Join(temp, FolderPattern))
	if err != nil {
		return fmt.Errorf("look for what earlier runs have left: %w", err)
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, runsFile)); err != nil {
			continue // it ended, and is kept
		}
		if err := sweep(folder); err != nil && !errors.Is(err, datadir.ErrLocked) {
			return fmt.Errorf("clear away what an earlier run has left in %s: %w", folder, err)
		}
	}
	return nil
}

func sweep(folder string) error {
	dir, err := datadir.At(folder)
	if err != nil {
		return err
	}
	lock, err := dir.Lock()
	if errors.Is(err, os.ErrPermission) {
		return nil // another user's
	}
	if err != nil {
		return err
	}
	err = errors.Join(servers.EndLeftRabbitMQ(dir.Sub(rabbitmqFolder)), servers.EndLeftPostgres(dir.Sub(postgresFolder)),
		unmountBelow(dir.Path()), os.RemoveAll(dir.Path()))
	return errors.Join(err, lock.Unlock())
}

// runsFile is there while a run goes on.
const runsFile = "running"

const (
	rabbitmqFolder = "rabbitmq"
	postgresFolder = "postgres"
)
