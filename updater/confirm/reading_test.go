package confirm

import (
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

// The matrix of DOMAIN section 5, and what it leaves open: what three stacks
// say about one host.
func TestReading(t *testing.T) {
	t.Parallel()
	const suite, weak = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"
	yes, no := true, false
	ok, ng, unknown := StackProof{OK: &yes, Suite: suite, TLS: "TLS 1.2"}, StackProof{OK: &no, Cause: CauseHandshake}, StackProof{Cause: CauseUnavailable}
	cbc := StackProof{OK: &no, Cause: CauseWeakSuite, Suite: weak, TLS: "TLS 1.2"}
	rsa := StackProof{OK: &no, Cause: CauseWeakSuite, Suite: "TLS_RSA_WITH_AES_128_CBC_SHA", TLS: "TLS 1.2"}
	mistrusts := StackProof{OK: &no, Cause: CauseUnknownRoot}
	type host struct {
		probe, inet, winhttp StackProof
		interceptor          string
		demandsRefusal       bool
	}
	for name, row := range map[string]struct {
		host
		reading Reason
		probe   Probe
		doubt   bool
	}{
		"OK OK OK":                {host{probe: ok, inet: ok, winhttp: ok}, "", ProbeOK, false},
		"OK NG OK":                {host{probe: ok, inet: ng, winhttp: ok}, ReasonWinINet, ProbeOK, true},
		"OK OK NG":                {host{probe: ok, inet: ok, winhttp: ng}, ReasonWinHTTP, ProbeOK, true},
		"OK NG NG":                {host{probe: ok, inet: ng, winhttp: ng}, ReasonSystemTLS, ProbeOK, true},
		"NG OK OK":                {host{probe: ng, inet: ok, winhttp: ok}, ReasonGoOnly, ProbeFailed, false},
		"NG NG NG":                {host{probe: ng, inet: ng, winhttp: ng}, ReasonNetwork, ProbeFailed, true},
		"NG OK NG":                {host{probe: ng, inet: ok, winhttp: ng}, ReasonOneStack, ProbeFailed, true},
		"NG NG OK":                {host{probe: ng, inet: ng, winhttp: ok}, ReasonOneStack, ProbeFailed, true},
		"OK ?? ??":                {host{probe: ok, inet: unknown, winhttp: unknown}, "", ProbeOK, false},
		"OK NG ??":                {host{probe: ok, inet: ng, winhttp: unknown}, ReasonWinINet, ProbeOK, true},
		"OK ?? NG":                {host{probe: ok, inet: unknown, winhttp: ng}, ReasonWinHTTP, ProbeOK, true},
		"NG ?? ??":                {host{probe: ng, inet: unknown, winhttp: unknown}, ReasonNetwork, ProbeFailed, false},
		"NG OK ??":                {host{probe: ng, inet: ok, winhttp: unknown}, ReasonGoOnly, ProbeFailed, false},
		"NG ?? OK":                {host{probe: ng, inet: unknown, winhttp: ok}, ReasonGoOnly, ProbeFailed, false},
		"NG NG ??":                {host{probe: ng, inet: ng, winhttp: unknown}, ReasonNetwork, ProbeFailed, true},
		"weak":                    {host{probe: cbc}, ReasonWeakSuite, ProbeOK, true},
		"weak OK OK":              {host{probe: cbc, inet: ok, winhttp: ok}, ReasonWeakSuite, ProbeOK, true},
		"weak NG NG":              {host{probe: cbc, inet: ng, winhttp: ng}, ReasonSystemTLS, ProbeOK, true},
		"no forward secrecy":      {host{probe: rsa}, ReasonNetwork, ProbeFailed, false},
		"no forward secrecy, OK":  {host{probe: rsa, inet: ok, winhttp: ok}, ReasonGoOnly, ProbeFailed, false},
		"OK, old ones accepted":   {host{probe: ok, demandsRefusal: true}, ReasonDoubt, ProbeOK, true},
		"NG, old ones unseen":     {host{probe: ng, demandsRefusal: true}, ReasonNetwork, ProbeFailed, true},
		"OK, re-signed":           {host{probe: ok, interceptor: "X"}, ReasonInterception, ProbeOK, true},
		"OK OK OK, re-signed":     {host{probe: ok, inet: ok, winhttp: ok, interceptor: "X"}, ReasonInterception, ProbeOK, true},
		"NG, re-signed":           {host{probe: mistrusts, interceptor: "X"}, ReasonInterception, ProbeFailed, true},
		"NG OK OK, re-signed":     {host{probe: mistrusts, inet: ok, winhttp: ok, interceptor: "X"}, ReasonInterception, ProbeFailed, true},
		"one does not trust it":   {host{probe: ok, inet: mistrusts, winhttp: ok, interceptor: "X"}, ReasonInterception, ProbeOK, true},
		"none trusts it":          {host{probe: mistrusts, inet: mistrusts, winhttp: mistrusts, interceptor: "X"}, ReasonInterception, ProbeFailed, true},
		"re-signed, and SCHANNEL": {host{probe: ok, inet: ng, winhttp: ng, interceptor: "X"}, ReasonSystemTLS, ProbeOK, true},
	} {
		row.host.probe.Stack, row.inet.Stack, row.winhttp.Stack = manifest.StackGo, manifest.StackWinINet, manifest.StackWinHTTP
		h := HostProof{Stacks: []StackProof{row.host.probe, row.inet, row.winhttp}, Interceptor: row.interceptor, RefuseOld: row.demandsRefusal, OldTLSRefused: &no}
		if got := h.Reading(); got != row.reading {
			t.Errorf("%s: %q, want %q", name, got, row.reading)
		}
		s := summarize([]HostProof{h}, Connected)
		if s.Reading != row.reading || s.Probe != row.probe || s.Doubt != row.doubt {
			t.Errorf("%s: %+v", name, s)
		}
		// Nobody is told that all is well who has something to look at.
		if (s.Verdict() == Confirmed) != (row.reading == "") || s.Verdict() == Confirmed && s.Reason() != ReasonAllGood {
			t.Errorf("%s: %s, %s", name, s.Verdict(), s.Reason())
		}
	}
}

// Several hosts: what explains the rest, and what people can do something
// about, is said.
func TestReadingOfHosts(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	host := func(probe, inet, winhttp *bool, interceptor string) HostProof {
		return HostProof{Interceptor: interceptor, Stacks: []StackProof{
			{Stack: manifest.StackGo, OK: probe}, {Stack: manifest.StackWinINet, OK: inet}, {Stack: manifest.StackWinHTTP, OK: winhttp},
		}}
	}
	good, down := host(&yes, &yes, &yes, ""), host(&no, &no, &no, "")
	for name, row := range map[string]struct {
		hosts   []HostProof
		probe   Probe
		reading Reason
		verdict Verdict
	}{
		"all good":           {[]HostProof{good, good}, ProbeOK, "", Confirmed},
		"one down":           {[]HostProof{good, down}, ProbePartly, ReasonNetwork, Partial},
		"all down":           {[]HostProof{down, down}, ProbeFailed, ReasonNetwork, Unreachable},
		"down and SCHANNEL":  {[]HostProof{down, host(&yes, &no, &no, "")}, ProbePartly, ReasonSystemTLS, Partial},
		"SCHANNEL and tick":  {[]HostProof{host(&yes, &no, &yes, ""), host(&yes, &no, &no, "")}, ProbeOK, ReasonSystemTLS, Partial},
		"one is re-signed":   {[]HostProof{host(&yes, &no, &no, ""), host(&yes, nil, nil, "X")}, ProbeOK, ReasonInterception, Partial},
		"down, and Go alone": {[]HostProof{down, host(&no, &yes, &yes, "")}, ProbeFailed, ReasonGoOnly, Unreachable},
		"no host":            {nil, ProbeFailed, "", Unreachable},
	} {
		s := summarize(row.hosts, NotInstalled)
		if s.Probe != row.probe || s.Reading != row.reading || s.Verdict() != row.verdict {
			t.Errorf("%s: %+v, %s", name, s, s.Verdict())
		}
	}
}

// What a reading does to an update: before × after × stacks. A reading never
// sends a build back and never keeps one that is at fault.
func TestJudgeWithReadings(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		before Client
		after  State
		want   Judgement
	}{
		"interception, connected":      {Connected, State{Connected, ProbeOK, true, ReasonInterception}, Judgement{Partial, Keep, false, ReasonInterception}},
		"interception, build at fault": {Connected, State{CannotConnect, ProbeOK, true, ReasonInterception}, Judgement{Partial, RollBack, true, ReasonCannotConnect}},
		"interception, unknown root":   {Connected, State{CannotConnect, ProbeFailed, true, ReasonInterception}, Judgement{Unreachable, Keep, false, ReasonInterception}},
		"system TLS, connected":        {Connected, State{Connected, ProbeOK, true, ReasonSystemTLS}, Judgement{Partial, Keep, false, ReasonSystemTLS}},
		"system TLS, build at fault":   {Connected, State{CannotConnect, ProbeOK, true, ReasonSystemTLS}, Judgement{Partial, RollBack, true, ReasonCannotConnect}},
		"system TLS, neither connects": {CannotConnect, State{CannotConnect, ProbeOK, true, ReasonSystemTLS}, Judgement{Partial, Keep, false, ReasonSystemTLS}},
		"WinINet, neither connects":    {CannotConnect, State{CannotConnect, ProbeOK, true, ReasonWinINet}, Judgement{Partial, Keep, false, ReasonWinINet}},
		"WinHTTP, no self_test":        {NoSelfTest, State{NoSelfTest, ProbeOK, true, ReasonWinHTTP}, Judgement{Partial, Keep, false, ReasonWinHTTP}},
		"Go alone, connected":          {Connected, State{Connected, ProbeFailed, false, ReasonGoOnly}, Judgement{Partial, Keep, false, ReasonGoOnly}},
		"Go alone, cannot connect":     {Connected, State{CannotConnect, ProbeFailed, false, ReasonGoOnly}, Judgement{Unreachable, Keep, false, ReasonGoOnly}},
		"Go alone, broken":             {Connected, State{Broken, ProbeFailed, false, ReasonGoOnly}, Judgement{Unreachable, RollBack, true, ReasonBroken}},
		"Go alone, no self_test":       {NoSelfTest, State{NoSelfTest, ProbeFailed, false, ReasonGoOnly}, Judgement{Unreachable, Keep, false, ReasonGoOnly}},
		"one stack connects":           {Connected, State{CannotConnect, ProbeFailed, true, ReasonOneStack}, Judgement{Unreachable, Keep, false, ReasonOneStack}},
		"weak suite, connected":        {Connected, State{Connected, ProbeOK, true, ReasonWeakSuite}, Judgement{Partial, Keep, false, ReasonWeakSuite}},
		"weak suite, build at fault":   {Connected, State{CannotConnect, ProbeOK, true, ReasonWeakSuite}, Judgement{Partial, RollBack, true, ReasonCannotConnect}},
		"weak suite, neither connects": {CannotConnect, State{CannotConnect, ProbeOK, true, ReasonWeakSuite}, Judgement{Partial, Keep, false, ReasonNeverCould}},
		"old ones accepted, neither":   {CannotConnect, State{CannotConnect, ProbeOK, true, ReasonDoubt}, Judgement{Partial, Keep, false, ReasonNeverCould}},
		"network, connected":           {Connected, State{Connected, ProbeFailed, false, ReasonNetwork}, Judgement{Partial, Keep, false, ReasonProbeFails}},
		"network, cannot connect":      {Connected, State{CannotConnect, ProbeFailed, false, ReasonNetwork}, Judgement{Unreachable, Keep, false, ReasonNetwork}},
		"some hosts down, cannot":      {Connected, State{CannotConnect, ProbePartly, false, ReasonNetwork}, Judgement{Partial, Keep, false, ReasonNetwork}},
		"all good, connected":          {Connected, State{Connected, ProbeOK, false, ""}, Judgement{Confirmed, Commit, false, ReasonConnected}},
		"all good, build at fault":     {Connected, State{CannotConnect, ProbeOK, false, ""}, Judgement{Partial, RollBack, true, ReasonCannotConnect}},
		"only the new one connects":    {CannotConnect, State{Connected, ProbeOK, false, ""}, Judgement{Confirmed, Commit, false, ReasonConnected}},
		"a first install, re-signed":   {NotInstalled, State{CannotConnect, ProbeOK, true, ReasonInterception}, Judgement{Partial, Keep, false, ReasonInterception}},
		"a first install, all is well": {NotInstalled, State{Connected, ProbeOK, false, ""}, Judgement{Confirmed, Commit, false, ReasonConnected}},
		"a first install that cannot":  {NotInstalled, State{CannotConnect, ProbeOK, false, ""}, Judgement{Partial, Keep, false, ReasonNeverCould}},
	} {
		if got := Judge(State{Client: row.before, Probe: ProbeOK}, row.after); got != row.want {
			t.Errorf("%s: %+v, want %+v", name, got, row.want)
		}
	}
}

// One round by itself, as koshin confirm shows it.
func TestReasonOfOneRound(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		state State
		want  Reason
	}{
		{State{Connected, ProbeOK, false, ""}, ReasonAllGood},
		{State{NotInstalled, ProbeOK, false, ""}, ReasonAllGood},
		{State{NoSelfTest, ProbeOK, false, ""}, ReasonProbeAlone},
		{State{CannotConnect, ProbeOK, false, ""}, ReasonClient},
		{State{Broken, ProbeOK, false, ""}, ReasonClient},
		{State{Connected, ProbeOK, true, ReasonDoubt}, ReasonDoubt},
		{State{Connected, ProbeFailed, false, ReasonNetwork}, ReasonProbeFails},
		{State{CannotConnect, ProbeFailed, false, ReasonNetwork}, ReasonNetwork},
		{State{NotInstalled, ProbePartly, false, ReasonNetwork}, ReasonNetwork},
	} {
		if got := row.state.Reason(); got != row.want {
			t.Errorf("%+v: %q, want %q", row.state, got, row.want)
		}
	}
}
