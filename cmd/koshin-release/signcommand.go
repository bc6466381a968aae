package main

import (
	"context"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"
)

// signFlags say who must have signed the programs of a build, and how they are
// signed.
type signFlags struct{ command, signer string }

func (f *signFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.signer, "signer", "", "`publisher` who must have signed the programs with Authenticode: the certificate's common name, "+
		`or "NAME; ca sha256:HEX; time sha256:HEX"; none: no longer`)
	c.Flags().StringVar(&f.command, "sign-command", "", "shell-quoted `command` that signs one program, {file}: a private copy. "+
		"It gets koshin-release's environment; secrets belong there, or into the tool's own store, never into the command")
}

// sign makes a function of the command; nil when there is none.
func (f *signFlags) sign(a *app) (func(context.Context, string) error, error) {
	args, err := split("sign-command", f.command)
	if err != nil || len(args) == 0 {
		return nil, err
	}
	if !strings.Contains(f.command, "{file}") {
		return nil, usagef("--sign-command %q does not say where the program goes: {file}", f.command)
	}
	return func(ctx context.Context, file string) error {
		filled := make([]string, len(args))
		for i, arg := range args {
			filled[i] = strings.ReplaceAll(arg, "{file}", file)
		}
		cmd := exec.CommandContext(ctx, filled[0], filled[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = a.In, a.Err, a.Err // a token may ask for its PIN
		return cmd.Run()
	}, nil
}
