package blob_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/fault"
)

func TestWalkSeesEveryBlobAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.Open("file://" + dir)
	if err != nil {
		t.Fatal(err)
	}
	want := map[blob.Ref]bool{}
	for _, content := range []string{"one", "two", "three"} {
		ref, err := s.PutBytes(t.Context(), []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		want[ref] = true
		info, err := s.Stat(ref)
		if err != nil || info.Size != int64(len(content)) || time.Since(info.Stored) > time.Hour {
			t.Errorf("Stat gives %+v, %v", info, err)
		}
	}
	stray := filepath.Join(dir, blob.RefOf([]byte("one")).Hex()[:2], "README")
	if err := os.WriteFile(stray, []byte("not a blob"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Walk(t.Context(), func(ref blob.Ref) error {
		if !want[ref] {
			t.Errorf("%s is no blob that was put, or came twice", ref)
		}
		delete(want, ref)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(want) != 0 {
		t.Errorf("not seen: %v", want)
	}
	stop := errors.New("enough")
	if err := s.Walk(t.Context(), func(blob.Ref) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the walk ends with %v, not with what the function returned", err)
	}
	if _, err := s.Stat(blob.RefOf([]byte("four"))); fault.KindOf(err) != "blob_missing" {
		t.Errorf("a blob that was never put: %v", err)
	}
}

func TestAStoreThatIsAwayIsNotAnEmptyOne(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	if _, err := blob.OpenExisting("file://" + dir); fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("opening a folder that is not there: %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("looking made the folder")
	}
	s, err := blob.Open("file://" + dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blob.OpenExisting("file://" + dir); err != nil {
		t.Errorf("opening a store that is there: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	err = s.Walk(t.Context(), func(blob.Ref) error { return nil })
	if fault.ClassOf(err) != fault.ClassDependencyDown {
		t.Errorf("walking a store that went away: %v", err)
	}
}
