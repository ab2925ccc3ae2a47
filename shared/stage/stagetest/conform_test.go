package stagetest

import "testing"

func TestAStageThatPublishesConforms(t *testing.T) {
	t.Parallel()
	Conform(t, reader(read))
}

func TestAStageThatTakesBatchesAndPublishesNothingConforms(t *testing.T) {
	t.Parallel()
	Conform(t, writer(upsert))
}

func TestAStageThatPublishesFurtherEventsConforms(t *testing.T) {
	t.Parallel()
	Conform(t, spreader(enclosed))
}
