package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/shared/fault"
)

func TestClassAndKindOf(t *testing.T) {
	base := errors.New("boom")
	encrypted := fault.New(fault.ClassPermanent, "encrypted", "open: %w", base)
	tests := []struct {
		name  string
		err   error
		class fault.Class
		kind  string
	}{
		{"plain errors are transient", base, fault.ClassTransient, ""},
		{"permanent", fault.Permanent(base), fault.ClassPermanent, ""},
		{"wrapped permanent", fmt.Errorf("parse: %w", fault.Permanent(base)), fault.ClassPermanent, ""},
		{"a kind survives an outer mark", fault.Permanent(encrypted), fault.ClassPermanent, "encrypted"},
		{"the outermost class wins", fault.DependencyDown("blob", encrypted), fault.ClassDependencyDown, "blob"},
		{"cancellation means shutdown", fmt.Errorf("read: %w", context.Canceled), fault.ClassInterrupted, ""},
		{"a deadline may pass next time", context.DeadlineExceeded, fault.ClassTransient, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fault.ClassOf(tt.err); got != tt.class {
				t.Errorf("ClassOf = %v, want %v", got, tt.class)
			}
			if got := fault.KindOf(tt.err); got != tt.kind {
				t.Errorf("KindOf = %q, want %q", got, tt.kind)
			}
		})
	}
	if !errors.Is(encrypted, base) {
		t.Error("the cause is lost")
	}
	if fault.Permanent(nil) != nil {
		t.Error("Permanent(nil) is not nil")
	}
}

func TestParseClassIsTheInverseOfString(t *testing.T) {
	for _, c := range []fault.Class{fault.ClassTransient, fault.ClassPermanent, fault.ClassDependencyDown, fault.ClassInterrupted} {
		if got, ok := fault.ParseClass(c.String()); !ok || got != c {
			t.Errorf("ParseClass(%q) = %v, %v", c, got, ok)
		}
	}
	if _, ok := fault.ParseClass("nonsense"); ok {
		t.Error("nonsense is a class")
	}
}
