package confirm

import (
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Report is one round of proofs, as the JSON of "koshin confirm" and of every
// update shows it.
type Report struct {
	Verdict  Verdict     `json:"verdict"`
	Hosts    []HostProof `json:"hosts"`
	SelfTest *TestProof  `json:"self_test"` // nil: not installed, or no self_test
	State    State       `json:"-"`
}

// HostProof is what was seen of one host.
type HostProof struct {
	URL    string       `json:"url"`
	IP     string       `json:"ip"`    // of the host; "" behind a proxy or if the name has none
	Proxy  string       `json:"proxy"` // host:port; "" for none
	Time   time.Time    `json:"time"`
	Stacks []StackProof `json:"stacks"`
	// OldTLSRefused is true if TLS 1.0 and 1.1 were both refused, false if
	// either was accepted, nil if that could not be seen.
	OldTLSRefused *bool      `json:"old_tls_refused"`
	OldTLS        []OldProof `json:"old_tls"`
	RefuseOld     bool       `json:"refuse_old"` // the manifest demands it
}

// StackProof is one TLS implementation's attempt at one host.
type StackProof struct {
	Stack manifest.Stack `json:"stack"`
	OK    *bool          `json:"ok"`    // nil: could not be asked
	TLS   string         `json:"tls"`   // such as "TLS 1.2"
	Suite string         `json:"suite"` // as IANA names it
	Curve string         `json:"curve"`
	ALPN  string         `json:"alpn"`
	// ChainSHA256 are the hashes of the certificates, the host's own first;
	// of the chain that was verified, or of what was shown instead.
	ChainSHA256 []string `json:"chain_sha256"`
	Root        string   `json:"root"`   // subject of the verified root
	Status      int      `json:"status"` // HTTP; 0 without an answer
	Error       string   `json:"error"`
	// Err is Error with its sentinel, for those who choose words by it.
	Err error `json:"-"`
}

// Refusal is how sure it is that a host refuses an old TLS version.
type Refusal string

// The strengths of a refusal.
const (
	Refused  Refusal = "refused"  // it said so: alert protocol_version
	Presumed Refusal = "presumed" // it broke the handshake off in another way
	Accepted Refusal = "accepted" // it went along
	Unknown  Refusal = "unknown"  // no handshake was begun: says nothing
)

// OldProof is the attempt to speak one old TLS version with a host.
type OldProof struct {
	TLS      string  `json:"tls"`
	Outcome  Refusal `json:"outcome"`
	Evidence string  `json:"evidence"` // what the host, or the line, said
}

// TestProof is one run of a client.
type TestProof struct {
	Outcome  Client  `json:"outcome"`
	ExitCode int     `json:"exit_code"` // -1: did not run, or was stopped
	Seconds  float64 `json:"seconds"`
	Output   string  `json:"output"` // the first 64 KiB of stdout and stderr together
	Error    string  `json:"error"`
	Err      error   `json:"-"`
}

func (h HostProof) neutralOK() bool {
	for _, s := range h.Stacks {
		if s.Stack == manifest.StackGo {
			return s.OK != nil && *s.OK
		}
	}
	return false
}

// doubt says that a demanded proof other than the neutral probe is missing or
// bad. A stack that could not be asked is no doubt.
func (h HostProof) doubt() bool {
	for _, s := range h.Stacks {
		if s.Stack != manifest.StackGo && s.OK != nil && !*s.OK {
			return true
		}
	}
	return h.RefuseOld && (h.OldTLSRefused == nil || !*h.OldTLSRefused)
}

func summarize(hosts []HostProof, client Client) State {
	s := State{Client: client, Probe: ProbeFailed}
	good := 0
	for _, h := range hosts {
		if h.neutralOK() {
			good++
		}
		s.Doubt = s.Doubt || h.doubt()
	}
	switch {
	case good > 0 && good == len(hosts):
		s.Probe = ProbeOK
	case good > 0:
		s.Probe = ProbePartly
	}
	return s
}
