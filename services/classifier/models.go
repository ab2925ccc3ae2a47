package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/modelstore"
)

// errNoChoice says that a folder of models names none of them any more.
var errNoChoice = errors.New("no model is chosen any more: put one to use with millrace models use")

// Models holds the model in use and replaces it when what it was loaded from changes. What cannot be used changes nothing.
// Current may be called by many goroutines at once, Look by one.
type Models struct {
	path string // a model file, a folder as package modelstore keeps it, or "" for the built-in model
	log  *slog.Logger
	note func(string) // is told how it is; for readiness

	mu       sync.Mutex
	model    *classify.Model
	replaced chan struct{} // closed when model is not the one in use any more

	looked state // at the last look
}

// state tells whether a model's file has changed.
type state struct {
	file string // "" for the built-in model
	size int64
	at   time.Time
	err  string
}

// OpenModels loads the model. Where nothing is chosen in a folder it is the built-in one. note may be nil.
func OpenModels(path string, log *slog.Logger, note func(string)) (*Models, error) {
	m := &Models{path: path, log: log, note: note, replaced: make(chan struct{})}
	if note == nil {
		m.note = func(string) {}
	}
	s, err := m.state()
	if errors.Is(err, errNoChoice) {
		s, err = state{err: err.Error()}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the classifier's model (MILLRACE_CLASSIFIER_MODEL): %w", err)
	}
	if m.model, err = open(s.file); err != nil {
		return nil, err
	}
	m.looked = s
	m.note("using " + m.model.Name())
	return m, nil
}

// open opens a model file, or the built-in model for an empty path.
func open(file string) (*classify.Model, error) {
	if file == "" {
		return classify.Default()
	}
	return classify.Load(file)
}

// Current returns the model in use, and a channel that is closed when another takes its place.
func (m *Models) Current() (*classify.Model, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.model, m.replaced
}

// state looks at the model's file without reading it.
func (m *Models) state() (state, error) {
	if m.path == "" {
		return state{}, nil
	}
	info, err := os.Stat(m.path)
	if err != nil {
		return state{}, err
	}
	file := m.path
	if info.IsDir() {
		chosen, ok, err := modelstore.At(m.path).Chosen()
		if err != nil {
			return state{}, err
		}
		if !ok {
			return state{}, errNoChoice
		}
		if chosen == "" {
			return state{}, nil
		}
		if info, err = os.Stat(chosen); err != nil {
			return state{}, err
		}
		file = chosen
	}
	return state{file: file, size: info.Size(), at: info.ModTime()}, nil
}

// Look loads the model again if its file has changed since the last look, and puts it to use if it can be used.
func (m *Models) Look() {
	s, err := m.state()
	if err != nil {
		s.err = err.Error()
	}
	if s == m.looked {
		return
	}
	m.looked = s
	var model *classify.Model
	if err == nil {
		model, err = open(s.file)
	}
	using, _ := m.Current()
	if err != nil {
		m.log.Error("a classifier model was refused; the one in use stays", "path", m.path, "using", using.Name(), "error", err)
		m.note(fmt.Sprintf("using %s; what %s holds now was refused: %v", using.Name(), m.path, err))
		return
	}
	m.note("using " + model.Name())
	if model.Name() == using.Name() {
		return
	}
	m.log.Info("another classifier model takes over", "model", model.Name(), "before", using.Name(), "labels", model.Labels())
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.replaced)
	m.model, m.replaced = model, make(chan struct{})
}
