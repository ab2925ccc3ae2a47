package reprocess

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
)

// Stage is a stage that can run again: what it reads and makes is in Postgres.
type Stage struct {
	Name    string
	In, Out string // topics
	compare func(before, after payload) []Change
}

func stages() []Stage {
	return []Stage{
		{pipeline.Parser, event.TopicReceived, event.TopicParsed, compareParsed},
		{pipeline.Classifier, event.TopicParsed, event.TopicClassified, compareClassified},
		{pipeline.Extractor, event.TopicClassified, event.TopicExtracted, compareExtracted},
	}
}

// StageNames lists the stages that can run again.
func StageNames() []string {
	var names []string
	for _, s := range stages() {
		names = append(names, s.Name)
	}
	return names
}

// StageNamed returns a stage by its name.
func StageNamed(name string) (Stage, error) {
	for _, s := range stages() {
		if s.Name == name {
			return s, nil
		}
	}
	return Stage{}, fmt.Errorf("%q is no stage that can run again: use one of %s", name, strings.Join(StageNames(), ", "))
}

// group is the consumer group that does the stage's work.
func (s Stage) group() broker.Group { return broker.Group{Name: s.Name, Topic: s.In} }
