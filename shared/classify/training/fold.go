package training

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// plan says in which fold each document is held back.
type plan struct {
	fold      []int
	templates map[string]int  // how many each type has
	single    map[string]bool // types whose documents are all of one template
}

// deal deals the documents into folds: a template is in one fold, and each type is spread as evenly as that allows. Where all
// documents of a type are of one template, each of them is dealt on its own: they can only tell how well more of that template
// is recognised.
func deal(docs []Document, seed uint64) plan {
	p := plan{fold: make([]int, len(docs)), templates: map[string]int{}, single: map[string]bool{}}
	numbers := templates(docs)
	of := map[string]map[int]bool{}
	for i, d := range docs {
		if of[d.Label] == nil {
			of[d.Label] = map[int]bool{}
		}
		of[d.Label][numbers[i]] = true
	}
	for label, set := range of {
		p.templates[label], p.single[label] = len(set), len(set) == 1
	}
	var groups [][]int
	at := map[int]int{} // template to group
	for i, d := range docs {
		g, ok := at[numbers[i]]
		if !ok || p.single[d.Label] {
			g = len(groups)
			groups = append(groups, nil)
			if !p.single[d.Label] {
				at[numbers[i]] = g
			}
		}
		groups[g] = append(groups[g], i)
	}
	rng := rand.New(rand.NewPCG(seed, 0x666f6c64)) //nolint:gosec // reproducible by design
	rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	slices.SortStableFunc(groups, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	has := make([]map[string]int, folds)
	for f := range has {
		has[f] = map[string]int{}
	}
	for _, g := range groups {
		best, least := 0, int(^uint(0)>>1)
		for f := range has {
			load := 0
			for _, i := range g {
				load += has[f][docs[i].Label]
			}
			if load < least {
				best, least = f, load
			}
		}
		for _, i := range g {
			p.fold[i] = best
			has[best][docs[i].Label]++
		}
	}
	return p
}
