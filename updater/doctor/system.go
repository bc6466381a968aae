package doctor

import (
	"fmt"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// system judges Windows and Internet Explorer.
func system(in Input) Finding {
	evidence := []Fact{{Key: "os", Value: in.System.OS}, {Key: "arch", Value: in.System.Arch}}
	switch {
	case in.System.OS != windowsOS:
		return found(NotWindows, evidence...)
	case in.System.Settings == nil:
		return found(WindowsUnseen, append(evidence, Fact{Key: "version", Value: unseen})...)
	}
	s := in.System.Settings
	evidence = append(evidence,
		Fact{Key: "version", Value: s.Windows.String()},
		Fact{Key: "explorer", Value: orNone(s.InternetExplorer.Version)},
		reading(s.InternetExplorer.From), reading(s.EdgeMode.Level), reading(s.EdgeMode.SiteList),
	)
	for _, p := range in.Products {
		if !p.MinOS.IsZero() {
			evidence = append(evidence, Fact{Of: string(p.ID), Key: "min_os", Value: p.MinOS.String()})
		}
	}
	return found(judgeWindows(s, in.Products), evidence...)
}

// windowsOS is Windows as GOOS names it.
const windowsOS = "windows"

// judgeWindows goes by the notice: Internet Explorer 11 on Windows 8.1 and 10,
// and whatever came after them.
func judgeWindows(s *winsettings.Settings, products []Product) Reason {
	w := s.Windows
	if w.Major == 0 {
		return WindowsUnseen
	}
	version, err := manifest.ParseVersion(fmt.Sprintf("%d.%d.%d", w.Major, w.Minor, w.Build))
	for _, p := range products {
		if err == nil && version.Less(p.MinOS) {
			return WindowsTooOld
		}
	}
	switch {
	case w.Major < 6 || w.Major == 6 && w.Minor < 3:
		return WindowsTooOld
	case s.InternetExplorer.Major > 0 && s.InternetExplorer.Major < 11:
		return ExplorerTooOld
	case w.Major == 6:
		return WindowsOldGap
	}
	return WindowsSupported
}

// reading is a value of the registry as evidence: its path, and what is there.
func reading(r winsettings.Reading) Fact {
	f := Fact{Key: r.Place.String(), Value: none}
	switch {
	case r.Err != nil:
		f.Value = unseen
	case r.Found:
		f.Value = r.Value.String()
	}
	return f
}

// tick judges 「TLS 1.2の使用」. It is the operator's own; in another profile than
// his it says nothing.
func tick(in Input) Finding {
	f := judgeTick(in)
	f.Stacks = []manifest.Stack{manifest.StackWinINet}
	return f
}

func judgeTick(in Input) Finding {
	switch {
	case in.System.OS != windowsOS:
		return found(TickNotHere, Fact{Key: "system", Value: notWindows})
	case in.System.Settings == nil:
		return found(TickUnseen, Fact{Key: "system", Value: unseen})
	}
	s := in.System.Settings.SecureProtocols
	decides := s.Effective
	if len(s.Shadowed) > 0 {
		decides = s.Shadowed[0]
	}
	everybodys := s.Policy() && decides.Place.Hive == winsettings.Machine
	if in.System.WrongUser && !everybodys {
		return found(TickWrongUser, Fact{Key: "profile", Value: "wrong-user"})
	}
	var evidence []Fact
	if decides.Found {
		evidence = append(evidence, Fact{Key: "setting", Value: decides.Place.String()})
	}
	if n, ok := decides.Value.Number(); ok && decides.Found {
		evidence = append(evidence, Fact{Key: "protocols", Value: winsettings.Protocols(n).String()})
	}
	for _, r := range s.Readings {
		evidence = append(evidence, reading(r))
	}
	if s.ZonesOnly.Found {
		evidence = append(evidence, reading(s.ZonesOnly))
	}
	reason := tickReason(s)
	f := found(reason, evidence...)
	f.Fixable = reason == TickOff || reason == TickSSL2
	return f
}

func tickReason(s winsettings.SecureProtocols) Reason {
	switch s.Standing {
	case winsettings.On:
		if len(s.Shadowed) > 0 { // programs of the other view read those
			return TickOff
		}
		return TickOn
	case winsettings.ByDefault:
		return TickDefault
	case winsettings.Off:
		if s.Policy() {
			return TickPolicy
		}
		return TickOff
	case winsettings.Clash:
		if s.Policy() {
			return TickSSL2Policy
		}
		return TickSSL2
	case winsettings.Malformed:
		return TickValue
	}
	return TickUnseen
}
