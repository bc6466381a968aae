package confirm

// Client is what an installed client's self_test showed.
type Client string

// What a client can be. The zero value is not one of them.
const (
	Connected     Client = "connected"      // it connected
	CannotConnect Client = "cannot-connect" // it started, but could not connect
	Broken        Client = "broken"         // it did not start, crashed or hung
	NoSelfTest    Client = "no-self-test"   // the manifest has no self_test
	NotAsked      Client = "not-asked"      // nobody is signed in with whose rights it could run
	NotInstalled  Client = "not-installed"  // there is no client: a first install's "before"
	Started       Client = "started"        // it started, which is all a [StartTest] asks; never in a [State]
)

// Probe is what the neutral probe showed, over all hosts.
type Probe string

// What a probe can be.
const (
	ProbeOK     Probe = "ok"     // every host answered as it should
	ProbePartly Probe = "partly" // some did
	ProbeFailed Probe = "failed" // none did
)

// State is what one round of proofs says, in the three things that count.
type State struct {
	Client Client `json:"client"`
	Probe  Probe  `json:"probe"`
	// Doubt says that something else stands against it: another TLS stack fails,
	// a host that must refuse TLS 1.0 and 1.1 was not seen to, somebody re-signs
	// the traffic, or the suite is weak.
	Doubt bool `json:"doubt"`
	// Reading is what the stacks say together; "" where they are all content.
	Reading Reason `json:"reading,omitzero"`
}

// Verdict is what people and scripts are told about the connection.
type Verdict string

// The verdicts.
const (
	Confirmed   Verdict = "confirmed"   // every proof that could be had is good
	Partial     Verdict = "partial"     // some are
	Unreachable Verdict = "unreachable" // none is: the line, the host or this PC
)

// Verdict is what one round of proofs says by itself.
func (s State) Verdict() Verdict {
	clientFails := s.Client == CannotConnect || s.Client == Broken
	switch {
	case s.Probe == ProbeOK && !clientFails && !s.Doubt:
		return Confirmed
	case s.Probe == ProbeFailed && s.Client != Connected:
		return Unreachable
	}
	return Partial
}

// Action is what to do with the new build.
type Action string

// The actions.
const (
	Commit   Action = "commit"   // it stays, connectivity is confirmed
	Keep     Action = "keep"     // it stays, connectivity is not confirmed
	RollBack Action = "rollback" // the old build comes back; a first install is removed
)

// Reason is why, for the words that people read.
type Reason string

// The reasons.
const (
	ReasonAllGood       Reason = "all-good"             // probe and client are good, with nothing to compare with
	ReasonConnected     Reason = "connected"            // the same of a new build
	ReasonProbeAlone    Reason = "probe-alone"          // good, and there is no self_test to ask
	ReasonCannotConnect Reason = "build-cannot-connect" // the old build could connect, this one cannot
	ReasonBroken        Reason = "build-broken"         // this build does not even run
	ReasonNeverCould    Reason = "old-build-neither"    // the old build could not connect either
	ReasonClient        Reason = "client-alone"         // the client alone fails, and there is nothing to compare with
	ReasonProbeFails    Reason = "probe-fails"          // the client connects, the neutral probe does not

	// What the stacks say together, by the matrix of DOMAIN section 5.
	ReasonInterception Reason = "interception"       // somebody on the way re-signs the traffic
	ReasonSystemTLS    Reason = "system-tls"         // Go connects, both stacks of the system do not
	ReasonWinINet      Reason = "wininet-only"       // only WinINet fails
	ReasonWinHTTP      Reason = "winhttp-only"       // only WinHTTP fails
	ReasonOneStack     Reason = "one-stack-connects" // one stack of the system is all that connects
	ReasonGoOnly       Reason = "go-only"            // only Go fails
	ReasonWeakSuite    Reason = "weak-suite"         // the host has no suite that is recommended
	ReasonDoubt        Reason = "other-proof-failed" // good, but another demanded proof is not
	ReasonNetwork      Reason = "network-or-host"    // nothing connects
)

// Reasons lists all of them, for whoever has to have words for each.
func Reasons() []Reason {
	return append([]Reason{ReasonAllGood, ReasonConnected, ReasonProbeAlone, ReasonCannotConnect, ReasonBroken, ReasonNeverCould, ReasonClient, ReasonProbeFails}, weight...)
}

// Reason is why one round of proofs, by itself, says what it says.
func (s State) Reason() Reason {
	clientFails := s.Client == CannotConnect || s.Client == Broken
	stacksTell := s.Reading != "" && s.Reading != ReasonNetwork
	switch {
	case s.Verdict() == Confirmed && (s.Client == NoSelfTest || s.Client == NotAsked):
		return ReasonProbeAlone
	case s.Verdict() == Confirmed:
		return ReasonAllGood
	case s.Probe == ProbeOK && clientFails && (!stacksTell || s.Reading == ReasonDoubt || s.Reading == ReasonWeakSuite):
		return ReasonClient // what a host accepts beside TLS 1.2 stops nobody
	case stacksTell:
		return s.Reading
	case s.Probe == ProbeOK:
		return ReasonDoubt
	case s.Client == Connected:
		return ReasonProbeFails
	}
	return ReasonNetwork
}

// Judgement is what to do with a new build, and why.
type Judgement struct {
	Verdict Verdict
	Action  Action
	Hold    bool // the build is at fault: do not try it here again
	Reason  Reason
}

// Judge compares the proofs from before a swap with those from after it.
func Judge(before, after State) Judgement {
	j := Judgement{Verdict: after.Verdict(), Action: Keep}
	probeOK := after.Probe == ProbeOK
	switch {
	case after.Client == Broken && before.Client != Broken:
		// The old build ran, or there was none. If neither runs, something
		// else on this PC is at fault and going back would mend nothing.
		j.Action, j.Hold, j.Reason = RollBack, true, ReasonBroken
	case after.Client == CannotConnect && before.Client == Connected && probeOK:
		j.Action, j.Hold, j.Reason = RollBack, true, ReasonCannotConnect
	default:
		j.Reason = after.Reason()
	}
	switch j.Reason { // by itself it is that, after an update it is this
	case ReasonAllGood:
		j.Reason = ReasonConnected
	case ReasonClient:
		j.Reason = ReasonNeverCould
	}
	if j.Verdict == Confirmed {
		j.Action = Commit
	}
	return j
}
