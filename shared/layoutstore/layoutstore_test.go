package layoutstore_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layoutstore"
)

func TestALayoutComesBackByItsClaimCheck(t *testing.T) {
	blobs, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := &layout.Document{Engine: "test", Outcome: layout.Complete, Language: "de", Pages: []layout.Page{{Number: 1, Width: 100, Height: 200,
		Blocks: []layout.Block{{Lines: []layout.Line{{Words: []layout.Word{{Text: "word"}}}}}}}}}
	encoded, err := layout.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	claim, err := layoutstore.Put(t.Context(), blobs, encoded)
	if err != nil || claim.Size != int64(len(encoded)) || claim.MediaType != layout.MediaType {
		t.Fatalf("claim check %+v, %v", claim, err)
	}
	if is, err := layoutstore.Holds(t.Context(), blobs, claim.Ref); err != nil || !is {
		t.Errorf("the stored layout is not known for one: %v, %v", is, err)
	}
	got, err := layoutstore.Get(t.Context(), blobs, claim.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	language, text, err := layoutstore.GetText(t.Context(), blobs, claim.Ref)
	if err != nil || language != "de" || text != "word\n" {
		t.Errorf("the text is %q, in %q, %v", text, language, err)
	}
}

func TestWhatIsNoLayoutIsATypedFault(t *testing.T) {
	blobs, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ref, err := blobs.PutBytes(t.Context(), []byte("this is no layout"))
	if err != nil {
		t.Fatal(err)
	}
	if is, err := layoutstore.Holds(t.Context(), blobs, ref); err != nil || is {
		t.Errorf("a document passes for a layout: %v, %v", is, err)
	}
	for ref, kind := range map[blob.Ref]string{ref: "layout_damaged", blob.Ref("sha256:" + strings.Repeat("0", 64)): "blob_missing"} {
		_, err := layoutstore.Get(t.Context(), blobs, ref)
		_, _, textErr := layoutstore.GetText(t.Context(), blobs, ref)
		for _, err := range []error{err, textErr} {
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != kind {
				t.Errorf("%s: %v (%q), want a permanent %q", ref, err, fault.KindOf(err), kind)
			}
		}
	}
}
