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
	"runtime/debug"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

// version and buildTime are filled in by the release build.
var (
	version   = "dev"
	buildTime = ""
)

// memory is where the collector of garbage begins to work harder, in bytes. A
// PC of a care facility may have 4 GiB, and its client runs meanwhile: without
// this, garbage may take as much as the index of a large build again. It is no
// limit for what is needed, and 70,000 files cost one part in a hundred of time.
const memory = 44 << 20

func main() {
	if sampleclient.Requested() {
		os.Exit(sampleclient.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	debug.SetMemoryLimit(memory)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := Run(ctx, os.Args[1:], terminal.System())
	stop()
	os.Exit(int(code))
}
