package query_test

import (
	"os"
	"regexp"
	"testing"
)

// TestTheQueriesInTheDocsRun runs every statement of docs/querying.md; its output is of other data.
func TestTheQueriesInTheDocsRun(t *testing.T) {
	content, err := os.ReadFile("../../docs/querying.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllSubmatch(content, -1)
	if len(blocks) < 10 {
		t.Fatalf("only %d queries were found", len(blocks))
	}
	pool := filled(t)
	for _, block := range blocks {
		if _, err := pool.Exec(t.Context(), string(block[1])); err != nil {
			t.Errorf("%v\n%s", err, block[1])
		}
	}
}
