package layout_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/millrace/millrace/shared/layout"
)

func TestLayoutsAreToldFromDocuments(t *testing.T) {
	small, err := layout.Encode(&layout.Document{})
	if err != nil {
		t.Fatal(err)
	}
	big, err := layout.Encode(&layout.Document{Info: map[string]string{"title": strings.Repeat("all work and no play ", 20000)}})
	if err != nil {
		t.Fatal(err)
	}
	zipped := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, tt := range map[string]struct {
		content []byte
		want    bool
	}{
		"an empty layout":                 {small, true},
		"a long one":                      {big, true},
		"another program's, with spaces":  {zipped("\n {\"pages\": []}"), true},
		"a PDF":                           {[]byte("%PDF-1.7\n{"), false},
		"plain text":                      {[]byte("{\"engine\":\"none\"}"), false},
		"a compressed text":               {zipped("dear reader"), false},
		"nothing":                         {nil, false},
		"a layout cut after its header":   {small[:10], false},
		"what only begins like a gzip":    {[]byte("\x1f\x8b%PDF-1.7"), false},
		"a compressed file with no bytes": {zipped(""), false},
	} {
		if got := layout.Recognize(bytes.NewReader(tt.content)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
