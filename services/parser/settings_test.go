package main

import (
	"slices"
	"testing"
)

func TestPasswordsAreOneALineOrBetweenCommas(t *testing.T) {
	tests := map[string][]string{
		"":                    nil,
		"one":                 {"one"},
		"one, two,,":          {"one", "two"},
		"with,comma\nother\n": {"with,comma", "other"},
		"one\n":               {"one"},
	}
	for list, want := range tests {
		if got := (reading{Passwords: list}).passwords(); !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", list, got, want)
		}
	}
}
