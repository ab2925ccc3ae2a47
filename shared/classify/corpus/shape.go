package corpus

// span is an inclusive range that a number is drawn from.
type span struct{ lo, hi int }

// shape says what a type of document is made of, in the order in which the parts come.
type shape struct {
	narrow     float64 // chance of a till-roll page
	title      float64 // chance of a title
	parties    float64 // chance of address blocks
	pairs      span    // label and value
	rows       span    // table rows
	sections   span    // headings, each with sentences below it
	sentences  span    // sentences of each section, or of the body where there are no sections
	numbered   float64 // chance that sentences are numbered
	salutation bool    // salutation before the body and closing after it
	blanks     float64 // share of pairs without a value, as in a form to be filled in
	dotted     float64 // share of sentences that end in leaders and a line number, as in tax forms
	tail       span    // label and value pairs after the body, such as totals or signatures
	foreign    float64 // chance that a sentence of another type slips in
	terms      float64 // chance of pages of terms and conditions behind the body, worded like a contract
	after      string  // type whose form stands on the pages before, half of the time, as before the instructions to a form
}

// shapes returns the shape of every label.
func shapes() map[string]shape {
	return map[string]shape{
		"invoice":        {title: 0.9, parties: 0.9, pairs: span{3, 18}, rows: span{1, 25}, sentences: span{0, 6}, tail: span{2, 8}, foreign: 0.2, terms: 0.1},
		"receipt":        {narrow: 0.6, title: 0.6, parties: 0.9, pairs: span{1, 6}, rows: span{1, 14}, sentences: span{1, 4}, tail: span{3, 8}, foreign: 0.05},
		"purchase_order": {title: 0.9, parties: 0.9, pairs: span{4, 22}, rows: span{1, 30}, sentences: span{0, 7}, tail: span{0, 5}, foreign: 0.2, terms: 0.3},
		"bank_statement": {title: 0.85, parties: 0.9, pairs: span{3, 12}, rows: span{5, 60}, sentences: span{0, 5}, tail: span{0, 4}, foreign: 0.1},
		"contract": {
			title: 0.85, parties: 0.3, sections: span{1, 18}, sentences: span{1, 7}, numbered: 0.6, tail: span{0, 8}, foreign: 0.2,
		},
		"resume": {title: 0.6, parties: 0.5, pairs: span{0, 5}, sections: span{3, 9}, sentences: span{1, 6}, foreign: 0.05},
		"letter": {title: 0.5, parties: 1, pairs: span{0, 3}, sentences: span{2, 10}, salutation: true, foreign: 0.2},
		"email":  {title: 0.3, pairs: span{3, 6}, sentences: span{1, 8}, salutation: true, foreign: 0.15, tail: span{0, 2}},
		"report": {
			title: 0.9, parties: 0.2, pairs: span{0, 5}, rows: span{0, 12}, sections: span{2, 12}, sentences: span{1, 6},
			numbered: 0.1, foreign: 0.2,
		},
		"scientific_paper": {title: 0.95, parties: 0.3, pairs: span{0, 4}, sections: span{3, 12}, sentences: span{2, 10}, foreign: 0.05},
		"instructions_manual": {
			title: 0.8, pairs: span{0, 4}, sections: span{2, 14}, sentences: span{1, 8}, numbered: 0.5, foreign: 0.1,
			after: "tax_form",
		},
		"government_form": {
			title: 0.9, parties: 0.1, pairs: span{5, 28}, sections: span{0, 5}, sentences: span{1, 6}, numbered: 0.5,
			blanks: 0.5, tail: span{0, 5}, foreign: 0.1,
		},
		"tax_form": {
			title: 0.95, pairs: span{4, 14}, sections: span{0, 3}, sentences: span{4, 18}, numbered: 0.9, blanks: 0.5, dotted: 0.5,
			tail: span{0, 5}, foreign: 0.05,
		},
		Background: {narrow: 0.05, title: 0.6, parties: 0.3, pairs: span{0, 8}, rows: span{0, 8}, sections: span{0, 6}, sentences: span{0, 10}, foreign: 0.12},
	}
}
