package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

// plainHTTP is Millrace's own JSON: the question as it is, and for an answer {"model": …, "results": […]}.
type plainHTTP struct{ at *url.URL }

func (p plainHTTP) ask() string   { return p.at.String() }
func (p plainHTTP) probe() string { return p.at.String() }

func (p plainHTTP) write(q question) (any, error) { return q, nil }

func (p plainHTTP) read(_ question, answer []byte) (answers, error) {
	var a struct {
		Model   string            `json:"model"`
		Results []json.RawMessage `json:"results"`
	}
	if err := decode(answer, &a); err != nil {
		return answers{}, err
	}
	if a.Results == nil {
		return answers{}, errors.New("it has no results")
	}
	return answers{a.Model, a.Results}, nil
}

// decode reads JSON. Its errors do not show any of it.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return fmt.Errorf("it has the wrong shape at byte %d: there should be a %s", wrong.Offset, wrong.Type)
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON from byte %d on", syntax.Offset)
	}
	return errors.New("it is not JSON")
}
