package manifest

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRule(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want Rule
	}{
		{"", Rule{Kind: RuleRecord}},
		{"koshin-record", Rule{Kind: RuleRecord}},
		{"pe:bin/取込.exe", Rule{Kind: RulePE, Path: "bin/取込.exe"}},
		{"uninstall-key:取込送信 2", Rule{Kind: RuleUninstall, Name: "取込送信 2"}},
		{"uninstall-key:{0E2A-11}:x", Rule{Kind: RuleUninstall, Name: "{0E2A-11}:x"}},
		{`command:bin/client --version "of it"`, Rule{Kind: RuleCommand, Path: "bin/client", Args: []string{"--version", "of it"}}},
		{`command:"my client.exe"`, Rule{Kind: RuleCommand, Path: "my client.exe"}},
	}
	for _, test := range tests {
		got, err := ParseRule(test.text)
		if err != nil || got.Kind != test.want.Kind || got.Path != test.want.Path || got.Name != test.want.Name || !slices.Equal(got.Args, test.want.Args) {
			t.Errorf("%q: %+v, %v", test.text, got, err)
		}
	}
	rule, err := ParseRule(`file:data/VERSION:^(?:Version|版) *:([0-9.]+)`)
	if err != nil || rule.Path != "data/VERSION" || rule.Pattern.String() != `^(?:Version|版) *:([0-9.]+)` {
		t.Errorf("a pattern with a colon: %+v, %v", rule, err)
	}
}

// TestParseRuleUnclear: what could mean two things, or nothing, is refused with
// the rule and with what is wrong about it.
func TestParseRuleUnclear(t *testing.T) {
	t.Parallel()
	const (
		use     = "use koshin-record, pe:PATH"
		outside = "is not a path inside the install folder"
		key     = "needs the name of one uninstall key"
	)
	tests := []struct{ text, want string }{
		{"magic:x", use},
		{"PE:client.exe", use},
		{" pe:client.exe", use},
		{":client.exe", use},
		{"client.exe", use},
		{"koshin-record:x", "koshin-record takes nothing"},
		{"pe", outside},
		{"pe:", outside},
		{"pe:.", outside},
		{"pe:../client.exe", outside},
		{"pe:/opt/client", outside},
		{`pe:C:\client.exe`, outside},
		{`pe:bin\client.exe`, outside},
		{"pe:bin/", outside},
		{"pe: client.exe", outside},
		{"pe:bin/NUL", outside},
		{"uninstall-key", key},
		{"uninstall-key:", key},
		{"uninstall-key: Torikomi", key},
		{`uninstall-key:SOFTWARE\Torikomi`, key},
		{"file:VERSION", `one group, the version; "" has 0`},
		{"file:VERSION:[0-9.]+", "has 0"},
		{"file:VERSION:([0-9]+)[.]([0-9]+)", "has 2"},
		{"file:VERSION:([0-9.]+", "missing closing )"},
		{"file:VERSION:(?=x)", "error parsing regexp"},
		{"file::(.*)", outside},
		{"file:../VERSION:(.*)", outside},
		{"command:", "needs a program"},
		{"command:   ", "needs a program"},
		{`command:client "--version`, "cannot be split into words"},
		{"command:../client --version", outside},
		{"command:/usr/bin/client --version", outside},
		{`command:'' --version`, outside},
	}
	for _, test := range tests {
		_, err := ParseRule(test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, not %q", test.text, err, test.want)
			continue
		}
		if !strings.HasPrefix(err.Error(), "detect ") {
			t.Errorf("%q is not named: %v", test.text, err)
		}
	}
}
