package doctor

import (
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// schannel judges the settings of the whole PC, which an administrator alone
// may change. The worst one is named; all are shown.
func schannel(in Input) Finding {
	both := []manifest.Stack{manifest.StackWinINet, manifest.StackWinHTTP}
	switch {
	case in.System.OS != windowsOS:
		f := found(SchannelNotHere, Fact{Key: "system", Value: notWindows})
		f.Stacks = both
		return f
	case in.System.Settings == nil:
		f := found(SchannelUnseen, Fact{Key: "setting", Value: unseen})
		f.Stacks = both
		return f
	}
	parts := schannelParts(in.System.Settings)
	whole := merge(parts)
	for _, part := range parts { // what could not be read may be what stands in the way
		if part.Verdict == Unknown && whole.Verdict == OK {
			whole.Reason, whole.Verdict, whole.About, whole.Stacks = part.Reason, part.Verdict, part.About, part.Stacks
		}
	}
	if whole.Stacks == nil {
		whole.Stacks = both
	}
	if whole.About != "" { // the words name the setting that decides
		whole.Evidence = append([]Fact{{Key: "setting", Value: whole.About}}, whole.Evidence...)
		whole.About = ""
	}
	return whole
}

// schannelParts are one finding for each setting, in the order in which they
// overrule each other.
func schannelParts(s *winsettings.Settings) []Finding {
	part := func(bad Reason, decides winsettings.Reading, stack ...manifest.Stack) Finding {
		f := found(bad, reading(decides))
		if bad != SchannelOn {
			f.About = decides.Place.String()
		}
		f.Stacks = stack
		return f
	}
	decides := s.Schannel.Enabled
	if s.Schannel.Standing == winsettings.OffByDefault {
		decides = s.Schannel.DisabledByDefault
	}
	parts := []Finding{part(schannelReason(s.Schannel.Standing), decides)}
	for _, r := range []winsettings.Reading{s.Schannel.Enabled, s.Schannel.DisabledByDefault} {
		if r.Place != decides.Place {
			parts = append(parts, part(SchannelOn, r))
		}
	}
	parts = append(parts, part(cipherReason(s.Ciphers.Standing), s.Ciphers.Functions))
	for _, one := range s.WinHTTP {
		parts = append(parts, part(winHTTPReason(one.Standing), one.Reading, manifest.StackWinHTTP))
	}
	for _, one := range s.DotNet {
		parts = append(parts, part(dotNetReason(one), dotNetDecides(one)))
	}
	fips := SchannelOn
	if s.FIPS.On {
		fips = FIPSOn
	}
	return append(parts, part(fips, s.FIPS.Enabled))
}

func schannelReason(s winsettings.Standing) Reason {
	switch s {
	case winsettings.On, winsettings.ByDefault:
		return SchannelOn
	case winsettings.Off:
		return SchannelOff
	case winsettings.OffByDefault:
		return SchannelByDefault
	case winsettings.Malformed:
		return SchannelValue
	}
	return SchannelUnseen
}

func cipherReason(s winsettings.CipherStanding) Reason {
	switch s {
	case winsettings.NoPolicy, winsettings.Strong:
		return SchannelOn
	case winsettings.NoSuite:
		return CipherPolicy
	case winsettings.OnlyWeak, winsettings.EmptyList:
		return CipherWeak
	case winsettings.UnexpectedValue:
		return SchannelValue
	}
	return SchannelUnseen
}

func winHTTPReason(s winsettings.Standing) Reason {
	switch s {
	case winsettings.On, winsettings.ByDefault:
		return SchannelOn
	case winsettings.Off, winsettings.Clash:
		return WinHTTPOff
	case winsettings.Malformed:
		return SchannelValue
	}
	return SchannelUnseen
}

// dotNetReason: a missing value is the program's own default and no fault.
func dotNetReason(d winsettings.DotNet) Reason {
	if d.Standing == winsettings.Off {
		return DotNetOff
	}
	return SchannelOn
}

// dotNetDecides is the value that is at 0, else the first of the two.
func dotNetDecides(d winsettings.DotNet) winsettings.Reading {
	if n, ok := d.SystemDefault.Value.Number(); d.SystemDefault.Found && ok && n == 0 {
		return d.SystemDefault
	}
	return d.StrongCrypto
}
