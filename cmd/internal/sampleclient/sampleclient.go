// Package sampleclient is the body of a small, real client: what an operator's
// software looks like to koshin, in demos and tests.
//
// Its folder holds the program, VERSION and settings.ini, from which the highest
// TLS version it can speak is read; the old build says 1.1 there and really
// fails against a host that takes TLS 1.2 only. Claims that the user enters go
// to data/claims.txt and must survive every update.
//
//	sample-client --version
//	sample-client --connection-test --url URL [--ca-file FILE]
//	sample-client --add-claim TEXT
//
// It exits 0 when it did what was asked, 1 when it started but cannot connect,
// 2 for a wrong command line, and 3 when its own files are broken. It has no
// window, and shares no connection code with koshin: it is somebody else's
// program.
//
// koshin re-executes a copy of itself under the client's name, so that the demo
// needs no Go toolchain: see [Requested] and [WritePackage].
package sampleclient

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Name is the program's name, without the ".exe" of Windows.
const Name = "sample-client"

// Exit codes, as DESIGN section 6 wants them from a self test.
const (
	exitOK            = 0
	exitCannotConnect = 1
	exitUsage         = 2
	exitBroken        = 3
)

// Requested says whether this process was started under the client's name.
func Requested() bool {
	exe, err := os.Executable()
	return err == nil && strings.TrimSuffix(strings.ToLower(filepath.Base(exe)), ".exe") == Name
}

// Main runs the client from the folder of its own executable and returns its
// exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	exe, err := os.Executable()
	if err != nil {
		fmt.Fprintln(stderr, "sample-client:", err)
		return exitBroken
	}
	return run(filepath.Dir(exe), args, stdout, stderr)
}

func run(dir string, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(Name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	version := flags.Bool("version", false, "print the version")
	test := flags.Bool("connection-test", false, "connect to --url and say whether it worked")
	url := flags.String("url", "", "address of the reception system")
	caFile := flags.String("ca-file", "", "PEM file with a root certificate beside the system's")
	claim := flags.String("add-claim", "", "note a claim in data/claims.txt")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return exitUsage
	}
	client, err := load(dir)
	if err != nil {
		fmt.Fprintln(stderr, "sample-client: broken installation:", err)
		return exitBroken
	}
	switch {
	case *version:
		fmt.Fprintln(stdout, client.version)
		return exitOK
	case *test && *url != "":
		return client.connectionTest(*url, *caFile, stdout, stderr)
	case *claim != "":
		return client.addClaim(*claim, stderr)
	}
	flags.Usage()
	return exitUsage
}

// addClaim appends one line of user data.
func (c *client) addClaim(text string, stderr io.Writer) int {
	data := filepath.Join(c.dir, "data")
	err := os.MkdirAll(data, 0o755)
	if err == nil {
		err = appendLine(filepath.Join(data, "claims.txt"), text)
	}
	if err != nil {
		fmt.Fprintln(stderr, "sample-client:", err)
		return exitBroken
	}
	return exitOK
}

func appendLine(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}
