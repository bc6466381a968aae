package doctor

import (
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// Check is one of the things that can stop a PC.
type Check string

// The checks, in the order in which they are explained.
const (
	Submission      Check = "submission"       // who sends this facility's claims
	Windows         Check = "windows"          // the system, Internet Explorer, Edge in IE mode
	Clock           Check = "clock"            // against the hosts' Date
	Client          Check = "client"           // its version, its folder, whether it connects
	SecureProtocols Check = "secure-protocols" // the tick "TLS 1.2の使用", by policy, user and machine
	Schannel        Check = "schannel"         // SCHANNEL, WinHTTP, .NET, cipher policy, FIPS
	Proxy           Check = "proxy"            // configuration, environment, WinINet, PAC, WinHTTP
	Network         Check = "network"          // the name, then the connection to port 443
	TLS             Check = "tls"              // the strict TLS 1.2 handshake, the chain, the answer
	Interception    Check = "interception"     // somebody between who signs certificates anew
	Root            Check = "root"             // the root certificate that the chain leads to
	Certificate     Check = "certificate"      // the operator's 電子証明書
	OSStacks        Check = "os-stacks"        // WinINet and WinHTTP, live
)

// Checks lists all of them in order.
func Checks() []Check {
	return []Check{Submission, Windows, Clock, Client, SecureProtocols, Schannel, Proxy, Network, TLS, Interception, Root, Certificate, OSStacks}
}

// Verdict is what a check came to.
type Verdict string

// The verdicts.
const (
	OK      Verdict = "ok"
	Warn    Verdict = "warn" // worth knowing, stops nothing by itself
	Fail    Verdict = "fail"
	Unknown Verdict = "unknown" // could not be looked at, which is no failure
)

// Fact is one piece of evidence.
type Fact struct {
	Of    string `json:"of,omitempty"` // whose it is: a product, a host, a stack; "" where there is only one
	Key   string `json:"key"`          // what was looked at: a short name, or the path of a setting
	Value string `json:"value"`        // as it was read; never personal data
}

// Finding is what one check found.
type Finding struct {
	Check   Check
	Verdict Verdict
	Reason  Reason
	// About is the product, host or stack that decided; "" where there is one
	// only. Facts of the same name are the ones that the words speak of.
	About string
	// Stacks are the TLS implementations that the finding concerns.
	Stacks   []manifest.Stack
	Evidence []Fact // never empty
	// Fixable says that koshin can mend it by itself in this user's own
	// settings.
	Fixable bool
	// CausedBy is the failure that explains this one; "" where none does.
	CausedBy Check
}

// Values are the facts by key, as the finding's words need them: those of
// About first.
func (f Finding) Values() map[string]string {
	values := make(map[string]string, len(f.Evidence))
	for _, fact := range f.Evidence {
		if _, have := values[fact.Key]; !have || fact.Of == f.About && f.About != "" {
			values[fact.Key] = fact.Value
		}
	}
	values["about"] = f.About
	return values
}

// Diagnosis is one examination of this PC.
type Diagnosis struct {
	Findings  []Finding // one for each of Checks, in that order
	RootCause Check     // of the failures; "" where there is none
	// Hosts are the proofs that the findings speak of, unmasked.
	Hosts []confirm.HostProof
}

// Of is the finding of one check.
func (d Diagnosis) Of(check Check) Finding {
	for _, f := range d.Findings {
		if f.Check == check {
			return f
		}
	}
	return Finding{}
}

// Failed says whether any check failed.
func (d Diagnosis) Failed() bool { return d.RootCause != "" }

// Complete says whether every check could be made.
func (d Diagnosis) Complete() bool {
	for _, f := range d.Findings {
		if f.Verdict == Unknown {
			return false
		}
	}
	return true
}
