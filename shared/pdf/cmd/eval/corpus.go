package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// document is one file to be read.
type document struct {
	folder    string // the part of the data that it is counted in
	name      string // below the data
	path      string
	reference string // file of the text it should give, or ""
}

// collect returns the PDF files below the folders of root, in the order of their names.
func collect(root string, folders []string) ([]document, error) {
	var out []document
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".pdf") {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			out = append(out, document{folder: folder, name: name, path: path, reference: referenceOf(root, path)})
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("look for documents in %s: %w", folder, err)
		}
	}
	return out, nil
}

// referenceOf returns the file of the text that a document should give: "NAME.pdf.txt" beside it, as pdfbox has it, or
// "NAME.txt" in CUAD's folder of texts.
func referenceOf(root, path string) string {
	base := filepath.Base(path)
	for _, candidate := range []string{
		path + ".txt",
		filepath.Join(root, "fields", "cuad", "full_contract_txt", strings.TrimSuffix(base, filepath.Ext(base))+".txt"),
	} {
		if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() {
			return candidate
		}
	}
	return ""
}
