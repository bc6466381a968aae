package doctor

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// all reasons, as they are written down in reason.go.
func allReasons() []Reason {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		panic(err)
	}
	var all []Reason
	ast.Inspect(file, func(n ast.Node) bool {
		if value, ok := n.(*ast.ValueSpec); ok {
			if name, ok := value.Type.(*ast.Ident); ok && name.Name == "Reason" {
				text, _ := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
				all = append(all, Reason(text))
			}
		}
		return true
	})
	return all
}

func reasonsOf(check Check) []Reason {
	var some []Reason
	for _, r := range allReasons() {
		if r.Check() == check {
			some = append(some, r)
		}
	}
	return some
}

// Each reason belongs to one check, and each check can be in order, fail or at
// least be unknown.
func TestReasons(t *testing.T) {
	t.Parallel()
	seen := map[Reason]bool{}
	for _, r := range allReasons() {
		if seen[r] || r.Check() == "" {
			t.Errorf("%s: twice, or of no check", r)
		}
		seen[r] = true
	}
	for r := range verdicts {
		if !seen[r] {
			t.Errorf("verdicts has %s, which is no reason", r)
		}
	}
	for _, check := range Checks() {
		can := map[Verdict]bool{}
		for _, r := range reasonsOf(check) {
			can[r.Verdict()] = true
		}
		if !can[OK] || !can[Unknown] {
			t.Errorf("%s cannot be in order, or cannot be unknown: %v", check, can)
		}
	}
}
