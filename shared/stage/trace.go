package stage

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// childTrace returns a traceparent (W3C trace context, version 00: trace id, parent span id, flags) in the same trace as parent
// with a span id of its own. A missing or malformed parent starts a new, sampled trace.
func childTrace(parent string) string {
	var span [8]byte
	_, _ = rand.Read(span[:]) // never fails: see crypto/rand
	if trace, flags, ok := parseTrace(parent); ok {
		return "00-" + trace + "-" + hex.EncodeToString(span[:]) + "-" + flags
	}
	var trace [16]byte
	_, _ = rand.Read(trace[:]) // never fails
	return "00-" + hex.EncodeToString(trace[:]) + "-" + hex.EncodeToString(span[:]) + "-01"
}

func parseTrace(parent string) (trace, flags string, ok bool) {
	const form = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
	if len(parent) != len(form) || parent[:2] != "00" {
		return "", "", false
	}
	for i := range len(form) {
		if hyphen := form[i] == '-'; hyphen != (parent[i] == '-') || !hyphen && !strings.ContainsRune("0123456789abcdef", rune(parent[i])) {
			return "", "", false
		}
	}
	return parent[3:35], parent[53:], true
}
