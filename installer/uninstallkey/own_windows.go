package uninstallkey

import (
	"errors"
	"math"

	"golang.org/x/sys/windows/registry"
)

// SystemOwn is koshin's own entry on this PC.
func SystemOwn() OwnList { return OwnList{Registry: System(), Write: writeOwn, SetVersion: setVersion} }

func writeOwn(o Own) error {
	key, _, err := registry.CreateKey(registry.LOCAL_MACHINE, uninstall+`\`+OwnKey, registry.SET_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return err
	}
	defer key.Close()
	for _, v := range []struct{ name, text string }{
		{"DisplayName", o.Name}, {"DisplayVersion", o.Version}, {"Publisher", o.Publisher}, {"DisplayIcon", o.Icon},
		{"InstallLocation", o.Location}, {"UninstallString", o.Uninstall}, {"QuietUninstallString", o.QuietUninstall},
	} {
		if err := key.SetStringValue(v.name, v.text); err != nil {
			return err
		}
	}
	return errors.Join(
		key.SetDWordValue("EstimatedSize", uint32(min((o.Size+1023)/1024, math.MaxUint32))), //nolint:gosec // bounded
		key.SetDWordValue("NoModify", 1),
		key.SetDWordValue("NoRepair", 1),
	)
}

func setVersion(version string) error {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, uninstall+`\`+OwnKey, registry.SET_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return err
	}
	defer key.Close()
	return key.SetStringValue("DisplayVersion", version)
}
