// Package datadir is the folder in which one Millrace instance keeps everything of its own: settings, logs, blobs and the
// private servers.
//
// The settings file is how the other commands find a running instance without flags. It holds credentials and is readable
// by its owner only. The package knows nothing of what runs.
package datadir

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Origin says where a server came from.
type Origin string

const (
	// Given means that the URL came from a flag or the environment.
	Given Origin = "given"
	// Found means that the server answered on its usual local port.
	Found Origin = "found"
	// Private means that the server runs in the data folder and belongs to this instance alone.
	Private Origin = "private"
)

// Settings is what an instance remembers between commands and starts.
type Settings struct {
	AMQPURL        string `json:"amqp_url"`
	AMQPOrigin     Origin `json:"amqp_origin"`
	PostgresURL    string `json:"postgres_url"`
	PostgresOrigin Origin `json:"postgres_origin"`
	BlobURL        string `json:"blob_url"`
	Prefix         string `json:"prefix"`             // of every name on the broker
	Inbox          string `json:"inbox"`              // absolute path
	Rejected       string `json:"rejected,omitempty"` // folder of files that the generator refused, absolute
	UploadURL      string `json:"upload_url,omitempty"`
}

// Service is one child process of a running instance.
type Service struct {
	Name   string `json:"name"`
	Listen string `json:"listen"` // host:port of /readyz and /metrics
	Log    string `json:"log"`    // absolute path
}

// Running describes the instance that holds the folder's lock.
type Running struct {
	PID      int       `json:"pid"`
	Started  time.Time `json:"started"`
	Services []Service `json:"services"`
}

// Dir is a data folder. It may be used by many processes; writes replace whole files.
type Dir struct {
	root string
}

const (
	settingsFile = "millrace.json"
	servicesFile = "services.json"
	idFile       = "id"
)

// At names the data folder at path without touching it.
func At(path string) (Dir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Dir{}, fmt.Errorf("find the data folder %q: %w", path, err)
	}
	return Dir{root: abs}, nil
}

// Create makes the data folder and its log folder where they are missing.
func Create(path string) (Dir, error) {
	d, err := At(path)
	if err != nil {
		return Dir{}, err
	}
	for _, dir := range []string{d.root, d.LogDir()} {
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a private server may run as another user and must pass through
			return Dir{}, fmt.Errorf("make the data folder: %w; choose another with --data", err)
		}
	}
	return d, nil
}

// Path returns the folder's absolute path.
func (d Dir) Path() string { return d.root }

// LogDir returns the folder that holds a log file for each service.
func (d Dir) LogDir() string { return filepath.Join(d.root, "log") }

// Sub returns the path of a folder or file inside the data folder.
func (d Dir) Sub(name string) string { return filepath.Join(d.root, name) }

// BlobURL returns the URL of the blob store inside the data folder.
func (d Dir) BlobURL() string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(d.Sub("blobs"))}
	return u.String()
}

// ID returns the six hexadecimal digits that tell this instance from others on the same servers, making them up the first
// time.
func (d Dir) ID() (string, error) {
	raw, err := os.ReadFile(d.Sub(idFile))
	if err == nil && len(raw) >= 6 {
		return string(raw[:6]), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the instance id: %w", err)
	}
	var b [3]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("make up an instance id: %w", err)
	}
	id := hex.EncodeToString(b[:])
	return id, replace(d.Sub(idFile), []byte(id+"\n"), 0o644)
}

// Settings reads what the last start remembered; ok is false where the folder was never used.
func (d Dir) Settings() (s Settings, ok bool, err error) {
	ok, err = load(d.Sub(settingsFile), &s)
	return s, ok, err
}

// SaveSettings remembers s, readable by the owner only.
func (d Dir) SaveSettings(s Settings) error { return store(d.Sub(settingsFile), s, 0o600) }

// Running reads which services run; ok is false where no instance runs or the last one ended without saying so.
func (d Dir) Running() (r Running, ok bool, err error) {
	ok, err = load(d.Sub(servicesFile), &r)
	if !ok || err != nil {
		return r, false, err
	}
	return r, d.held(), nil
}

// SaveRunning records which services run.
func (d Dir) SaveRunning(r Running) error { return store(d.Sub(servicesFile), r, 0o644) }

// ClearRunning forgets the services. Forgetting twice is no error.
func (d Dir) ClearRunning() error {
	if err := os.Remove(d.Sub(servicesFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget the running services: %w", err)
	}
	return nil
}

func load(path string, into any) (bool, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the instance's settings: %w", err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return false, fmt.Errorf("read the instance's settings: %s is damaged (%w): delete it and run millrace up again", path, err)
	}
	return true, nil
}

func store(path string, v any, mode fs.FileMode) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return replace(path, append(raw, '\n'), mode)
}

// replace writes content under a temporary name and renames it, so that a reader sees the old file or the new one.
func replace(path string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, werr := f.Write(content)
	if err := errors.Join(werr, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
