package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
)

func inUseCommands() map[string]command {
	return map[string]command{
		"open-client":    openClient,
		"open-client-at": openClientAt,
		"close-client":   closeClient,
	}
}

// openClient: open-client DIR opens the client that is installed there. It asks
// $SILENT, which never answers, so it stays open until close-client or its own
// patience ends; one that is open is opened anew.
func openClient(ts script, neg bool, args []string) {
	usage(ts, neg, args, "open-client DIR")
	closeClient(ts, false, nil)
	cmd := exec.Command(filepath.Join(ts.MkAbs(args[0]), sampleclient.Program()), //nolint:noctx // it is killed
		"--connection-test", "--url", ts.Getenv("SILENT"), "--ca-file", ts.MkAbs("ca.pem"))
	ts.Check(cmd.Start())
	at(ts).client = cmd
	ts.Defer(func() { closeClient(ts, false, nil) })
}

// closeClient: close-client ends it.
func closeClient(ts script, _ bool, _ []string) {
	if client := at(ts).client; client != nil {
		_ = client.Process.Kill()
		_ = client.Wait()
		at(ts).client = nil
	}
}

// openClientAt: open-client-at PHASE DIR N PROGRAM [ARG…] runs koshin, which
// must exit with N, and opens the client when it says that the phase has begun.
func openClientAt(ts script, neg bool, args []string) {
	usage(ts, neg, args, "open-client-at PHASE DIR N PROGRAM [ARG…]")
	code := runTo(ts, args[0], args[3:], func(*os.Process) { openClient(ts, neg, args[1:2]) })
	if strconv.Itoa(code) != args[2] {
		ts.Fatalf("exit code %d, want %s", code, args[2])
	}
}

func at(ts script) *surroundings { return ts.Value(around{}).(*surroundings) }
