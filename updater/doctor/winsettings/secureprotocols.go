package winsettings

const (
	internetSettings = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	internetPolicies = `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`
	secureProtocols  = "SecureProtocols"
)

// Tick is the place of the user's own ticks in Internet Options, the only one
// that koshin ever changes.
func Tick() Place { return Place{User, Whole, internetSettings, secureProtocols} }

// SecureProtocols is what WinINet was told: the ticks 「TLS 1.2の使用」 of
// Internet Options, or what overrules them.
type SecureProtocols struct {
	// Readings are all places in the order in which they count: policy for the
	// PC, policy for the user, the user, the PC (both views).
	Readings  []Reading
	Effective Reading // the first that is set; the user's place where none is
	Protocols Protocols
	Standing  Standing
	// Shadowed are values of the PC without TLS 1.2 that another view has: a
	// program of that view reads them. Empty where a user or a policy decides.
	Shadowed []Reading
	// ZonesOnly is Security_HKLM_only. It concerns security zones; nothing is
	// concluded from it.
	ZonesOnly Reading
}

// Policy says whether the value that counts is set by an administrator for good,
// so that nobody else may change it.
func (s SecureProtocols) Policy() bool { return s.Effective.Found && s.Effective.Place.policy() }

func (p Place) policy() bool { return p.Key == internetPolicies }

// ReadSecureProtocols reads the places of DOMAIN section 2; the first that is
// set counts. missing is what no value at all means here: see [Default].
// A place that cannot be read, and that would count before the first found,
// makes the answer Unknown.
func ReadSecureProtocols(r Registry, missing Standing) SecureProtocols {
	places := []Place{
		{Machine, Whole, internetPolicies, secureProtocols},
		{User, Whole, internetPolicies, secureProtocols},
		Tick(),
	}
	for _, view := range r.Views() {
		places = append(places, Place{Machine, view, internetSettings, secureProtocols})
	}
	s := SecureProtocols{
		Effective: Reading{Place: Tick()},
		ZonesOnly: Read(r, Place{Machine, Whole, internetPolicies, "Security_HKLM_only"}),
	}
	for _, p := range places {
		s.Readings = append(s.Readings, Read(r, p))
	}
	for i, one := range s.Readings {
		if one.Found || one.Err != nil {
			s.Effective = one
			s.Shadowed = shadowed(one, s.Readings[i+1:])
			break
		}
	}
	s.Protocols, s.Standing = standingOf(s.Effective, missing)
	return s
}

// shadowed looks for views of the PC that say less than the one that counts.
func shadowed(counts Reading, rest []Reading) []Reading {
	if counts.Place.View == Whole {
		return nil // a user's value and a policy are the same in both views
	}
	var less []Reading
	for _, one := range rest {
		if _, standing := standingOf(one, On); standing != On {
			less = append(less, one)
		}
	}
	return less
}

// Default is what a missing SecureProtocols means: on Windows 8.1 and 10 with
// Internet Explorer 11 TLS 1.2 is on (DOMAIN); Windows 10 and later have no
// older WinINet. Of anything else nothing is known.
func Default(w Windows, ie InternetExplorer) Standing {
	if w.Major >= 10 || w.Major == 6 && w.Minor == 3 && ie.Major >= 11 {
		return ByDefault
	}
	return Unknown
}
