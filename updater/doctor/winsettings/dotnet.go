package winsettings

// DotNet is what one runtime of .NET Framework was told, in one view.
type DotNet struct {
	Runtime       string // v2.0.50727 or v4.0.30319
	StrongCrypto  Reading
	SystemDefault Reading
	Standing      Standing
}

// ReadDotNet reads SchUseStrongCrypto and SystemDefaultTlsVersions of both
// runtimes in both views (DOMAIN). Either at 1 gives a program TLS 1.2, unless
// the other is at 0; either at 0 takes it away from programs that do not ask.
// Missing is the program's own default, which depends on the version that it
// was built for: koshin cannot know it and says so.
func ReadDotNet(r Registry) []DotNet {
	var all []DotNet
	for _, runtime := range []string{"v2.0.50727", "v4.0.30319"} {
		key := `Microsoft\.NETFramework\` + runtime
		strong, system := software(r, key, "SchUseStrongCrypto"), software(r, key, "SystemDefaultTlsVersions")
		for i := range strong {
			one := DotNet{Runtime: runtime, StrongCrypto: Read(r, strong[i]), SystemDefault: Read(r, system[i])}
			one.Standing = one.standing()
			all = append(all, one)
		}
	}
	return all
}

func (d DotNet) standing() Standing {
	strong, isStrong, badStrong := d.StrongCrypto.number()
	system, isSystem, badSystem := d.SystemDefault.number()
	switch {
	case isStrong && strong == 0, isSystem && system == 0:
		return Off
	case d.StrongCrypto.Err != nil || d.SystemDefault.Err != nil:
		return Unknown
	case badStrong || badSystem:
		return Malformed
	case isStrong || isSystem:
		return On
	}
	return Unknown
}
