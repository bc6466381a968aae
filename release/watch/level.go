package watch

import "fmt"

// Level is how bad it is, with the numbers that monitors take as exit codes
// (Monitoring Plugins Development Guidelines, "Plugin Return Codes").
type Level int

// The levels.
const (
	OK       Level = 0
	Warning  Level = 1
	Critical Level = 2
	Unknown  Level = 3
)

func (l Level) String() string {
	switch l {
	case OK:
		return "OK"
	case Warning:
		return "WARNING"
	case Critical:
		return "CRITICAL"
	}
	return "UNKNOWN"
}

// MarshalText writes it as [Level.String] does.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (l *Level) UnmarshalText(text []byte) error {
	for _, one := range []Level{OK, Warning, Critical, Unknown} {
		if one.String() == string(text) {
			*l = one
			return nil
		}
	}
	return fmt.Errorf("no such level: %q", text)
}

// worse is the one that somebody should hear of: a fault that was seen counts more
// than something that could not be seen, and that more than a warning.
func worse(a, b Level) Level {
	rank := [...]int{OK: 0, Warning: 1, Unknown: 2, Critical: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}

// Kind is what a finding is about, for scripts.
type Kind string

// The kinds of finding. The first group is what a PC would meet, too.
const (
	Unreachable    Kind = "unreachable"     // the host cannot be found or connected to
	TLS            Kind = "tls"             // it does not speak TLS 1.2 with a suite that PCs take
	Certificate    Kind = "certificate"     // its certificate is not one that PCs take
	Slow           Kind = "slow"            // no complete answer in time
	Answer         Kind = "answer"          // an answer that is neither a file nor "not there"
	NoRepository   Kind = "no-repository"   // nothing of a repository is there
	Incomplete     Kind = "incomplete"      // the metadata names a file that is not there
	Expired        Kind = "expired"         // a role is not valid any more
	Rollback       Kind = "rollback"        // older than what was there before
	Signature      Kind = "signature"       // not signed by enough of a role's keys
	Mismatch       Kind = "mismatch"        // a file that is not the one that the metadata names, or is larger
	Refused        Kind = "refused"         // refused for another reason
	TooLarge       Kind = "too-large"       // more than watch reads
	PackageMissing Kind = "package-missing" //
	PackageSize    Kind = "package-size"    // not as long as promised
	PackageBytes   Kind = "package-bytes"   // other bytes than promised; only with Deep
	NothingOffered Kind = "nothing-offered" // a product without a build for anybody
	NoWay          Kind = "no-way"          // PCs below the floor have no build to go to

	Expires            Kind = "expires"             // a role is soon not valid any more
	CertificateExpires Kind = "certificate-expires" // of a host on the way

	FirstUse   Kind = "first-use"  // no anchor was given: what is there is believed
	Proxy      Kind = "proxy"      // watch's own way out
	Anchor     Kind = "anchor"     // the anchor that was given is none
	Memory     Kind = "state"      // the state that was given is of no use
	Unfinished Kind = "unfinished" // the time was over before all had been looked at
)

// level is what a kind of failure is worth.
func (k Kind) level() Level {
	switch k {
	case FirstUse:
		return OK
	case NothingOffered, NoWay:
		return Warning
	case Proxy, Anchor, Memory, Unfinished:
		return Unknown
	}
	return Critical
}
