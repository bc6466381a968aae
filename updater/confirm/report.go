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
	Reason   Reason      `json:"reason"`
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
	// Interceptor is who re-signs this host's traffic on the way, by the name
	// that his certificates give as their issuer; "" if nobody was seen to.
	Interceptor string `json:"interceptor"`
	// ClockSkew is by how many seconds this PC's clock is ahead of the host's
	// (its HTTP Date); nil without one. More than [MaxSkew] either way is wrong.
	ClockSkew *float64 `json:"clock_skew"`
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
	Issuer      string   `json:"issuer"` // of the host's own certificate, verified or not
	Root        string   `json:"root"`   // subject of the verified root
	// LocalRoot says that the chain was verified by, or leads to, a root that
	// is neither one that browsers bring along nor from ca_file: somebody's own.
	LocalRoot bool    `json:"local_root"`
	Status    int     `json:"status"`        // HTTP; 0 without an answer
	Stage     Stage   `json:"stage"`         // how far it came; StageAnswer if there was one
	Elapsed   float64 `json:"elapsed"`       // seconds
	User      User    `json:"user"`          // whose settings and proxy counted
	Cause     Cause   `json:"cause"`         // why it failed; "" where it did not
	Code      uint32  `json:"code,omitzero"` // of WinINet or WinHTTP
	Notes     []Note  `json:"notes,omitempty"`
	Error     string  `json:"error"`
	// OnlyTLS12 is the same stack asked for TLS 1.2 and nothing else; only for
	// WinINet and WinHTTP, whose own attempt follows this PC's settings.
	OnlyTLS12 *StackProof `json:"only_tls12,omitempty"`
	// Err is Error with its sentinel, for those who choose words by it.
	Err error `json:"-"`

	issuer string // Issuer as people call it
}

// MaxSkew is how far this PC's clock may be off (DOMAIN section 3).
const MaxSkew = 5 * time.Minute

// User is whose settings, proxy and certificates a stack went by. It is never a
// person's name.
type User string

// The users. "" is not known.
const (
	Operator      User = "operator" // whoever is signed in and runs koshin, or was asked to lend his session
	SystemAccount User = "system"   // SYSTEM or root: no user's proxy, no user's certificates
)

// Stage is how far an attempt came.
type Stage string

// The stages, one after the other. "" is not known.
const (
	StageResolve   Stage = "resolve"   // looking the name up
	StageConnect   Stage = "connect"   // connecting, to the host or its proxy
	StageProxy     Stage = "proxy"     // asking the proxy to connect
	StageHandshake Stage = "handshake" // TLS
	StageRequest   Stage = "request"   // TLS stands; no answer yet
	StageAnswer    Stage = "answer"    // the host answered
)

// Note is something to know beside an attempt's success or failure.
type Note string

// The notes.
const (
	// NoteRevocationUnchecked: Go asks nobody whether a certificate was revoked,
	// and the host did not send its issuer's word along.
	NoteRevocationUnchecked Note = "revocation-not-checked"
	// NoteClockOff: this PC's clock is wrong by more than [MaxSkew], and yet the
	// certificate is valid.
	NoteClockOff Note = "clock-off"
	// NotePublicRoot: the root that this PC does not know is one of those that
	// browsers bring along; this PC's own list is behind.
	NotePublicRoot Note = "public-root-missing"
	// NoteIncompleteChain: the host probably left out its issuer's certificate,
	// which Windows fetches and Go does not.
	NoteIncompleteChain Note = "chain-incomplete"
	// NoteWeakSuite: what else failed did so over a weak suite.
	NoteWeakSuite Note = "weak-suite"
)

// Notes lists all of them, for whoever has to have words for each.
func Notes() []Note {
	return []Note{NoteRevocationUnchecked, NoteClockOff, NotePublicRoot, NoteIncompleteChain, NoteWeakSuite}
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
