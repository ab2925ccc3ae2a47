package stage

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
)

// traceParent is the header of W3C trace context, version 00: trace id, parent span id, flags.
var traceParent = regexp.MustCompile(`^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$`)

// childTrace returns a traceparent in the same trace as parent with a span id of its own. A missing or malformed parent
// starts a new, sampled trace.
func childTrace(parent string) string {
	var span [8]byte
	_, _ = rand.Read(span[:]) // never fails: see crypto/rand
	if m := traceParent.FindStringSubmatch(parent); m != nil {
		return "00-" + m[1] + "-" + hex.EncodeToString(span[:]) + "-" + m[3]
	}
	var trace [16]byte
	_, _ = rand.Read(trace[:]) // never fails
	return "00-" + hex.EncodeToString(trace[:]) + "-" + hex.EncodeToString(span[:]) + "-01"
}
