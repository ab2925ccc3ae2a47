package extract

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/millrace/millrace/shared/extract/invoice2data"
)

// Linted is what is known of one template file.
type Linted struct {
	File string
	// Template is the template's name and version, or invoice2data/ and the file's name; empty for a broken one.
	Template string
	Problems []*TemplateError // empty for a template that can be used
}

// Lint checks template files of both kinds; a folder stands for the templates in it and below it. Without paths the
// built-in templates are checked. The error says which path could not be read.
func Lint(paths ...string) ([]Linted, error) {
	var out []Linted
	if len(paths) == 0 {
		return out, lintFS(&out, builtin, "built-in ", "templates")
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("check the template: %w", err)
		}
		folder, name := path, "."
		if !info.IsDir() {
			folder, name = filepath.Split(path)
		}
		show := folder
		if name == "." {
			show = filepath.Clean(folder) + string(filepath.Separator)
		}
		if folder == "" {
			folder = "."
		}
		if err := lintFS(&out, os.DirFS(folder), show, name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lintFS checks the file at root, or those in the folder at root.
func lintFS(out *[]Linted, files fs.FS, show, root string) error {
	err := fs.WalkDir(files, root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || name != root && !isTemplateFile(name) {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		*out = append(*out, lint(show+filepath.FromSlash(name), data))
		return nil
	})
	if err != nil {
		return fmt.Errorf("check the templates in %s: %w", show, err)
	}
	return nil
}

func lint(file string, data []byte) Linted {
	l := Linted{File: file}
	var err error
	if invoice2data.Recognize(data) {
		t, problem := borrow(file, data)
		if err = problem; err == nil {
			l.Template = foreignName(t)
		}
	} else {
		p, _, problem := compile(file, data)
		if err = problem; err == nil {
			l.Template = p.source
		}
	}
	l.Problems = templateErrors(file, err)
	return l
}

// templateErrors takes joined errors apart.
func templateErrors(file string, err error) []*TemplateError {
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		var one *TemplateError
		if !errors.As(err, &one) {
			one = &TemplateError{File: file, Text: err.Error()}
		}
		return []*TemplateError{one}
	}
	var out []*TemplateError
	for _, e := range joined.Unwrap() {
		out = append(out, templateErrors(file, e)...)
	}
	return out
}
