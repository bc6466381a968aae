package updater

import (
	"fmt"

	"golang.org/x/sys/windows"

	"github.com/koshin-updater/koshin/manifest"
)

// osVersion is the true version of Windows, such as 10.0.19045. GetVersion
// would lie to programs without a manifest; this call does not.
func osVersion() manifest.Version {
	info := windows.RtlGetVersion()
	v, err := manifest.ParseVersion(fmt.Sprintf("%d.%d.%d", info.MajorVersion, info.MinorVersion, info.BuildNumber))
	if err != nil {
		return manifest.Version{} // unknown
	}
	return v
}
