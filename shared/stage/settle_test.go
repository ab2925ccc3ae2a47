package stage

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/fault"
)

func TestDecide(t *testing.T) {
	const tiers = 2
	tests := []struct {
		class fault.Class
		spent int
		want  action
	}{
		{fault.ClassTransient, 0, actionRetry},
		{fault.ClassTransient, 1, actionRetry},
		{fault.ClassTransient, 2, actionDeadLetter},
		{fault.ClassTransient, 99, actionDeadLetter},
		{fault.ClassPermanent, 0, actionDeadLetter},
		{fault.ClassPermanent, 2, actionDeadLetter},
		{fault.ClassDependencyDown, 0, actionPutBack},
		{fault.ClassDependencyDown, 99, actionPutBack},
		{fault.ClassInterrupted, 0, actionRelease},
		{fault.ClassInterrupted, 99, actionRelease},
	}
	for _, tt := range tests {
		if got := decide(tt.class, tt.spent, tiers); got != tt.want {
			t.Errorf("decide(%v, spent %d of %d) = %v, want %v", tt.class, tt.spent, tiers, got, tt.want)
		}
	}
	if got := decide(fault.ClassTransient, 0, 0); got != actionDeadLetter {
		t.Errorf("without tiers a failure is final, got %v", got)
	}
}

func TestTruncateKeepsRunesWhole(t *testing.T) {
	for _, limit := range []int{0, 1, 2, 3, 7, 8} {
		got := truncate(strings.Repeat("é", 4), limit)
		if len(got) > limit || !utf8.ValidString(got) {
			t.Errorf("truncate to %d bytes gave %q", limit, got)
		}
	}
	if truncate("short", 10) != "short" {
		t.Error("a short text was changed")
	}
}

func TestChildTrace(t *testing.T) {
	traceParent := regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	child := childTrace(parent)
	if child == parent || !strings.HasPrefix(child, parent[:36]) || !traceParent.MatchString(child) {
		t.Errorf("child of %s is %s", parent, child)
	}
	for _, bad := range []string{
		"", "nonsense", strings.ToUpper(parent), "01" + parent[2:], parent + "-01", parent[:54], parent + "\n",
		strings.Replace(parent, "-b", "0b", 1), strings.Replace(parent, "0a", "-a", 1), strings.Replace(parent, "0a", "0g", 1),
	} {
		if got := childTrace(bad); !traceParent.MatchString(got) || strings.Contains(got, "af7651916cd43dd8448eb211c80319c") {
			t.Errorf("childTrace(%q) = %q: not a new trace", bad, got)
		}
	}
}
