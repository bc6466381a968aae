package manifest

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/shlex"
)

// RuleKind is a way to read the installed version.
type RuleKind string

// The ways.
const (
	RuleRecord    RuleKind = "koshin-record" // what koshin itself recorded when it installed
	RulePE        RuleKind = "pe"            // version resource of a Windows executable
	RuleUninstall RuleKind = "uninstall-key" // DisplayVersion in the registry
	RuleFile      RuleKind = "file"          // a text file and a regular expression
	RuleCommand   RuleKind = "command"       // what a program prints
)

// Rule says how the version of an installed client is read. Its text forms are
// "koshin-record", "pe:PATH", "uninstall-key:NAME", "file:PATH:REGEXP" and
// "command:PATH ARGS"; every PATH is inside the install folder.
type Rule struct {
	Kind    RuleKind
	Path    string         // pe, file, command
	Name    string         // uninstall-key
	Pattern *regexp.Regexp // file; its first group is the version
	Args    []string       // command
}

// ParseRule reads a rule's text form. The empty text is "koshin-record".
func ParseRule(text string) (Rule, error) {
	kind, rest, _ := strings.Cut(text, ":")
	rule := Rule{Kind: RuleKind(kind)}
	switch rule.Kind {
	case RuleRecord, "":
		if rest != "" {
			return Rule{}, fmt.Errorf("detect %q: koshin-record takes nothing", text)
		}
		return Rule{Kind: RuleRecord}, nil
	case RulePE:
		rule.Path = rest
	case RuleUninstall:
		rule.Name = rest
		if rest == "" || strings.ContainsAny(rest, `\/`) {
			return Rule{}, fmt.Errorf("detect %q: needs the name of one uninstall key", text)
		}
		return rule, nil
	case RuleFile:
		path, pattern, _ := strings.Cut(rest, ":")
		compiled, err := regexp.Compile(pattern)
		if err != nil || compiled.NumSubexp() < 1 {
			return Rule{}, fmt.Errorf("detect %q: needs a regular expression with one group, the version", text)
		}
		rule.Path, rule.Pattern = path, compiled
	case RuleCommand:
		words, err := shlex.Split(rest)
		if err != nil || len(words) == 0 {
			return Rule{}, fmt.Errorf("detect %q: needs a program", text)
		}
		rule.Path, rule.Args = words[0], words[1:]
	default:
		return Rule{}, fmt.Errorf("detect %q: use koshin-record, pe:PATH, uninstall-key:NAME, file:PATH:REGEXP or command:PATH ARGS", text)
	}
	if !validInside(rule.Path) {
		return Rule{}, fmt.Errorf("detect %q: %q is not a path inside the install folder", text, rule.Path)
	}
	return rule, nil
}
