package policy_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/policy"
)

// templates is where the administrative templates lie.
const templates = "../../docs/policy"

// node is one element of a template.
type node struct {
	name     string
	attr     map[string]string
	children []*node
	text     string
	line     int
}

func (n *node) all(name string) []*node {
	var found []*node
	for _, c := range n.children {
		if c.name == name {
			found = append(found, c)
		}
		found = append(found, c.all(name)...)
	}
	return found
}

const space = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"

func parseTemplate(t *testing.T, name string) *node {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(templates, name))
	if err != nil {
		t.Fatal(err)
	}
	root := &node{}
	open := []*node{root}
	d := xml.NewDecoder(strings.NewReader(string(data)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			line, _ := d.InputPos()
			n := &node{name: token.Name.Local, attr: map[string]string{}, line: line}
			if token.Name.Space != space {
				t.Errorf("%s:%d: %s is in no namespace of templates", name, line, n.name)
			}
			for _, a := range token.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
	if len(root.children) != 1 {
		t.Fatalf("%s has %d roots", name, len(root.children))
	}
	return root.children[0]
}

// grammar is what of Microsoft's schema for templates (MS-GPREG, section 7) is
// used here: the children of an element in their order, and its attributes, those
// with a question mark not in each.
var grammar = map[string]struct{ children, attributes string }{
	"policyDefinitions":         {"policyNamespaces resources supportedOn categories policies", "xmlns revision schemaVersion"},
	"policyNamespaces":          {"target", ""},
	"target":                    {"", "prefix namespace"},
	"resources":                 {"stringTable? presentationTable?", "minRequiredRevision? fallbackCulture?"},
	"supportedOn":               {"definitions?", "ref?"},
	"definitions":               {"definition*", ""},
	"definition":                {"", "name displayName"},
	"categories":                {"category*", ""},
	"category":                  {"", "name displayName explainText"},
	"policies":                  {"policy*", ""},
	"policy":                    {"parentCategory supportedOn enabledValue? disabledValue? elements?", "name class displayName explainText presentation? key valueName?"},
	"parentCategory":            {"", "ref"},
	"enabledValue":              {"decimal", ""},
	"disabledValue":             {"decimal", ""},
	"elements":                  {"decimal* enum* text* list*", ""},
	"decimal":                   {"", "id? valueName? required? minValue? maxValue? value?"},
	"enum":                      {"item*", "id valueName required"},
	"item":                      {"value", "displayName"},
	"value":                     {"string", ""},
	"text":                      {"", "id valueName required? maxLength?"},
	"list":                      {"", "id key explicitValue"},
	"policyDefinitionResources": {"displayName description resources", "xmlns revision schemaVersion"},
	"displayName":               {"", ""},
	"description":               {"", ""},
	"stringTable":               {"string*", ""},
	"string":                    {"", "id?"},
	"presentationTable":         {"presentation*", ""},
	"presentation":              {"decimalTextBox* dropdownList* textBox* listBox*", "id"},
	"decimalTextBox":            {"", "refId defaultValue spinStep?"},
	"dropdownList":              {"", "refId defaultItem noSort"},
	"textBox":                   {"label", "refId"},
	"label":                     {"", ""},
	"listBox":                   {"", "refId"},
}

// check compares an element with the grammar.
func check(t *testing.T, file string, n *node) {
	t.Helper()
	rule, known := grammar[n.name]
	if !known {
		t.Errorf("%s:%d: no element %s", file, n.line, n.name)
		return
	}
	allowed := map[string]bool{} // by name: must be there
	for _, a := range strings.Fields(rule.attributes) {
		name, optional := strings.CutSuffix(a, "?")
		allowed[name] = !optional
	}
	for name := range n.attr {
		if _, ok := allowed[name]; !ok {
			t.Errorf("%s:%d: %s has no attribute %s", file, n.line, n.name, name)
		}
	}
	for name, must := range allowed {
		if n.attr[name] == "" && must {
			t.Errorf("%s:%d: %s has no %s", file, n.line, n.name, name)
		}
	}
	rest := n.children
	for _, c := range strings.Fields(rule.children) {
		name := strings.TrimRight(c, "?*")
		count := 0
		for len(rest) > 0 && rest[0].name == name && (count == 0 || strings.HasSuffix(c, "*")) {
			rest, count = rest[1:], count+1
		}
		if count == 0 && name == c {
			t.Errorf("%s:%d: %s has no %s where one is due", file, n.line, n.name, name)
		}
	}
	if len(rest) > 0 {
		t.Errorf("%s:%d: %s does not belong here", file, rest[0].line, rest[0].name)
	}
	for _, c := range n.children {
		check(t, file, c)
	}
}

var reference = regexp.MustCompile(`^\$\((string|presentation)\.(\w+)\)$`)

// The templates are what the editor reads, and each text that the one names is in
// both languages, and no other.
func TestTemplatesAreWhole(t *testing.T) {
	t.Parallel()
	admx := parseTemplate(t, "koshin.admx")
	check(t, "koshin.admx", admx)
	named := map[string]bool{}
	var walk func(*node)
	walk = func(n *node) {
		for _, value := range n.attr {
			if m := reference.FindStringSubmatch(value); m != nil {
				named[m[1]+" "+m[2]] = true
			} else if strings.Contains(value, "$(") {
				t.Errorf("koshin.admx:%d: %s", n.line, value)
			}
		}
		for _, c := range n.children {
			walk(c)
		}
	}
	walk(admx)
	parts := map[string]string{} // of a policy, and how it is shown
	for _, e := range admx.all("elements") {
		for _, part := range e.children {
			if parts[part.attr["id"]] != "" {
				t.Errorf("%s is there twice", part.attr["id"])
			}
			parts[part.attr["id"]] = map[string]string{"decimal": "decimalTextBox", "enum": "dropdownList", "text": "textBox", "list": "listBox"}[part.name]
		}
	}
	for _, language := range []string{"ja-JP", "en-US"} {
		file := language + "/koshin.adml"
		adml := parseTemplate(t, file)
		check(t, file, adml)
		there, shown := map[string]bool{}, map[string]string{}
		for _, kind := range []string{"string", "presentation"} {
			for _, n := range adml.all(kind) {
				key := kind + " " + n.attr["id"]
				if there[key] || !named[key] {
					t.Errorf("%s:%d: %s is there twice, or nobody names it", file, n.line, key)
				}
				there[key] = true
				if kind == "string" && strings.TrimSpace(n.text) == "" {
					t.Errorf("%s:%d: %s says nothing", file, n.line, key)
				}
				for _, c := range n.children {
					shown[c.attr["refId"]] = c.name
				}
			}
		}
		for key := range named {
			if !there[key] {
				t.Errorf("%s has no %s", file, key)
			}
		}
		for id, as := range parts {
			if shown[id] != as {
				t.Errorf("%s: %s is shown as %q, not %q", file, id, shown[id], as)
			}
			delete(shown, id)
		}
		for id := range shown {
			t.Errorf("%s shows %s, which there is not", file, id)
		}
		if adml.attr["revision"] != admx.attr["revision"] {
			t.Errorf("%s is revision %s", file, adml.attr["revision"])
		}
	}
}

// What can be set in the editor is what koshin reads, within the same bounds; and
// the other way round.
func TestTemplatesSayWhatIsRead(t *testing.T) {
	t.Parallel()
	names := map[string]policy.Name{}
	for _, n := range policy.Names() {
		names[n.Name] = n
	}
	settable := func(n *node, key, name string, kind policy.Kind, each bool) (policy.Name, bool) {
		known, ok := names[name]
		if !ok || key != policy.Key || known.Kind != kind || known.Each != each {
			t.Errorf("koshin.admx:%d: nobody reads %s\\%s as this", n.line, key, name)
			return known, false
		}
		delete(names, name)
		return known, true
	}
	for _, p := range parseTemplate(t, "koshin.admx").all("policy") {
		key := p.attr["key"]
		if p.attr["class"] != "Machine" {
			t.Errorf("koshin.admx:%d: %s is not for the whole PC", p.line, p.attr["name"])
		}
		if name := p.attr["valueName"]; name != "" { // enabled or disabled
			known, ok := settable(p, key, name, policy.Number, false)
			if ok && (known.Min != 0 || known.Max != 1 || onAndOff(p) != "1 0") {
				t.Errorf("koshin.admx:%d: %s", p.line, onAndOff(p))
			}
		}
		for _, elements := range p.children {
			if elements.name != "elements" {
				continue
			}
			for _, e := range elements.children {
				switch e.name {
				case "decimal":
					known, ok := settable(e, key, e.attr["valueName"], policy.Number, false)
					if got := e.attr["minValue"] + "-" + e.attr["maxValue"]; ok && got != fmt.Sprintf("%d-%d", known.Min, known.Max) {
						t.Errorf("koshin.admx:%d: %s, and koshin takes %d-%d", e.line, got, known.Min, known.Max)
					}
				case "enum":
					known, ok := settable(e, key, e.attr["valueName"], policy.Text, false)
					var choices []string
					for _, s := range e.all("string") {
						choices = append(choices, s.text)
					}
					slices.Sort(choices)
					slices.Sort(known.Choices)
					if ok && !slices.Equal(choices, known.Choices) {
						t.Errorf("koshin.admx:%d: %v, and koshin takes %v", e.line, choices, known.Choices)
					}
				case "text":
					if known, ok := settable(e, key, e.attr["valueName"], policy.Text, false); ok && known.Choices != nil {
						t.Errorf("koshin.admx:%d: any text, and koshin takes %v", e.line, known.Choices)
					}
				case "list":
					sub, name, _ := strings.Cut(strings.Replace(e.attr["key"], policy.Key+`\`, policy.Key+"\n", 1), "\n")
					settable(e, sub, name, policy.Text, true)
					if e.attr["explicitValue"] != "true" {
						t.Errorf("koshin.admx:%d: the names of its values would be made up", e.line)
					}
				}
			}
		}
	}
	for name := range names {
		t.Errorf("koshin reads %s, which no template sets", name)
	}
}

// onAndOff are what a policy without elements writes when it is on, and off.
func onAndOff(p *node) string {
	var values []string
	for _, v := range p.all("decimal") {
		values = append(values, v.attr["value"])
	}
	return strings.Join(values, " ")
}
