package confirm

import "testing"

// The table of DESIGN section 8, row by row. "Any" is spelt out.
func TestJudge(t *testing.T) {
	t.Parallel()
	var (
		anyClient = []Client{Connected, CannotConnect, Broken, NoSelfTest, NotAsked, NotInstalled}
		started   = []Client{Connected, CannotConnect}
		couldNot  = []Client{CannotConnect, NotInstalled} // a first install counts as this
		anyProbe  = []Probe{ProbeOK, ProbePartly, ProbeFailed}
		fails     = []Probe{ProbePartly, ProbeFailed}
		ok        = []Probe{ProbeOK}
		is        = func(c ...Client) []Client { return c }
	)
	for _, row := range []struct {
		name   string
		before []Client
		probe  []Probe
		after  []Client
		action Action
		hold   bool
		reason Reason
	}{
		{"any | OK | connected", anyClient, ok, is(Connected), Commit, false, ReasonConnected},
		{"connected | OK | cannot connect", is(Connected), ok, is(CannotConnect), RollBack, true, ReasonCannotConnect},
		{"connected | OK | broken", is(Connected), ok, is(Broken), RollBack, true, ReasonBroken},
		{"could not connect | OK | cannot connect", couldNot, ok, is(CannotConnect), Keep, false, ReasonNeverCould},
		{"started at all | any | broken", started, anyProbe, is(Broken), RollBack, true, ReasonBroken},
		{"any | fails | connected", anyClient, fails, is(Connected), Keep, false, ReasonProbeFails},
		{"any | fails | cannot connect", anyClient, fails, is(CannotConnect), Keep, false, ReasonNetwork},
		{"any | OK | no self_test", anyClient, ok, is(NoSelfTest), Commit, false, ReasonProbeAlone},
		{"any | OK | not asked", anyClient, ok, is(NotAsked), Commit, false, ReasonProbeAlone},
		{"any | fails | not asked", anyClient, fails, is(NotAsked), Keep, false, ReasonNetwork},
		{"any | fails | no self_test", anyClient, fails, is(NoSelfTest), Keep, false, ReasonNetwork},
		{"a first install that is broken is removed again", is(NotInstalled), anyProbe, is(Broken), RollBack, true, ReasonBroken},
		// What the table leaves open.
		{"neither build starts, probe OK", is(Broken), ok, is(Broken), Keep, false, ReasonNeverCould},
		{"neither build starts, probe fails", is(Broken), fails, is(Broken), Keep, false, ReasonNetwork},
		{"old build broken, new one cannot connect", is(Broken), ok, is(CannotConnect), Keep, false, ReasonNeverCould},
		{"old build unknown, new one cannot connect", is(NoSelfTest), ok, is(CannotConnect), Keep, false, ReasonNeverCould},
		{"old build unknown, new one broken", is(NoSelfTest), anyProbe, is(Broken), RollBack, true, ReasonBroken},
	} {
		for _, before := range row.before {
			for _, probe := range row.probe {
				for _, after := range row.after {
					got := Judge(State{Client: before}, State{Client: after, Probe: probe})
					if got.Action != row.action || got.Hold != row.hold || got.Reason != row.reason {
						t.Errorf("%s (before %s, probe %s, after %s): %+v", row.name, before, probe, after, got)
					}
				}
			}
		}
	}
}

// A demanded proof that fails never sends a build back, and never passes
// unmentioned.
func TestJudgeDoubt(t *testing.T) {
	t.Parallel()
	for _, after := range []Client{Connected, NoSelfTest} {
		got := Judge(State{Client: Connected}, State{Client: after, Probe: ProbeOK, Doubt: true})
		if (got != Judgement{Verdict: Partial, Action: Keep, Reason: ReasonDoubt}) {
			t.Errorf("%s: %+v", after, got)
		}
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		client Client
		probe  Probe
		doubt  bool
		want   Verdict
	}{
		{Connected, ProbeOK, false, Confirmed},
		{NoSelfTest, ProbeOK, false, Confirmed},
		{NotInstalled, ProbeOK, false, Confirmed},
		{Connected, ProbeOK, true, Partial},
		{NoSelfTest, ProbeOK, true, Partial},
		{CannotConnect, ProbeOK, false, Partial},
		{Broken, ProbeOK, false, Partial},
		{Connected, ProbePartly, false, Partial},
		{NoSelfTest, ProbePartly, false, Partial},
		{CannotConnect, ProbePartly, false, Partial},
		{Connected, ProbeFailed, false, Partial},
		{Connected, ProbeFailed, true, Partial},
		{CannotConnect, ProbeFailed, false, Unreachable},
		{Broken, ProbeFailed, true, Unreachable},
		{NoSelfTest, ProbeFailed, false, Unreachable},
		{NotInstalled, ProbeFailed, false, Unreachable},
	} {
		if got := (State{Client: row.client, Probe: row.probe, Doubt: row.doubt}).Verdict(); got != row.want {
			t.Errorf("%+v: %s", row, got)
		}
	}
}

// What must hold for every pair of states, whatever the table says.
func TestJudgeAlways(t *testing.T) {
	t.Parallel()
	clients := []Client{Connected, CannotConnect, Broken, NoSelfTest, NotAsked, NotInstalled}
	probes := []Probe{ProbeOK, ProbePartly, ProbeFailed}
	doubts := []bool{false, true}
	var states []State
	for _, c := range clients {
		for _, p := range probes {
			for _, d := range doubts {
				for _, r := range append([]Reason{""}, weight...) {
					states = append(states, State{c, p, d, r})
				}
			}
		}
	}
	for _, before := range states {
		for _, after := range states {
			got := Judge(before, after)
			say := func(what string) { t.Errorf("%s: %+v, then %+v: %+v", what, before, after, got) }
			switch {
			case got.Verdict != after.Verdict():
				say("the verdict is not that of the proofs")
			case (got.Action == Commit) != (got.Verdict == Confirmed):
				say("only what is confirmed is committed")
			case (got.Action == RollBack) != got.Hold:
				say("only a build at fault is sent back, and is held")
			case got.Action == RollBack && after.Client != CannotConnect && after.Client != Broken:
				say("sent back without a fault of its own")
			case got.Action == RollBack && after.Probe != ProbeOK && after.Client != Broken:
				say("sent back for the network's fault")
			case got.Reason == "":
				say("no reason")
			}
			if other := Judge(State{Client: before.Client}, after); other != got {
				say("the network before the swap changes the verdict")
			}
		}
	}
}
