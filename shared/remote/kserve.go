package remote

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// kserve is the KServe v2 protocol over REST: tensors of one element for each document.
type kserve struct {
	at             *url.URL
	model, version string
}

func newKServe(at *url.URL, model string) kserve {
	name, version, _ := strings.Cut(model, "/")
	return kserve{at, name, version}
}

func (k kserve) path(end string) string {
	parts := []string{"v2", "models", k.model}
	if k.version != "" {
		parts = append(parts, "versions", k.version)
	}
	return k.at.JoinPath(append(parts, end)...).String()
}

func (k kserve) ask() string   { return k.path("infer") }
func (k kserve) probe() string { return k.path("ready") }

// tensor is an input or an output.
type tensor struct {
	Name     string          `json:"name"`
	Shape    []int           `json:"shape"`
	Datatype string          `json:"datatype"`
	Data     json.RawMessage `json:"data"`
}

func texts(name string, of []string) (tensor, error) {
	data, err := json.Marshal(of)
	return tensor{name, []int{len(of)}, "BYTES", data}, err
}

func (k kserve) write(q question) (any, error) {
	var text, class, fields []string
	for _, d := range q.Documents {
		text, class = append(text, d.Text), append(class, d.Class)
		asked, err := json.Marshal(d.Fields)
		if err != nil {
			return nil, err
		}
		fields = append(fields, string(asked))
	}
	request := struct {
		Parameters map[string]string `json:"parameters"`
		Inputs     []tensor          `json:"inputs"`
	}{Parameters: map[string]string{"task": q.Task}}
	columns := map[string][]string{"text": text}
	order := []string{"text"}
	if q.Task == taskClassify {
		request.Parameters["labels"] = strings.Join(q.Labels, ",")
	} else {
		columns["class"], columns["fields"] = class, fields
		order = append(order, "class", "fields")
	}
	for _, name := range order {
		t, err := texts(name, columns[name])
		if err != nil {
			return nil, err
		}
		request.Inputs = append(request.Inputs, t)
	}
	return request, nil
}

func (k kserve) read(q question, answer []byte) (answers, error) {
	var a struct {
		Name    string   `json:"model_name"`
		Version string   `json:"model_version"`
		Outputs []tensor `json:"outputs"`
	}
	if err := decode(answer, &a); err != nil {
		return answers{}, err
	}
	out := answers{model: k.model}
	if a.Version != "" {
		out.model += "/" + a.Version
	}
	outputs := map[string]tensor{}
	for _, t := range a.Outputs {
		outputs[t.Name] = t
	}
	var err error
	if q.Task == taskClassify {
		out.results, err = labelled(outputs)
	} else {
		out.results, err = fielded(outputs)
	}
	return out, err
}

// labelled makes results of the outputs label and confidence.
func labelled(outputs map[string]tensor) ([]json.RawMessage, error) {
	labels, err := elements[string](outputs, "label")
	if err != nil {
		return nil, err
	}
	confidences, err := elements[float64](outputs, "confidence")
	if err != nil {
		return nil, err
	}
	if len(labels) != len(confidences) {
		return nil, fmt.Errorf("it has %d labels and %d confidences", len(labels), len(confidences))
	}
	var out []json.RawMessage
	for i := range labels {
		one, err := json.Marshal(map[string]any{"label": labels[i], "confidence": confidences[i]})
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// fielded makes results of the output fields, whose elements are JSON texts.
func fielded(outputs map[string]tensor) ([]json.RawMessage, error) {
	lists, err := elements[string](outputs, "fields")
	if err != nil {
		return nil, err
	}
	var out []json.RawMessage
	for _, list := range lists {
		if !json.Valid([]byte(list)) {
			list = "null"
		}
		out = append(out, json.RawMessage(`{"fields":`+list+`}`))
	}
	return out, nil
}

// elements returns an output's data, flat: it may be nested by its shape.
func elements[T any](outputs map[string]tensor, name string) ([]T, error) {
	t, ok := outputs[name]
	if !ok {
		return nil, fmt.Errorf("it has no output %s", name)
	}
	var flat []*T
	if json.Unmarshal(t.Data, &flat) != nil {
		var nested [][]*T
		if json.Unmarshal(t.Data, &nested) != nil {
			return nil, fmt.Errorf("the data of its output %s cannot be read; binary data is not", name)
		}
		flat = flat[:0]
		for _, row := range nested {
			if len(row) != 1 {
				return nil, fmt.Errorf("its output %s does not have one element for each document", name)
			}
			flat = append(flat, row[0])
		}
	}
	out := make([]T, 0, len(flat))
	for _, e := range flat {
		if e == nil {
			return nil, fmt.Errorf("its output %s has nothing for a document", name)
		}
		out = append(out, *e)
	}
	return out, nil
}
