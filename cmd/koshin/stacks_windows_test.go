package main

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/updater/confirm/winstack/winstacktest"
)

// TestWindowsStacks is the stories in which WinINet and WinHTTP are asked, too:
// what Windows knows of roots and protocols changes, and koshin says so.
//
//	trust [off]          puts the scripts' authority into the user's root store, or takes it out
//	schannel [off]       lets SCHANNEL speak TLS 1.2 again, or not
//	stacks NAME=CAUSE... is what each stack says in the JSON on stdout: ok, or why not
func TestWindowsStacks(t *testing.T) {
	winstacktest.Alone(t)
	w := newWorld(t)
	p := w.params("testdata/windows")
	p.Setup = func(env *testscript.Env) error {
		err := w.setUp(env)
		env.Setenv("WINDOWS_STACKS", "asked")
		env.Setenv("RECEPTION", strings.Replace(w.reception, "127.0.0.1", "localhost", 1)) // Wine takes no certificate for an address
		return err
	}
	distrust, enable := func() {}, func() {}
	p.Cmds["trust"] = func(ts *testscript.TestScript, neg bool, args []string) {
		usage(ts, neg, args, "trust [off]")
		if len(args) > 0 {
			distrust()
			return
		}
		distrust = winstacktest.Trust(t, w.authority)
	}
	p.Cmds["schannel"] = func(ts *testscript.TestScript, neg bool, args []string) {
		usage(ts, neg, args, "schannel [off]")
		if len(args) == 0 {
			enable()
			return
		}
		enable = winstacktest.DisableTLS12(t)
	}
	p.Cmds["stacks"] = saidStacks
	testscript.Run(t, p)
}

// saidStacks compares the causes of all stacks in the document with those that
// are expected, by the name of the stack.
func saidStacks(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, "stacks NAME=CAUSE...")
	var document any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &document))
	said := map[string]string{}
	collectStacks(document, said)
	want := map[string]string{}
	for _, arg := range args {
		name, cause, _ := strings.Cut(arg, "=")
		want[name] = cause
	}
	if !maps.Equal(said, want) {
		ts.Fatalf("stacks said %v, want %v", said, want)
	}
}

func collectStacks(node any, said map[string]string) {
	switch node := node.(type) {
	case []any:
		for _, one := range node {
			collectStacks(one, said)
		}
	case map[string]any:
		if name, isStack := node["stack"].(string); isStack {
			said[name] = "ok"
			if ok, asked := node["ok"].(bool); !asked || !ok {
				said[name], _ = node["cause"].(string)
			}
			return // and not what it says to TLS 1.2 alone
		}
		for _, one := range node {
			collectStacks(one, said)
		}
	}
}
