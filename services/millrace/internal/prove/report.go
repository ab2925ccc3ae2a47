package prove

import (
	"time"

	"github.com/millrace/millrace/shared/ledger"
)

// Report is what a run gives.
type Report struct {
	Passed   bool           `json:"passed"`
	Reasons  []string       `json:"reasons,omitempty"` // why it did not pass
	Started  time.Time      `json:"started"`
	Seed     uint64         `json:"seed"`
	CPUs     int            `json:"cpus"`
	Nodes    int            `json:"nodes"`   // of RabbitMQ
	Rate     float64        `json:"rate"`    // documents per second that were asked for
	Load     float64        `json:"load"`    // seconds from the first document to the last
	Held     float64        `json:"held"`    // seconds of those during which the load waited, because enough did already
	Drain    float64        `json:"drain"`   // seconds from the last document, all faults lifted, until nothing waited
	Drained  bool           `json:"drained"` // it came to that
	Speed    float64        `json:"speed"`   // documents stored per second of load and drain
	Verdict  Verdict        `json:"verdict"`
	Ledger   ledger.Total   `json:"ledger"` // as millrace reconcile draws it up, from what is stored alone
	Faults   []FaultRecord  `json:"faults"`
	Stages   []StageReport  `json:"stages"`
	Crashes  map[string]int `json:"crashes,omitempty"` // services that ended by themselves
	Samples  []Sample       `json:"samples"`
	Services []string       `json:"services"`
}

// StageReport says how much waited before a stage.
type StageReport struct {
	Stage   string  `json:"stage"`
	Largest int     `json:"largest"` // backlog
	At      float64 `json:"at"`      // seconds since the load began
}

// series are the names under which samples count, in the order of the pipeline.
func series(services []string) []string { return append(append([]string(nil), services...), Retry) }

// stages finds the largest backlog of each stage.
func stages(services []string, samples []Sample) []StageReport {
	var all []StageReport
	for _, name := range series(services) {
		r := StageReport{Stage: name}
		for _, s := range samples {
			if n := s.Backlog[name]; n > r.Largest {
				r.Largest, r.At = n, s.At
			}
		}
		all = append(all, r)
	}
	return all
}
