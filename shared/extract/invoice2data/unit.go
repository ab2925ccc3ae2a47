package invoice2data

import "strings"

// unitCode returns the code of UN/ECE Recommendation 20 for a unit as invoices print it, "" for one that is not known.
func unitCode(unit string) string {
	switch strings.ToLower(strings.Trim(unit, " .")) {
	case "unit", "units", "pc", "pcs", "piece", "pieces", "st", "stk", "stück", "stuk", "stuks", "pièce", "pièces", "unidad", "unidades", "ud", "uds":
		return "H87"
	case "kg", "kilo", "kilogram", "kilograms":
		return "KGM"
	case "g", "gr", "gram", "grams":
		return "GRM"
	case "t", "ton", "tonne", "tonnes":
		return "TNE"
	case "l", "ltr", "liter", "litre", "litres", "liters":
		return "LTR"
	case "ml":
		return "MLT"
	case "m", "meter", "metre", "metres", "meters":
		return "MTR"
	case "cm":
		return "CMT"
	case "mm":
		return "MMT"
	case "m2", "m²", "qm":
		return "MTK"
	case "m3", "m³":
		return "MTQ"
	case "h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "uur", "heure", "heures", "hora", "horas":
		return "HUR"
	case "day", "days", "tag", "tage", "dag", "dagen", "jour", "jours", "día", "días":
		return "DAY"
	case "month", "months", "monat", "monate", "maand", "maanden", "mois", "mes", "meses":
		return "MON"
	case "kwh":
		return "KWH"
	}
	return ""
}

// withUnitCode adds the unit's code to a row that names a unit without one.
func (w *row) withUnitCode() {
	unit, has := w.values["uom"]
	if w.values["unece_code"].text != "" || !has {
		return
	}
	if code := unitCode(unit.text); code != "" {
		if _, named := w.values["unece_code"]; !named {
			w.names = append(w.names, "unece_code")
		}
		w.values["unece_code"] = found{code, unit.at}
	}
}
