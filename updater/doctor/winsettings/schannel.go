package winsettings

// Schannel is the switch for TLS 1.2 below every Windows program.
type Schannel struct {
	Enabled           Reading
	DisabledByDefault Reading
	Standing          Standing
}

const schannelClient = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`

// ReadSchannel reads the switch, with the rules of Microsoft's page
// tls-registry-settings (DOMAIN section 2):
//
//	Enabled = 0                            off, whatever a program asks for
//	Enabled ≠ 0, DisabledByDefault = 0     on
//	both ≠ 0                               off unless a program asks for it
//	neither is there                       the system's default: on since Windows 8
//
// Where only one is there, the other is at its default: Enabled counts as on,
// DisabledByDefault as 0.
func ReadSchannel(r Registry) Schannel {
	s := Schannel{
		Enabled:           Read(r, Place{Machine, Whole, schannelClient, "Enabled"}),
		DisabledByDefault: Read(r, Place{Machine, Whole, schannelClient, "DisabledByDefault"}),
	}
	s.Standing = s.standing()
	return s
}

func (s Schannel) standing() Standing {
	enabled, isEnabled, badEnabled := s.Enabled.number()
	byDefault, isByDefault, badByDefault := s.DisabledByDefault.number()
	switch {
	case isEnabled && enabled == 0:
		return Off
	case s.Enabled.Err != nil || s.DisabledByDefault.Err != nil:
		return Unknown
	case badEnabled || badByDefault:
		return Malformed
	case isByDefault && byDefault != 0:
		return OffByDefault
	case isEnabled:
		return On
	}
	return ByDefault
}
