package synthetic

import "time"

// row is a label with its value. When name is set, drawing the row records the fact.
type row struct {
	label, value    string
	name, typ, norm string
}

// plainRow is a row that says nothing the truth lists.
func plainRow(label, value string) row { return row{label: label, value: value} }

// textRow is a row whose value is printed as it is.
func textRow(label, name, typ, value string) row {
	return row{label: label, value: value, name: name, typ: typ, norm: value}
}

func (d *draft) noteRow(r row) {
	if r.name != "" {
		d.fact(r.name, r.typ, r.norm, r.value)
	}
}

// pairs draws labels at x and values at x+gap, one below the other, and returns the next baseline.
func (d *draft) pairs(x, gap, y float64, label, value font, rows []row) float64 {
	for _, r := range rows {
		d.text(x, y, label, r.label)
		d.text(x+gap, y, value, r.value)
		d.noteRow(r)
		y += value.leading() * 1.12
	}
	return y
}

// pairsRight draws labels at x and values that end at x1.
func (d *draft) pairsRight(x, x1, y float64, label, value font, rows []row) float64 {
	for _, r := range rows {
		d.text(x, y, label, r.label)
		d.textRight(x1, y, value, r.value)
		d.noteRow(r)
		y += value.leading() * 1.15
	}
	return y
}

// cells draws the rows side by side over the width w with the label above the value, and returns the baseline under them.
func (d *draft) cells(x, w, y float64, label, value font, rows []row, boxed bool) float64 {
	each := w / float64(len(rows))
	for i, r := range rows {
		at := x + float64(i)*each
		if boxed {
			d.box(at, y-label.size-3, each, label.leading()+value.leading()+7, 0.5, d.theme.ink)
			at += 4
		}
		d.text(at, y, label, r.label)
		d.textFit(at, y+label.leading()+1, each-8, value, r.value)
		d.noteRow(r)
	}
	return y + label.leading() + value.leading()*1.6
}

// widest returns the width of the widest label.
func (d *draft) widest(f font, rows []row) float64 {
	w := 0.0
	for _, r := range rows {
		w = max(w, d.measure(f, r.label))
	}
	return w
}

// widestValue returns the width of the widest value.
func (d *draft) widestValue(f font, rows []row) float64 {
	w := 0.0
	for _, r := range rows {
		w = max(w, d.measure(f, r.value))
	}
	return w
}

// moneyRow is an amount with its currency.
func (d *draft) moneyRow(label, name string, c cents) row {
	return row{label: label, value: d.money.amount(c), name: name, typ: typeAmount, norm: c.decimal()}
}

// dateRow is a date.
func (d *draft) dateRow(label, name string, value time.Time) row {
	return row{label: label, value: d.date(value), name: name, typ: typeDate, norm: iso(value)}
}
