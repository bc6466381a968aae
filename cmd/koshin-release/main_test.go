package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"koshin-release": func() { os.Exit(int(Run(context.Background(), os.Args[1:], terminal.System()))) },
		"release-at":     releaseAt,
	})
}

// releaseAt is koshin-release at the time $NOW.
func releaseAt() {
	now, err := time.Parse(time.RFC3339, os.Getenv("NOW"))
	if err != nil {
		panic(err)
	}
	clock := func() time.Time { return now }
	os.Exit(int(runAt(context.Background(), clock, os.Args[1:], terminal.System())))
}

// TestScripts tells the publisher's stories with the real program.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Condition: func(name string) (bool, error) {
			if name != "race" { // the detector is on, and deriving keys takes minutes
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return raceDetector, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			// exits CODE koshin-release ARGS...: the exit code is exactly CODE.
			"exits": exits,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if args[0] != string(rune('0'+code)) {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}
