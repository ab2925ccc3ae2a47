package extract_test

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/shared/layout"
)

// prose makes a document of paragraphs without boxes, as a plain text is.
func prose(paragraphs ...string) *layout.Document {
	var cells []cell
	for _, p := range paragraphs {
		cells = append(cells, cell{0, 0, p})
	}
	doc := sheetOf(cells...)
	for b := range doc.Pages[0].Blocks {
		for l := range doc.Pages[0].Blocks[b].Lines {
			for w := range doc.Pages[0].Blocks[b].Lines[l].Words {
				doc.Pages[0].Blocks[b].Lines[l].Words[w].Box = layout.Box{}
			}
		}
	}
	return doc
}

func TestContracts(t *testing.T) {
	e := newExtractor(t)
	for _, tc := range []struct {
		name                            string
		doc                             *layout.Document
		parties                         []string
		effective, jurisdiction, length string
	}{
		{
			"English", prose(
				`This Confidentiality Agreement (the “Agreement”) is dated and effective as of August 3, 2009, between Larkspur Systems, Inc., a Delaware corporation (“Larkspur”), and Otter Creek Group LP (“Receiving Party”).`,
				`This Agreement shall expire two (2) years from the date hereof.`,
				`This Agreement shall be governed by and construed in accordance with the laws of the State of New York, without regard to its conflict of laws principles.`),
			[]string{"Larkspur Systems, Inc.", "Otter Creek Group LP"}, "2009-08-03", "New York", "2 years",
		},
		{
			"German", prose(
				`zwischen`, `Nordwind Handels GmbH, Hafenweg 1, 20457 Hamburg (nachfolgend „Auftraggeber“)`, `und`, `Talblick Software AG, Bergstraße 5, 80331 München (nachfolgend „Auftragnehmer“)`,
				`Dieser Vertrag tritt am 1. März 2021 in Kraft und hat eine Laufzeit von drei (3) Jahren.`, `Gerichtsstand ist Hamburg.`),
			[]string{"Nordwind Handels GmbH", "Talblick Software AG"}, "2021-03-01", "Hamburg", "3 years",
		},
		{
			"French", prose(
				`Entre les soussignées`, `Clairval SAS, dont le siège est à Nantes (ci-après « le Client »)`, `et`, `Prestal SARL, dont le siège est à Lille (ci-après « le Prestataire »)`,
				`Le présent contrat prend effet le 4 mars 2015 pour une durée de quatre (4) ans.`, `Tout litige relève des tribunaux de Nantes.`),
			[]string{"Clairval SAS", "Prestal SARL"}, "2015-03-04", "Nantes", "4 years",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res := e.Extract(tc.doc, "contract")
			var parties []string
			for _, f := range res.Fields {
				if f.Name == "party" {
					parties = append(parties, f.Value)
				}
			}
			if !slices.Equal(parties, tc.parties) {
				t.Errorf("parties = %q, want %q", parties, tc.parties)
			}
			for name, want := range map[string]string{"effective_date": tc.effective, "jurisdiction": tc.jurisdiction, "term": tc.length} {
				if got := field(res.Fields, name); got.Value != want {
					t.Errorf("%s = %+v, want %q", name, got, want)
				}
			}
		})
	}
}

func TestAnEmptyDocumentHasNoFields(t *testing.T) {
	e := newExtractor(t)
	for _, doc := range []*layout.Document{{}, {Pages: []layout.Page{{}}}, {Pages: []layout.Page{{Blocks: []layout.Block{{Lines: []layout.Line{{}}}}}}}} {
		for _, class := range append(e.Classes(), "unknown", "") {
			if res := e.Extract(doc, class); res.Fields == nil || len(res.Fields) != 0 || res.Template == "" {
				t.Errorf("class %q: %+v, want a template and an empty list", class, res)
			}
		}
	}
}
