package remote

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Backends that answer.
const (
	Builtin = "builtin" // this program itself; nothing is sent
	HTTP    = "http"    // an endpoint that takes Millrace's own JSON
	KServe  = "kserve"  // the KServe v2 (open inference) protocol over REST
	OpenAI  = "openai"  // an OpenAI-compatible chat-completions API
)

// Settings say who answers. A service embeds them with an envPrefix; the key may come from a file as all settings may.
type Settings struct {
	Backend     string        `env:"BACKEND" envDefault:"builtin" desc:"who answers: builtin, http, kserve or openai; documents leave this machine with the last three only"`
	URL         string        `env:"URL" desc:"of the remote model: the endpoint (http), the server (kserve) or the API's base, such as http://127.0.0.1:11434/v1 (openai)"`
	Model       string        `env:"MODEL" desc:"name of the remote model, part of the results' ids; for kserve also NAME/VERSION; for the built-in classifier a model file or a folder of models, watched for changes, empty for its own"`
	Key         string        `env:"KEY" desc:"secret that is sent to the remote model as a bearer token; empty for none"`
	Timeout     time.Duration `env:"TIMEOUT" envDefault:"60s" desc:"time limit for one request to the remote model"`
	Concurrency int           `env:"CONCURRENCY" envDefault:"4" desc:"requests to the remote model at once"`
	Batch       int           `env:"BATCH" envDefault:"1" desc:"documents in one request, for http and kserve"`
	MaxText     int           `env:"MAX_TEXT" envDefault:"32768" desc:"bytes of a document's text that are sent; what follows is left out"`
	Words       bool          `env:"WORDS" envDefault:"false" desc:"send the words with their boxes too, for http"`
}

// validModel is what may stand in a version, a header and a path.
var validModel = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$`)

// Remote says whether documents are sent to another program.
func (s Settings) Remote() bool { return s.Backend != Builtin }

// Name returns who answers, such as openai:qwen2.5-7b: part of the version of a stage, so that results are told apart.
func (s Settings) Name() string { return s.Backend + ":" + s.Model }

// Check returns what is wrong with the settings; prefix is that of the variables' names. It never shows the key.
func (s Settings) Check(prefix string) error {
	var problems []error
	fail := func(name, format string, args ...any) {
		problems = append(problems, fmt.Errorf(prefix+name+": "+format, args...))
	}
	switch s.Backend {
	case Builtin:
		if s.URL != "" || s.Key != "" {
			fail("BACKEND", "is builtin, but there is an address or a key of a remote model: set it to http, kserve or openai, or remove them")
		}
		return errors.Join(problems...)
	case HTTP, KServe, OpenAI:
	default:
		fail("BACKEND", "%q is none; use builtin, http, kserve or openai", s.Backend)
		return errors.Join(problems...)
	}
	if _, err := s.address(); err != nil {
		fail("URL", "%w", err)
	}
	if !validModel.MatchString(s.Model) {
		fail("MODEL", "must name the remote model in up to 100 letters, digits and . _ : / @ + -; it is %q", s.Model)
	}
	if strings.ContainsAny(s.Key, "\r\n\x00") {
		fail("KEY", "must be one line")
	}
	if s.Timeout <= 0 || s.Concurrency <= 0 || s.Batch <= 0 || s.MaxText <= 0 {
		fail("TIMEOUT", "and CONCURRENCY, BATCH and MAX_TEXT must be more than 0")
	}
	if s.Backend == OpenAI && s.Batch != 1 {
		fail("BATCH", "must be 1 for openai: a chat is about one document")
	}
	if s.Backend != HTTP && s.Words {
		fail("WORDS", "can be sent by http only")
	}
	return errors.Join(problems...)
}

// address returns the URL, parsed. Its errors show nothing of it: it may hold a secret.
func (s Settings) address() (*url.URL, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("must be like http://127.0.0.1:8000/classify")
	}
	if u.User != nil {
		return nil, errors.New("must not hold a user or a password; give the secret as KEY")
	}
	return u, nil
}
