package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest"
)

// installerFlags say how a package of kind msi or setup is run.
type installerFlags struct{ args, success, restart string }

func (f *installerFlags) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.args, "installer-args", "", "shell-quoted `arguments` for kind setup (such as /S), properties for kind msi; "+
		"{dir} is the install folder, {log} the run's log file")
	flags.StringVar(&f.success, "success-codes", "", "exit `codes` that mean installed (default 0)")
	flags.StringVar(&f.restart, "restart-codes", "", "exit `codes` that mean installed, but the PC must be restarted (msi: 3010 and 1641 always do)")
}

// parse gives nil for the kinds that are not run, and where nothing is said.
func (f *installerFlags) parse(cmd *cobra.Command, kind manifest.Kind) (*manifest.Installer, error) {
	for _, name := range []string{"installer-args", "success-codes", "restart-codes"} {
		if cmd.Flags().Changed(name) && !kind.IsInstaller() {
			return nil, usagef("--%s says how an installer is run; kind %s has none", name, kind)
		}
	}
	if kind == manifest.Setup && !cmd.Flags().Changed("installer-args") {
		return nil, usagef("kind setup needs --installer-args: what makes this program silent? " +
			`NSIS: "/S", Inno Setup: "/VERYSILENT /SUPPRESSMSGBOXES /NORESTART"; "" if it always is`)
	}
	var i manifest.Installer
	args, err := split("installer-args", f.args)
	if err != nil {
		return nil, err
	}
	if len(args) > 0 {
		i.Args = args
	}
	if i.SuccessCodes, err = codes("success-codes", f.success); err != nil {
		return nil, err
	}
	if i.RestartCodes, err = codes("restart-codes", f.restart); err != nil {
		return nil, err
	}
	if i.Args == nil && i.SuccessCodes == nil && i.RestartCodes == nil {
		return nil, nil
	}
	return &i, nil
}

// codes reads numbers between commas.
func codes(flag, text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var numbers []int
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return nil, usagef("--%s %q: exit codes are numbers with commas between them, such as 0,3010", flag, text)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
