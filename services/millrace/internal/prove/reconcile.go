package prove

import (
	"fmt"
	"slices"

	"github.com/millrace/millrace/shared/ledger"
)

// reconcile compares the verdict with the conservation ledger, which knows nothing of what went in. What the ledger misses is
// lost too; where both name a document, the ledger says where it was seen last.
func (v *Verdict) reconcile(l ledger.Ledger) {
	for _, d := range l.Missing {
		why := fmt.Sprintf("the ledger misses its %s in %s", d.Loss, d.Stage)
		if d.Last.Text != "" {
			why += "; " + d.Last.Text
		}
		i := slices.IndexFunc(v.Lost, func(f Finding) bool { return f.ID == d.ID })
		if i < 0 {
			v.Lost = append(v.Lost, Finding{"document", d.ID, d.Name, why})
			continue
		}
		v.Lost[i].Why += "; " + why
	}
	for _, d := range l.Doubled {
		if !slices.ContainsFunc(v.Doubled, func(f Finding) bool { return f.ID == d.DocumentID }) {
			v.Doubled = append(v.Doubled, Finding{d.What, d.DocumentID, "", "the ledger counts it more than once: " + d.Text})
		}
	}
	rejected := int64(-1)
	if l.Total.Rejected != nil {
		rejected = *l.Total.Rejected
	}
	passed := v.Passed() // else the numbers differ for reasons that have been named
	for _, c := range []struct {
		what   string
		ours   int
		theirs int64
	}{
		{what: "documents stored", ours: v.Stored, theirs: l.Total.Stored},
		{what: "documents dead", ours: v.Failed, theirs: l.Total.Dead},
		{what: "files refused", ours: v.Refused, theirs: rejected},
	} {
		if int64(c.ours) != c.theirs && passed {
			v.Unfinished = append(v.Unfinished, Finding{What: "ledger", Why: fmt.Sprintf("%s: it counts %d, the harness %d", c.what, c.theirs, c.ours)})
		}
	}
}
