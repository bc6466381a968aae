package main

import (
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			built := ""
			if buildTime != "" {
				built = ", built " + buildTime
			}
			a.sayf("koshin-release %s (%s/%s%s)", version, runtime.GOOS, runtime.GOARCH, built)
			return nil
		},
	}
}
