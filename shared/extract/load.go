package extract

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/millrace/millrace/shared/extract/invoice2data"
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

// templateSet is all templates in use.
type templateSet struct {
	plans    map[string]*plan // by class
	borrowed []*invoice2data.Template
	digests  [][sha256.Size]byte // of the borrowed ones
}

// loadSet returns the built-in templates, and those in dir over them.
func loadSet(dir string) (*templateSet, error) {
	set := &templateSet{plans: map[string]*plan{}}
	if err := set.load(builtin, "templates", "built-in "); err != nil {
		return nil, err
	}
	if dir != "" {
		if err := set.load(os.DirFS(dir), ".", dir+string(filepath.Separator)); err != nil {
			return nil, err
		}
	}
	invoice2data.Sort(set.borrowed)
	return set, nil
}

// fingerprint changes with every change of the templates' text.
func (s *templateSet) fingerprint() string {
	h := sha256.New()
	for _, class := range slices.Sorted(maps.Keys(s.plans)) {
		h.Write(s.plans[class].digest[:])
	}
	for _, d := range s.digests {
		h.Write(d[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// load compiles each template in a folder and those below it. Files are read in the order of their names; two files of the
// same class are an error, because one of them would have no effect.
func (s *templateSet) load(files fs.FS, folder, show string) error {
	owner := map[string]string{}
	var problems []error
	err := fs.WalkDir(files, folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !isTemplateFile(name) {
			return err
		}
		file := show + strings.TrimPrefix(strings.TrimPrefix(name, folder), "/")
		if folder == "." {
			file = show + filepath.FromSlash(name)
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			problems = append(problems, fmt.Errorf("read the template %s: %w", file, err))
			return nil
		}
		problems = append(problems, s.add(file, data, owner)...)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the templates in %s: %w", show, err)
	}
	return errors.Join(problems...)
}

// isTemplateFile tells by its name that a file may be a template.
func isTemplateFile(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name))
}

// add compiles one template of either kind.
func (s *templateSet) add(file string, data []byte, owner map[string]string) []error {
	if invoice2data.Recognize(data) {
		t, err := borrow(file, data)
		if err != nil {
			return []error{err}
		}
		s.borrowed, s.digests = append(s.borrowed, t), append(s.digests, sha256.Sum256(data))
		return nil
	}
	if path.Ext(file) == ".json" {
		return nil // not a template
	}
	p, class, err := compile(file, data)
	if err != nil {
		return []error{err}
	}
	if other, taken := owner[class]; taken {
		return []error{&TemplateError{File: file, Field: "template", Text: fmt.Sprintf("%q is already the template in %s; keep one of them", class, other)}}
	}
	owner[class] = file
	s.plans[class] = p
	return nil
}

// borrow reads a template in invoice2data's format.
func borrow(file string, data []byte) (*invoice2data.Template, error) {
	t, found := invoice2data.Parse(filepath.Base(file), data)
	var problems []error
	for _, p := range found {
		problems = append(problems, &TemplateError{File: file, Line: p.Line, Field: p.Field, Text: p.Text})
	}
	return t, errors.Join(problems...)
}

// useOnly makes the extractor read every document by the one template in a file.
func (e *Extractor) useOnly(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the template: %w", err)
	}
	e.borrowed, e.only = nil, nil
	if invoice2data.Recognize(data) {
		t, err := borrow(file, data)
		e.borrowed, e.foreignOnly = []*invoice2data.Template{t}, true
		return err
	}
	e.only, _, err = compile(file, data)
	return err
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
