package einvoice

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shape is what of a tree can be found by paths.
func shape(n *node) (out []string) {
	out = append(out, "<"+n.name)
	for _, a := range n.attrs {
		out = append(out, a.name+"="+n.attr(a.name))
	}
	out = append(out, n.value())
	for c := n.first; c != nil; c = c.next {
		out = append(out, shape(c)...)
	}
	return append(out, ">")
}

// sameTree compares with what package xml reads, and says whether the document was plain.
func sameTree(t *testing.T, text string) bool {
	t.Helper()
	plain := parsePlain([]byte(text))
	if plain == nil {
		return false
	}
	root, err := parseAny([]byte(text))
	if err != nil {
		t.Fatalf("%q is plain, but: %v", text, err)
	}
	if diff := cmp.Diff(shape(root), shape(plain)); diff != "" {
		t.Fatalf("%q:\n%s", text, diff)
	}
	return true
}

func TestPlainDocumentsAreReadAsPackageXMLReadsThem(t *testing.T) {
	for text, want := range map[string]bool{
		"<a/>": true, "<a></a>": true, "<x:a>b</x:a>": true, "<a b='1' x:c=\"it's\" />": true, "<a>&amp;lt; &lt;&gt;&quot;&apos;</a>": true,
		"\ufeff<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?>\r\n<!-- b -->\r\n<a>\r\n c\r<!---->d <e/> f</a>\r\n": true,
		"<a>" + strings.Repeat(" ", maxText-1) + "bc</a>":                                                                      true, "<a>" + strings.Repeat("b", maxText) + "<c/>d</a>": true, "<a/><b/>": true,
		"": false, "b": false, "<a>": false, "</a>": false, "<a></b>": false, "<x:a></y:a>": false, "<a></a >": false, "<a b=1/>": false, "<a b/>": false,
		"<a b='1'c='2'/>": false, "<a b='<'/>": false, "<a b='&amp;'/>": false, "<a b='": false, "<a b=": false, "<a>]]></a>": false, "<a>&#65;</a>": false,
		"<a>&amp</a>": false, "<a>&uuml;</a>": false, "<a>\x01</a>": false, "<a>\xff</a>": false, "<a>\uffff</a>": false, "<ä/>": false, "<aä/>": false,
		"<a:b:c/>": false, "<a:/>": false, "<:a/>": false, "<1/>": false, "<a><![CDATA[b]]></a>": false, "<!DOCTYPE a><a/>": false, "<!-- -- --><a/>": false,
		"<!-- --->": false, "<?xml version='1.1'?><a/>": false, "<?xml encoding='latin1'?><a/>": false, "<?pi?><a/>": false, "<a/": false, "<a / >": false,
		strings.Repeat("<a>", maxDepth) + strings.Repeat("</a>", maxDepth):     true,
		strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1): false,
	} {
		if got := sameTree(t, text); got != want {
			t.Errorf("%.80q is plain: %v", text, got)
		}
	}
}

// Documents of pieces that fit and pieces that do not.
func TestRandomDocumentsAreReadAsPackageXMLReadsThem(t *testing.T) {
	pieces := []string{
		"<a>", "</a>", "<x:b>", "</x:b>", "<c/>", "<c d='e' f=\"g\"/>", "<a x:id=''>", "<!-- -->", "<!--", "-->", "-", " ", "\r\n", "\r", "]]", ">", "&", "&amp;", "&lt;",
		";", "t", "ü", "\ufeff", "<?xml version='1.0'?>", "?>", "<", "/", "'", "=", "</", "<a", "\x00", "\xff",
	}
	random, plain := rand.New(rand.NewPCG(3, 4)), 0
	for range 20_000 {
		text := "<a>"
		for range random.IntN(8) {
			k := len(pieces)
			if random.IntN(4) > 0 {
				k = 18
			}
			text += pieces[random.IntN(k)]
		}
		if sameTree(t, text+strings.Repeat("</a>", random.IntN(3))) {
			plain++
		}
	}
	if plain < 500 {
		t.Errorf("only %d documents are plain", plain)
	}
}
