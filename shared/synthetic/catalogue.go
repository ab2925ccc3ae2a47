package synthetic

// catalogue returns all kinds, in the order of their names' first appearance in the documentation.
func catalogue() []*kind {
	return []*kind{invoiceKind(), receiptKind(), letterKind(), orderKind(), statementKind(), contractKind(), resumeKind(), reportKind(), emailKind(), taxFormKind(), governmentFormKind(), paperKind(), manualKind()}
}

// Kinds returns the class labels of all kinds.
func Kinds() []string {
	var names []string
	for _, k := range catalogue() {
		names = append(names, k.name)
	}
	return names
}

// Languages returns the ISO 639-1 languages that the kind is written in; nil when there is no such kind.
func Languages(kindName string) []string {
	for _, k := range catalogue() {
		if k.name == kindName {
			return k.languages
		}
	}
	return nil
}

// Layouts returns the names of the kind's layouts; nil when there is no such kind.
func Layouts(kindName string) []string {
	for _, k := range catalogue() {
		if k.name != kindName {
			continue
		}
		var names []string
		for _, l := range k.layouts {
			names = append(names, l.name)
		}
		return names
	}
	return nil
}
