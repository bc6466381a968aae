// The sample-client command is a small client to be updated, in demos and
// tests. See package sampleclient for what it does.
package main

import (
	"os"

	"github.com/koshin-updater/koshin/cmd/internal/sampleclient"
)

func main() { os.Exit(sampleclient.Main(os.Args[1:], os.Stdout, os.Stderr)) }
