// The koshin command is the operator's program: it checks, updates and confirms
// the client software of this PC. Each verb is a file of this package; what it
// does is in package updater, and what it says in cmd/internal/messages.
//
// Under the name sample-client it is the small client of the demo: see
// cmd/internal/sampleclient.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

// version and buildTime are filled in by the release build.
var (
	version   = "dev"
	buildTime = ""
)

func main() {
	if sampleclient.Requested() {
		os.Exit(sampleclient.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := Run(ctx, os.Args[1:], terminal.System())
	stop()
	os.Exit(int(code))
}
