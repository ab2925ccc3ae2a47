package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// Document is a document to ask about.
type Document struct {
	ID     string
	Layout *layout.Document
}

// asker puts questions to an API and sorts out whose fault it is when that fails. It is safe for concurrent use.
type asker struct {
	settings Settings
	client   *client
	protocol protocol
	blame    blame
}

// newAsker takes settings that are checked.
func newAsker(s Settings) (*asker, error) {
	at, err := s.address()
	if err != nil {
		return nil, fmt.Errorf("the address of %s: %w", s.Name(), err)
	}
	a := &asker{settings: s, client: newClient(s, at)}
	switch s.Backend {
	case HTTP:
		a.protocol = plainHTTP{at}
	case KServe:
		a.protocol = newKServe(at, s.Model)
	case OpenAI:
		a.protocol = openAI{at, s.Model}
	default:
		return nil, fmt.Errorf("%q is no backend that can be asked", s.Backend)
	}
	return a, nil
}

// Ready returns nil when the API answers and does not want to be left alone, else a DependencyDown. It costs one small
// request, and none while a Retry-After lasts.
func (a *asker) Ready(ctx context.Context) error { return a.client.ready(ctx, a.protocol.probe()) }

// reply is the result about one document, or why there is none.
type reply struct {
	model  string
	result json.RawMessage
	err    error
}

// ask asks about documents at once. Where that fails in a way that one of them may be the cause of, each is asked about
// alone, so that only the guilty one pays.
func (a *asker) ask(ctx context.Context, q question) []reply {
	all := q.Documents
	got, err := a.once(ctx, q)
	if err == nil || len(all) == 1 || !maybeGuilty(err) {
		return a.replies(all, got, err)
	}
	out := make([]reply, 0, len(all))
	var down error
	for i := range all {
		if down != nil {
			out = append(out, reply{err: down})
			continue
		}
		q.Documents = all[i : i+1]
		got, err := a.once(ctx, q)
		one := a.replies(q.Documents, got, err)[0]
		out = append(out, one)
		var s *suspect
		if class := fault.ClassOf(one.err); class == fault.ClassInterrupted || class == fault.ClassDependencyDown && (!errors.As(err, &s) || s.slow) {
			down = one.err
		}
	}
	return out
}

// maybeGuilty says that a failure may be the doing of one document.
func maybeGuilty(err error) bool {
	var s *suspect
	class := fault.ClassOf(err)
	return class == fault.ClassPermanent || class == fault.ClassTransient || errors.As(err, &s)
}

// once sends one request.
func (a *asker) once(ctx context.Context, q question) (answers, error) {
	body, err := a.protocol.write(q)
	if err != nil {
		return answers{}, fault.Permanent(fmt.Errorf("ask %s: %w", a.client.name, err))
	}
	answer, err := a.client.post(ctx, a.protocol.ask(), body)
	if err != nil {
		return answers{}, err
	}
	got, err := a.protocol.read(q, answer)
	if err != nil {
		return answers{}, nonsense(answer, "%w", err)
	}
	if len(got.results) != len(q.Documents) {
		return answers{}, nonsense(answer, "it has %d results for %d documents", len(got.results), len(q.Documents))
	}
	return got, nil
}

// replies gives each document its part of the outcome of a request.
func (a *asker) replies(of []sent, got answers, err error) []reply {
	out := make([]reply, len(of))
	var s *suspect
	for i, d := range of {
		switch {
		case err == nil:
			a.blame.done(d.ID)
			out[i] = reply{model: a.model(got.model), result: got.results[i]}
		case len(of) == 1 && errors.As(err, &s):
			out[i] = reply{err: a.blame.failed(d.ID, err)}
		default:
			out[i] = reply{err: err}
		}
	}
	return out
}

// model returns the backend's name with what the API calls the model where that says more.
func (a *asker) model(said string) string {
	switch {
	case said == "" || !validModel.MatchString(said) || said == a.settings.Model:
		return a.settings.Name()
	case strings.HasPrefix(said, a.settings.Model):
		return a.settings.Backend + ":" + said
	}
	return a.settings.Name() + "/" + said
}
