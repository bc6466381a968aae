// The koshin-release command is the publisher's program: it keeps a signed
// repository of builds in a working copy and hands it to a host. Each verb is a
// file of this package; what it does is in package release.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

// version and buildTime are filled in by the release build.
var (
	version   = "dev"
	buildTime = ""
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := Run(ctx, os.Args[1:], terminal.System())
	stop()
	os.Exit(int(code))
}
