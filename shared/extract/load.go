package extract

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

//go:embed templates/*.yaml
var builtin embed.FS

// Generic is the template for classes that have none of their own.
const Generic = "generic"

// TemplateError is one thing that is wrong with a template file.
type TemplateError struct {
	File  string
	Line  int    // from 1; 0 where no line is to blame
	Field string // such as fields[3].type; empty where the file as a whole is to blame
	Text  string
}

// Error returns "file:line: field: text".
func (e *TemplateError) Error() string {
	var sb strings.Builder
	sb.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&sb, ":%d", e.Line)
	}
	sb.WriteString(": ")
	if e.Field != "" {
		sb.WriteString(e.Field + ": ")
	}
	sb.WriteString(e.Text)
	return sb.String()
}

// loadPlans returns the plans by class: the built-in ones, then those in dir over them.
func loadPlans(dir string) (map[string]*plan, error) {
	plans := map[string]*plan{}
	if err := loadFS(plans, builtin, "templates", "built-in "); err != nil {
		return nil, err
	}
	if dir == "" {
		return plans, nil
	}
	if err := loadFS(plans, os.DirFS(dir), ".", dir+string(filepath.Separator)); err != nil {
		return nil, err
	}
	return plans, nil
}

// loadFS compiles each template in a folder. Files are read in the order of their names; two files of the same class in
// one folder are an error, because one of them would have no effect.
func loadFS(plans map[string]*plan, files fs.FS, folder, show string) error {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return fmt.Errorf("read the templates in %s: %w", show, err)
	}
	owner := map[string]string{}
	var problems []error
	for _, e := range entries {
		if e.IsDir() || !slices.Contains([]string{".yaml", ".yml"}, path.Ext(e.Name())) {
			continue
		}
		file := show + e.Name()
		data, err := fs.ReadFile(files, path.Join(folder, e.Name()))
		if err != nil {
			problems = append(problems, fmt.Errorf("read the template %s: %w", file, err))
			continue
		}
		p, class, err := compile(file, data)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if other, taken := owner[class]; taken {
			problems = append(problems, &TemplateError{File: file, Field: "template", Text: fmt.Sprintf("%q is already the template in %s; keep one of them", class, other)})
			continue
		}
		owner[class] = file
		plans[class] = p
	}
	return errors.Join(problems...)
}

// loadFile compiles the one template in a file.
func loadFile(path string) (*plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	p, _, err := compile(path, data)
	return p, err
}

// compile reads, validates and compiles one template.
func compile(file string, data []byte) (p *plan, class string, err error) {
	var t Template
	if err := yaml.UnmarshalWithOptions(data, &t, yaml.Strict()); err != nil {
		return nil, "", yamlProblem(file, err)
	}
	c := compiler{file: file, data: data, template: &t}
	p = c.plan()
	if len(c.problems) > 0 {
		return nil, "", errors.Join(c.problems...)
	}
	p.digest = sha256.Sum256(data)
	return p, t.Template, nil
}

// yamlProblem turns an error of the YAML reader into one with file and line.
func yamlProblem(file string, err error) error {
	var located yaml.Error
	if errors.As(err, &located) {
		e := &TemplateError{File: file, Text: located.GetMessage()}
		if t := located.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line
			if strings.Contains(e.Text, "unknown field") {
				e.Field = t.Value
			}
		}
		return e
	}
	return &TemplateError{File: file, Text: err.Error()}
}

// lineOf returns the line of a path such as fields[3].type, or of its nearest parent that exists.
func lineOf(tree *ast.File, field string) int {
	for field != "" {
		p, err := yaml.PathString("$." + field)
		if err == nil {
			if node, err := p.FilterFile(tree); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		cut := strings.LastIndexAny(field, ".[")
		field = field[:max(cut, 0)]
	}
	return 1
}
