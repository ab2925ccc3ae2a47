package main

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// wordsOf splits text into words at white space, in NFKC.
func wordsOf(text string) []string {
	return strings.Fields(strings.TrimPrefix(norm.NFKC.String(text), "\ufeff"))
}

// bagOf counts words.
func bagOf(words []string) map[string]int {
	out := make(map[string]int, len(words))
	for _, w := range words {
		out[w]++
	}
	return out
}

// f1 is the harmonic mean of precision and recall of two bags of words, between 0 and 1.
func f1(got, want []string) float64 {
	both, have := 0, bagOf(got)
	for w, n := range bagOf(want) {
		both += min(n, have[w])
	}
	if both == 0 {
		return 0
	}
	return 2 * float64(both) / float64(len(got)+len(want))
}

// orderWords bounds the texts that are compared in order, as the time for it grows with their product.
const orderWords = 4000

// order is one less the edit distance of the first [orderWords] words, as a share of the longer text; 1 for the same words in
// the same order.
func order(got, want []string) float64 {
	got, want = got[:min(len(got), orderWords)], want[:min(len(want), orderWords)]
	longer := max(len(got), len(want))
	if longer == 0 {
		return 1
	}
	numbers := map[string]int32{}
	return 1 - float64(distance(numbered(numbers, got), numbered(numbers, want)))/float64(longer)
}

// numbered replaces words by numbers, which compare faster.
func numbered(numbers map[string]int32, words []string) []int32 {
	out := make([]int32, len(words))
	for i, w := range words {
		n, ok := numbers[w]
		if !ok {
			n = int32(len(numbers))
			numbers[w] = n
		}
		out[i] = n
	}
	return out
}

// distance is the least number of words to insert, delete or replace (Levenshtein).
func distance(a, b []int32) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			best := diagonal
			if x != y {
				best = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], best
		}
	}
	return row[len(b)]
}

// lacking returns the words of one text that another, of which have are the words, has not or not as often.
func lacking(words []string, have map[string]int) []string {
	var out []string
	for _, w := range words {
		if have[w]--; have[w] < 0 {
			out = append(out, w)
		}
	}
	return out
}
