package messages

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/redact"
)

func load(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func TestBothLanguagesSayTheSame(t *testing.T) {
	c := load(t)
	for key, ja := range c.ja {
		en, ok := c.en[key]
		if !ok {
			t.Errorf("%s is missing in English", key)
			continue
		}
		inJA, inEN := placeholder.FindAllString(ja, -1), placeholder.FindAllString(en, -1)
		slices.Sort(inJA)
		slices.Sort(inEN)
		if !slices.Equal(inJA, inEN) {
			t.Errorf("%s: placeholders %v in Japanese, %v in English", key, inJA, inEN)
		}
		if strings.TrimSpace(ja) == "" || strings.TrimSpace(en) == "" {
			t.Errorf("%s is empty", key)
		}
	}
	for key := range c.en {
		if _, ok := c.ja[key]; !ok {
			t.Errorf("%s is missing in Japanese", key)
		}
	}
}

// Every problem has a remedy, and every remedy is a request or a reassurance.
func TestEveryProblemHasItsWords(t *testing.T) {
	c := load(t)
	codes := map[string]bool{"unexpected": true}
	for _, k := range kinds() {
		codes[k.code] = true
	}
	for code := range codes {
		for _, key := range []string{"problem." + code, "remedy." + code} {
			if c.ja[key] == "" || c.en[key] == "" {
				t.Errorf("%s has no words", key)
			}
		}
	}
	for key := range c.ja {
		if code, ok := strings.CutPrefix(key, "problem."); ok && !codes[code] {
			t.Errorf("%s is never said", key)
		}
	}
}

// Each sentence for people ends as a sentence; Japanese uses full-width marks.
func TestJapaneseIsWrittenWithCare(t *testing.T) {
	for key, ja := range load(t).ja {
		if strings.HasPrefix(key, "problem.") || strings.HasPrefix(key, "remedy.") || strings.HasPrefix(key, "gate-") {
			if end := strings.TrimRight(ja, "）"); !strings.HasSuffix(end, "。") && !strings.HasSuffix(end, "}") {
				t.Errorf("%s does not end as a sentence: %s", key, ja)
			}
		}
		if strings.ContainsAny(ja, "()?!") {
			t.Errorf("%s has half-width marks: %s", key, ja)
		}
	}
}

// packages whose sentinels reach people.
var speaking = []string{
	"manifest", "manifest/trust", "manifest/pack", "manifest/authenticode", "installer", "installer/protect",
	"updater", "updater/audit", "updater/config", "updater/transport", "updater/download", "updater/confirm", "updater/schedule",
	"updater/doctor/mend", "updater/doctor/winsettings", "updater/session", "updater/busy", "updater/eventlog", "updater/startmenu", "updater/policy",
}

// Every exported sentinel of those packages is explained: a new one cannot be
// forgotten.
func TestEverySentinelIsExplained(t *testing.T) {
	explained := selectors(t, "problem.go")
	for _, dir := range speaking {
		name := filepath.Base(dir)
		for _, sentinel := range declared(t, filepath.Join("..", "..", "..", filepath.FromSlash(dir)), isSentinel) {
			if full := name + "." + sentinel; !explained[full] {
				t.Errorf("%s has no words in problem.go", full)
			}
		}
	}
}

// Every gate has the short words by which a list of many PCs names it.
func TestEveryGateIsNamed(t *testing.T) {
	c := load(t)
	for _, gate := range constants(t, filepath.Join("..", "..", "..", "updater"), "GateName") {
		if key := "ready-gate-" + gate; c.ja[key] == "" || c.en[key] == "" {
			t.Errorf("%s has no words", key)
		}
	}
}

// Every sentence that the updater wants said exists, and every sentence that
// exists is said by somebody.
func TestEverySentenceIsSaid(t *testing.T) {
	c := load(t)
	said := map[string]bool{}
	for _, key := range noteKeys(t) {
		said[key] = true
		if c.ja[key] == "" {
			t.Errorf("updater says %s, which has no words", key)
		}
	}
	literals := cmdLiterals(t)
	for key := range c.ja {
		known := said[key] || literals[key] || strings.HasPrefix(key, "problem.") || strings.HasPrefix(key, "remedy.")
		for prefix := range literals {
			known = known || strings.HasSuffix(prefix, "-") && strings.HasPrefix(key, prefix)
		}
		if !known {
			t.Errorf("nobody says %s", key)
		}
	}
}

func TestExplain(t *testing.T) {
	c := load(t)
	inUse := &installer.InUseError{Path: `C:\client\a.dll`, Holders: []installer.Process{{PID: 7, Name: "client.exe", User: `PC\tanaka`}}, Err: os.ErrPermission}
	cases := []struct {
		err  error
		code string
		exit int
		word string
	}{
		{fmt.Errorf("x: %w: %w", trust.ErrRefused, trust.ErrExpired), "trust-expired", 4, "有効期限"},
		{fmt.Errorf("x: %w: %w", trust.ErrManifest, &manifest.FieldError{Path: "builds[0].color", Reason: errors.New("unknown")}), "trust-manifest", 4, "builds[0].color"},
		{&config.Error{File: "koshin.toml", Line: 3, Key: "colour", Reason: "unknown key"}, "config-invalid", 2, "koshin.toml:3"},
		{errors.Join(os.ErrNotExist, updater.ErrBusy), "busy-koshin", 6, "別のkoshin"},
		{inUse, "busy-file", 6, `C:\client\a.dll、使用中：client.exe (pid 7, PC\tanaka)`},
		{fmt.Errorf("%w: %w", installer.ErrNotRestored, inUse), "busy-not-restored", 6, "client.exe (pid 7"},
		{installer.ErrInUse, "busy-file", 6, "使用中：ほかのプログラム"},
		{errors.New("anything"), "unexpected", 1, "予期しない"},
		{os.ErrPermission, "not-admin", 9, "管理者権限"},
	}
	for _, k := range cases {
		p := c.Explain(Japanese, k.err)
		if p.Code != k.code || int(p.Exit) != k.exit || !strings.Contains(p.Message, k.word) {
			t.Errorf("%v: %+v", k.err, p)
		}
		if placeholder.MatchString(p.Message + p.Remedy) {
			t.Errorf("%v: unfilled placeholder in %q", k.err, p.Message+p.Remedy)
		}
	}
}

// declared collects top-level names of a package for which keep says so.
func declared(t *testing.T, dir string, keep func(*ast.ValueSpec, int) bool) []string {
	t.Helper()
	var names []string
	for _, file := range sources(t, dir) {
		for _, decl := range file.Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				value, ok := spec.(*ast.ValueSpec)
				for i := 0; ok && i < len(value.Names); i++ {
					if keep(value, i) {
						names = append(names, value.Names[i].Name)
					}
				}
			}
		}
	}
	return names
}

func isSentinel(v *ast.ValueSpec, i int) bool {
	if !strings.HasPrefix(v.Names[i].Name, "Err") || i >= len(v.Values) {
		return false
	}
	_, isCall := v.Values[i].(*ast.CallExpr)
	return isCall
}

// noteKeys are the constants of type updater.Key.
func noteKeys(t *testing.T) []string {
	return constants(t, filepath.Join("..", "..", "..", "updater"), "Key")
}

// constants are the values of a package's string constants of one type.
func constants(t *testing.T, dir, typeName string) []string {
	var values []string
	declared(t, dir, func(v *ast.ValueSpec, i int) bool {
		if name, ok := v.Type.(*ast.Ident); ok && name.Name == typeName && i < len(v.Values) {
			values = append(values, strings.Trim(v.Values[i].(*ast.BasicLit).Value, `"`))
		}
		return false
	})
	return values
}

// selectors are the pkg.Name expressions of one file.
func selectors(t *testing.T, name string) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				found[x.Name+"."+s.Sel.Name] = true
			}
		}
		return true
	})
	return found
}

// cmdLiterals are the string literals of the programs: sentence keys, and the
// beginnings of keys that are put together ("action-").
func cmdLiterals(t *testing.T) map[string]bool {
	found := map[string]bool{}
	for _, dir := range []string{"../../koshin", "../../koshin/window", "."} {
		for _, file := range sources(t, dir) {
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					found[strings.Trim(lit.Value, "`\"")] = true
				}
				return true
			})
		}
	}
	maps.Copy(found, templateLiterals(t))
	return found
}

// templateLiterals are the keys that the templates of saved pages ask for.
func templateLiterals(t *testing.T) map[string]bool {
	found := map[string]bool{}
	for _, name := range []string{"doctor/report/page.html", "readiness/sheet/sheet.html", "page/parts.html"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "updater", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range regexp.MustCompile(`"([a-z0-9]+(?:-[a-z0-9]+)+)"`).FindAllStringSubmatch(string(text), -1) {
			found[key[1]] = true
		}
	}
	return found
}

func sources(t *testing.T, dir string) []*ast.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no Go files in %s: %v", dir, err)
	}
	files := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = file
	}
	return slices.Collect(maps.Values(files))
}

// What koshin says itself is not masked in a log, a report or a zip: a sentence
// that looked like a secret would be lost to whoever helps.
func TestNoSentenceIsMasked(t *testing.T) {
	c := load(t)
	for _, sentences := range []map[string]string{c.ja, c.en} {
		for key, text := range sentences {
			if got := (redact.Names{}).Strict(text); got != text {
				t.Errorf("%s:\n%s\n%s", key, text, got)
			}
		}
	}
}
