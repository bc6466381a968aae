package doctor

import "github.com/koshin-updater/koshin/manifest"

// system judges Windows and Internet Explorer.
func system(in Input) Finding {
	evidence := []Fact{{Key: "os", Value: in.System.OS}, {Key: "arch", Value: in.System.Arch}}
	if in.System.OS != "windows" {
		return found(NotWindows, evidence...)
	}
	evidence = append(evidence, Fact{Key: "version", Value: orNone(in.System.Version.String())})
	if in.System.Version.IsZero() {
		return found(WindowsUnseen, evidence...)
	}
	for _, p := range in.Products {
		if in.System.Version.Less(p.MinOS) {
			evidence = append(evidence, Fact{Of: string(p.ID), Key: "min_os", Value: p.MinOS.String()})
			return found(WindowsTooOld, evidence...)
		}
	}
	return found(WindowsSupported, evidence...)
}

// tick judges 「TLS 1.2の使用」.
func tick(in Input) Finding {
	f := found(TickUnseen, Fact{Key: "system", Value: unseen})
	if in.System.OS != "windows" {
		f = found(TickNotHere, Fact{Key: "system", Value: notWindows})
	}
	f.Stacks = []manifest.Stack{manifest.StackWinINet}
	return f
}

// schannel judges the settings of the whole PC.
func schannel(in Input) Finding {
	f := found(SchannelUnseen, Fact{Key: "setting", Value: unseen})
	if in.System.OS != "windows" {
		f = found(SchannelNotHere, Fact{Key: "system", Value: notWindows})
	}
	f.Stacks = []manifest.Stack{manifest.StackWinINet, manifest.StackWinHTTP}
	return f
}
