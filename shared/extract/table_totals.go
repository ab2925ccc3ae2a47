package extract

// isSum says that a field's labels begin rows that are no lines.
func isSum(name string) bool {
	switch name {
	case "net_total", "tax_total", "grand_total", "total", "due_payable", "gross_amount", "net_amount", "change", "cash", "opening_balance", "closing_balance":
		return true
	}
	return false
}

// isHeadedAsSum says that a label of the template for a sum heads a row.
func (r *reading) isHeadedAsSum(at int) bool {
	for i := range r.labels[at] {
		f := &r.labels[at][i]
		if !f.start {
			continue
		}
		for _, m := range f.entry.meanings {
			if m.kind <= weakLabel && isSum(r.plan.rules[m.index].Name) && r.headsRow(at, f.from, len(f.entry.tokens)) {
				return true
			}
		}
	}
	return false
}

// headsRow says that a label is the row's first word and most of its words that are no numbers.
func (r *reading) headsRow(at, from, size int) bool {
	before, words := 0, 0
	for _, t := range r.sheet.rows[at].tokens {
		if asciiDigit(t.text[0]) || minor(t.text) {
			continue
		}
		if t.from < from {
			before++
		}
		words++
	}
	return before <= 1 && words <= size+3
}

// isCarry says that a row carries a sum over to another page or sums up a group.
func (r *reading) isCarry(at int) bool {
	tokens := r.sheet.rows[at].tokens
	words := 0
	for i := range tokens {
		if !asciiDigit(tokens[i].text[0]) {
			words++
		}
	}
	if words == 0 || words > 5 {
		return false
	}
	for i := range min(2, len(tokens)) {
		next := ""
		if i+1 < len(tokens) {
			next = tokens[i+1].text
		}
		switch word := tokens[i].text; word {
		case "carried", "brought", "a", "suma", "sub", "sous", "total", "balance", "saldo":
			switch word + " " + next {
			case "carried forward", "brought forward", "carried over", "a reporter", "suma anterior", "suma y", "sub total", "sous total", "total previo", "balance forward", "total page", "saldo anterior":
				return true
			}
		case "ubertrag", "zwischensumme", "subtotal", "subtotaal", "tussentotaal", "transport", "report", "seitensumme", "saldovortrag", "anfangssaldo", "endsaldo":
			return true
		}
	}
	return false
}
