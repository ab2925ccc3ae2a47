package extract

import "testing"

func TestPartyEndsBeforeItsRegistration(t *testing.T) {
	for text, want := range map[string]string{
		"Kedai Papan Sdn Bhd (12345-X)":      "Kedai Papan Sdn Bhd",
		"Kedai Papan Sdn Bhd (12345 A) ":     "Kedai Papan Sdn Bhd",
		"Kedai Papan Sdn Bhd 123456-X":       "Kedai Papan Sdn Bhd",
		"Kedai Papan Sdn Bhd 123456-X (GST)": "Kedai Papan Sdn Bhd",
		"Kedai Papan Sdn Bhd 123456-x":       "Kedai Papan Sdn Bhd 123456-x",
		"Acme Ltd | 4 High Street":           "Acme Ltd",
		"Anna Berg <anna@example.com>":       "Anna Berg",
		"Acme Inc.":                          "Acme Inc.",
	} {
		got := ""
		if v := readParty(text); len(v) > 0 {
			got = v[0].value
		}
		if got != want {
			t.Errorf("party of %q: got %q, want %q", text, got, want)
		}
	}
}
