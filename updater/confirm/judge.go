package confirm

// Client is what an installed client's self_test showed.
type Client string

// What a client can be. The zero value is not one of them.
const (
	Connected     Client = "connected"      // it connected
	CannotConnect Client = "cannot-connect" // it started, but could not connect
	Broken        Client = "broken"         // it did not start, crashed or hung
	NoSelfTest    Client = "no-self-test"   // the manifest has no self_test
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
	// Doubt says that something else the manifest asks for is disproved:
	// another TLS stack fails, or a host that must refuse TLS 1.0 and 1.1 was
	// not seen to.
	Doubt bool `json:"doubt"`
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

// The reasons, one for each row of the verdict table.
const (
	ReasonConnected     Reason = "connected"            // probe and client are good
	ReasonProbeAlone    Reason = "probe-alone"          // good, and there is no self_test to ask
	ReasonDoubt         Reason = "other-proof-failed"   // good, but another demanded proof is not
	ReasonCannotConnect Reason = "build-cannot-connect" // the old build could connect, this one cannot
	ReasonBroken        Reason = "build-broken"         // this build does not even run
	ReasonNeverCould    Reason = "old-build-neither"    // the old build could not connect either
	ReasonProbeFails    Reason = "probe-fails"          // the client connects, the neutral probe does not
	ReasonNetwork       Reason = "network-or-host"      // neither connects
)

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
	case j.Verdict == Confirmed:
		j.Action, j.Reason = Commit, ReasonConnected
		if after.Client == NoSelfTest {
			j.Reason = ReasonProbeAlone
		}
	case probeOK && (after.Client == CannotConnect || after.Client == Broken):
		j.Reason = ReasonNeverCould
	case probeOK:
		j.Reason = ReasonDoubt
	case after.Client == Connected:
		j.Reason = ReasonProbeFails
	default:
		j.Reason = ReasonNetwork
	}
	return j
}
