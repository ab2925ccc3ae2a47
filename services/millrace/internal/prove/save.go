package prove

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Save writes report.json and report.html into a folder, which it makes where it is missing.
func (r Report) Save(folder string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("make the folder for the report: %w; choose another with --report", err)
	}
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	page, err := r.page()
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	write := func(name string, content []byte) error {
		return os.WriteFile(filepath.Join(folder, name), content, 0o644) //nolint:gosec // a report is for everybody
	}
	if err := errors.Join(write("report.json", append(raw, '\n')), write("report.html", page)); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
