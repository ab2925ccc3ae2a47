package pdf

import (
	"strconv"
	"strings"
)

// Bounds on page labels.
const (
	maxLabelRanges = 10_000
	maxLabelNodes  = 2_000
	maxLabelDepth  = 16
	maxLabelPrefix = 100    // bytes
	maxLabelNumber = 10_000 // beyond, roman numbers and letters give way to decimals, as they would be endless
)

// labels returns what the document calls each of its pages (ISO 32000-1, 12.4.2), or nil where it does not say.
func (d *document) labels(pages int) (out []string) {
	defer func() {
		if recover() != nil {
			out = nil
		}
	}()
	w := labelWalk{doc: d, ranges: map[int]labelRange{}}
	w.tree(key(key(d.trailer(), "Root"), "PageLabels"), 0)
	if len(w.ranges) == 0 {
		return nil
	}
	out = make([]string, pages)
	current, known := labelRange{}, false
	for i := range out {
		if r, ok := w.ranges[i]; ok {
			current, known = r, true
		}
		if known {
			out[i] = current.label()
			current.number++
		}
	}
	return out
}

// labelRange says how the pages from one on are labelled.
type labelRange struct {
	style, prefix string
	number        int
}

// labelWalk gathers the ranges of a number tree, by the index of their first page.
type labelWalk struct {
	doc    *document
	ranges map[int]labelRange
	nodes  int
}

func (w *labelWalk) tree(node value, depth int) {
	if w.nodes++; depth > maxLabelDepth || w.nodes > maxLabelNodes || w.doc.ctx.Err() != nil || !isDict(node) {
		return
	}
	nums := key(node, "Nums")
	for i := 0; i+1 < nums.Len() && len(w.ranges) < maxLabelRanges; i += 2 {
		r := index(nums, i+1)
		if !isDict(r) || !isNumber(index(nums, i)) {
			continue
		}
		number := 1
		if start := key(r, "St").Int64(); start > 0 && start < 1<<31 {
			number = int(start)
		}
		w.ranges[int(index(nums, i).Int64())] = labelRange{key(r, "S").Name(), words(key(r, "P"), maxLabelPrefix), number}
	}
	kids := key(node, "Kids")
	for i := range min(kids.Len(), maxLabelNodes) {
		w.tree(index(kids, i), depth+1)
	}
}

func (r labelRange) label() string {
	style := r.style
	if r.number > maxLabelNumber && style != "" {
		style = "D"
	}
	switch style {
	case "D":
		return r.prefix + strconv.Itoa(r.number)
	case "R":
		return r.prefix + roman(r.number)
	case "r":
		return r.prefix + strings.ToLower(roman(r.number))
	case "A":
		return r.prefix + letters(r.number)
	case "a":
		return r.prefix + strings.ToLower(letters(r.number))
	}
	return r.prefix
}

func roman(n int) string {
	var sb strings.Builder
	for _, d := range []struct {
		value int
		text  string
	}{
		{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"},
		{50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
	} {
		for ; n >= d.value; n -= d.value {
			sb.WriteString(d.text)
		}
	}
	return sb.String()
}

// letters returns A to Z, then AA to ZZ, AAA to ZZZ and so on.
func letters(n int) string {
	return strings.Repeat(string(rune('A'+(n-1)%26)), (n-1)/26+1)
}
