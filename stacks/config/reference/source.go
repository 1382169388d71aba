package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// source is what the Go files of stacks/config say about themselves.
type source struct {
	objects map[string][]field  // by the type's name
	values  map[string][]string // the constants of a string type, by the type's name
	refused []refusal
}

// field is a key of an object.
type field struct {
	name, key, doc string
	// element is the Go type without pointer and slice.
	element        string
	list, optional bool
}

// refusal is a comment in front of a rule.
type refusal struct{ path, text string }

// read parses the package in dir.
func read(dir string) (source, error) {
	s := source{objects: map[string][]field{}, values: map[string][]string{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return s, fmt.Errorf("list the sources: %w", err)
	}
	files := token.NewFileSet()
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return s, fmt.Errorf("parse the sources: %w", err)
		}
		s.readDeclarations(file)
		if err := s.readRefusals(file); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *source) readDeclarations(file *ast.File) {
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if object, ok := spec.Type.(*ast.StructType); ok {
					s.objects[spec.Name.Name] = fields(object)
				}
			case *ast.ValueSpec:
				if name, ok := spec.Type.(*ast.Ident); ok && general.Tok == token.CONST && len(spec.Values) == 1 {
					if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
						s.values[name.Name] = append(s.values[name.Name], literal.Value)
					}
				}
			}
		}
	}
}

// fields lists the fields that have a JSON key.
func fields(object *ast.StructType) []field {
	var all []field
	for _, f := range object.Fields.List {
		if f.Tag == nil || len(f.Names) != 1 {
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		key, tagged := strings.CutPrefix(tag, `json:"`)
		if err != nil || !tagged {
			continue
		}
		found := field{name: f.Names[0].Name, key: strings.TrimSuffix(key, `"`), doc: strings.Join(strings.Fields(f.Doc.Text()), " ")}
		kind := f.Type
		if star, ok := kind.(*ast.StarExpr); ok {
			found.optional, kind = true, star.X
		}
		if array, ok := kind.(*ast.ArrayType); ok {
			found.list, kind = true, array.Elt
		}
		found.element = "map"
		if name, ok := kind.(*ast.Ident); ok {
			found.element = name.Name
		}
		all = append(all, found)
	}
	return all
}

// refusedForm is the beginning of a comment that belongs into the document: "Refused a.b, c: what, and why".
var refusedForm = regexp.MustCompile(`^Refused ([A-Za-z0-9.,*\[\] ]+): (.+)$`)

func (s *source) readRefusals(file *ast.File) error {
	for _, group := range file.Comments {
		text := strings.Join(strings.Fields(group.Text()), " ")
		if !strings.HasPrefix(text, "Refused ") {
			continue
		}
		parts := refusedForm.FindStringSubmatch(text)
		if parts == nil {
			return fmt.Errorf("comment %q: want the form \"Refused PATH: what, and why\"", text)
		}
		s.refused = append(s.refused, refusal{path: parts[1], text: parts[2]})
	}
	slices.SortStableFunc(s.refused, func(a, b refusal) int { return cmp.Compare(a.path, b.path) })
	return nil
}
