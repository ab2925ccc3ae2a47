// Package labelled collects documents whose type is known: from folders, from a CSV file, from corrections that people made.
//
// It reads them as the parser does, in child processes, and knows nothing of what is learned from them.
package labelled

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File is a file whose type is known.
type File struct {
	Path  string
	Label string
	From  string // what says so, for people
}

// maxLabel bounds a label, in bytes.
const maxLabel = 64

// CheckLabel returns what is wrong with the name of a type: it stands in events, file names and on command lines.
func CheckLabel(label string) error {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == '/' || r == '\\' }
	switch {
	case label == "":
		return errors.New("a type needs a name")
	case len(label) > maxLabel || !utf8.ValidString(label) || strings.TrimSpace(label) != label || strings.ContainsFunc(label, odd):
		return fmt.Errorf("%q cannot be the name of a type: use up to %d printable characters, without slashes and without spaces at the ends", label, maxLabel)
	}
	return nil
}

// Folder lists the files in the sub-folders of dir, at any depth, sorted; the sub-folders' names are the labels. What is hidden
// is passed over.
func Folder(dir string) ([]File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for documents: %w", err)
	}
	var out []File
	for _, e := range entries {
		if !e.IsDir() || hidden(e.Name()) {
			continue
		}
		if err := CheckLabel(e.Name()); err != nil {
			return nil, fmt.Errorf("the folder %s: %w", filepath.Join(dir, e.Name()), err)
		}
		files, err := below(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		for _, path := range files {
			out = append(out, File{Path: path, Label: e.Name(), From: "its folder"})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there are no documents in sub-folders of %s: make one for each type and put its documents there", dir)
	}
	return out, nil
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

func below(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case hidden(e.Name()) && e.IsDir():
			return filepath.SkipDir
		case e.Type().IsRegular() && !hidden(e.Name()):
			out = append(out, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for documents: %w", err)
	}
	return out, nil
}

// CSV lists the files that a CSV file names: its columns path and label, in any order, where its first line has these names,
// else its first two columns. Other columns are ignored. Paths are relative to the CSV file.
func CSV(path string) ([]File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read which documents there are: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	at, of := 0, 1 // columns of the path and of the label
	var out []File
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		if first {
			row[0] = strings.TrimPrefix(row[0], "\ufeff")
			if i, j := slices.Index(row, "path"), slices.Index(row, "label"); i >= 0 && j >= 0 {
				at, of = i, j
				continue
			}
		}
		line, _ := r.FieldPos(0)
		if max(at, of) >= len(row) || row[at] == "" {
			return nil, fmt.Errorf("%s, line %d: it has no path and label", path, line)
		}
		if err := CheckLabel(row[of]); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, line, err)
		}
		file := row[at]
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(path), filepath.FromSlash(file))
		}
		out = append(out, File{Path: file, Label: row[of], From: fmt.Sprintf("%s, line %d", filepath.Base(path), line)})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s names no documents: it needs the columns path and label", path)
	}
	return out, nil
}
