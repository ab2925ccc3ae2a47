// Package modelstore keeps the versions of a classifier model in a folder, and which of them is in use.
//
// A version is a model file and what its training reported beside it; neither changes once it is there. The files current and
// previous each hold the name of a version in one line. Every change is a rename, so who looks sees the state before it or the
// state after it. The package knows nothing of how models are trained or used.
package modelstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/classify"
)

// BuiltIn is the name of the model that is built into the programs. It has no file.
const BuiltIn = "built-in"

const (
	currentFile  = "current"
	previousFile = "previous"
	modelExt     = ".model"
	reportExt    = ".json"
)

// ErrNotFound says that there is no version of a name; ErrNoPrevious that nothing was in use before.
var (
	ErrNotFound   = errors.New("no such model")
	ErrNoPrevious = errors.New("no other model was in use before")
)

// Store is a folder of versions. It may be used by several processes at once; of two that change what is in use, the later wins.
type Store struct{ dir string }

// At names the store in dir without touching it. A folder that is not there holds no versions.
func At(dir string) Store { return Store{dir} }

// Dir returns the folder.
func (s Store) Dir() string { return s.dir }

// Version is a model in the store.
type Version struct {
	Name     string
	SavedAt  time.Time
	Size     int64  // bytes of the model file
	Report   []byte // JSON, as given to Save; nil where it is missing
	InUse    bool
	Previous bool // was in use before
}

// Save adds a model with the report of its training and returns its name, such as trained-0a1b2c3d; it is not put to use. The
// same model has the same name, and saving it again replaces its report.
func (s Store) Save(m *classify.Model, report any) (string, error) {
	content, err := m.Bytes()
	if err != nil {
		return "", err
	}
	about, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return "", fmt.Errorf("save the report of model %s: %w", m.Name(), err)
	}
	name := nameOf(m)
	if err := os.MkdirAll(s.dir, 0o755); err != nil { //nolint:gosec // the classifier may run as another user
		return "", fmt.Errorf("make the folder of models: %w", err)
	}
	if err := Replace(filepath.Join(s.dir, name+reportExt), append(about, '\n')); err != nil {
		return "", err
	}
	return name, Replace(filepath.Join(s.dir, name+modelExt), content)
}

// nameOf turns doctype/1+0a1b2c3d into doctype-0a1b2c3d.
func nameOf(m *classify.Model) string {
	full := m.Name()
	name, _, _ := strings.Cut(full, "/")
	return name + "-" + full[strings.LastIndexByte(full, '+')+1:]
}

// List returns the versions, the latest saved first.
func (s Store) List() ([]Version, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the models: %w", err)
	}
	current, err := s.Current()
	if err != nil {
		return nil, err
	}
	previous, err := s.read(previousFile)
	if err != nil {
		return nil, err
	}
	var out []Version
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), modelExt)
		if !ok || strings.HasPrefix(name, ".") {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // removed meanwhile
		}
		report, err := os.ReadFile(filepath.Join(s.dir, name+reportExt))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("list the models: %w", err)
		}
		out = append(out, Version{Name: name, SavedAt: info.ModTime(), Size: info.Size(), Report: report, InUse: name == current, Previous: name == previous})
	}
	slices.SortStableFunc(out, func(a, b Version) int { return b.SavedAt.Compare(a.SavedAt) })
	return out, nil
}

// Current returns the name of the model in use: BuiltIn where none was chosen.
func (s Store) Current() (string, error) {
	name, err := s.read(currentFile)
	if name == "" {
		name = BuiltIn
	}
	return name, err
}

// Load reads the version of the name, which may also be BuiltIn. Errors are [ErrNotFound] and those of [classify.Load].
func (s Store) Load(name string) (*classify.Model, error) {
	if name == BuiltIn {
		return classify.Default()
	}
	if !valid(name) {
		return nil, fmt.Errorf("%w: %q is no name of one", ErrNotFound, name)
	}
	m, err := classify.Load(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s is not in %s", ErrNotFound, name, s.dir)
	}
	return m, err
}

// Use puts a version to use, or the built-in model, and remembers which was in use before. A version that cannot be loaded is
// refused. Using what is in use already changes nothing.
func (s Store) Use(name string) error {
	if _, err := s.Load(name); err != nil {
		return err
	}
	before, err := s.read(currentFile)
	if err != nil || before == name {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil { //nolint:gosec // as in Save
		return fmt.Errorf("make the folder of models: %w", err)
	}
	if before == "" {
		before = BuiltIn
	}
	if before != name {
		if err := Replace(filepath.Join(s.dir, previousFile), []byte(before+"\n")); err != nil {
			return err
		}
	}
	return Replace(filepath.Join(s.dir, currentFile), []byte(name+"\n"))
}

// Rollback puts the model that was in use before to use again and returns its name. A second one undoes the first.
func (s Store) Rollback() (string, error) {
	name, err := s.read(previousFile)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", ErrNoPrevious
	}
	return name, s.Use(name)
}

// Chosen returns the file of the model in use; "" stands for the built-in one. ok is false where none was chosen.
func (s Store) Chosen() (path string, ok bool, err error) {
	name, err := s.read(currentFile)
	switch {
	case err != nil || name == "":
		return "", false, err
	case name == BuiltIn:
		return "", true, nil
	case !valid(name):
		return "", false, fmt.Errorf("the file %s names no model: put one to use with millrace models use", filepath.Join(s.dir, currentFile))
	}
	return s.path(name), true, nil
}

func (s Store) path(name string) string { return filepath.Join(s.dir, name+modelExt) }

// valid keeps names inside the folder.
func valid(name string) bool {
	return name != "" && name == filepath.Base(name) && !strings.HasPrefix(name, ".")
}

func (s Store) read(pointer string) (string, error) {
	content, err := os.ReadFile(filepath.Join(s.dir, pointer))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read which model is in use: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

// Replace writes a file under a temporary name, syncs it and renames it.
func Replace(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, werr := f.Write(content)
	if err := errors.Join(werr, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
