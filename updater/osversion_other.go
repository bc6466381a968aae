//go:build !windows

package updater

import "github.com/koshin-updater/koshin/manifest"

// osVersion is not compared outside Windows: min_os is a Windows version.
func osVersion() manifest.Version { return manifest.Version{} }
