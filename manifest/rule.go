package manifest

import (
	"errors"
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
	Pattern *regexp.Regexp // file; its one group is the version
	Args    []string       // command
}

// ParseRule reads a rule's text form. The empty text is "koshin-record". An
// error names the rule and what is unclear about it.
func ParseRule(text string) (Rule, error) {
	kind, rest, _ := strings.Cut(text, ":")
	rule := Rule{Kind: RuleKind(kind)}
	if text == "" {
		rule.Kind = RuleRecord
	}
	if err := rule.parse(rest); err != nil {
		return Rule{}, fmt.Errorf("detect %q: %w", text, err)
	}
	return rule, nil
}

// parse reads what follows the kind.
func (r *Rule) parse(rest string) (err error) {
	switch r.Kind {
	case RuleRecord:
		if rest != "" {
			return errors.New("koshin-record takes nothing")
		}
		return nil
	case RuleUninstall:
		r.Name = rest
		if rest == "" || strings.ContainsAny(rest, `\/`) || strings.TrimSpace(rest) != rest {
			return errors.New("needs the name of one uninstall key, without its path and without spaces around it")
		}
		return nil
	case RulePE:
		r.Path = rest
	case RuleFile:
		path, pattern, _ := strings.Cut(rest, ":")
		r.Path = path
		if r.Pattern, err = versionPattern(pattern); err != nil {
			return err
		}
	case RuleCommand:
		words, err := shlex.Split(rest)
		if err != nil {
			return fmt.Errorf("the command cannot be split into words: %w", err)
		}
		if len(words) == 0 {
			return errors.New("needs a program")
		}
		r.Path, r.Args = words[0], words[1:]
	default:
		return errors.New("use koshin-record, pe:PATH, uninstall-key:NAME, file:PATH:REGEXP or command:PATH ARGS")
	}
	if !validInside(r.Path) || strings.TrimSpace(r.Path) != r.Path {
		return fmt.Errorf("%q is not a path inside the install folder, with / between its parts", r.Path)
	}
	return nil
}

// versionPattern has exactly one group: with two, nobody knows which of them is
// the version.
func versionPattern(text string) (*regexp.Regexp, error) {
	pattern, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	if n := pattern.NumSubexp(); n != 1 {
		return nil, fmt.Errorf("needs a regular expression with one group, the version; %q has %d", text, n)
	}
	return pattern, nil
}
