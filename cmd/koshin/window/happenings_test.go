package window

import (
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/doctor"
)

// event is one of a run that began at ten o'clock, in both languages' own words.
func event(phase updater.Phase, after time.Duration, bytes, total int64) Event {
	c, err := catalogue()
	if err != nil {
		panic(err)
	}
	n := updater.Note{Key: updater.Key("phase-" + string(phase)), Args: map[string]string{"version": "2.3.0"}}
	return Event{
		Schema: EventSchema, Time: time.Date(2021, 4, 15, 1, 0, 0, 0, time.UTC).Add(after), Phase: phase, Product: "torikomi-soshin",
		Bytes: bytes, Total: total, Message: c.Both(n),
	}
}

// downloaded is a download that came this far, evenly in so many seconds.
func downloaded(seconds, percent int64) (all []Message) {
	e := event(updater.PhaseDownload, 0, 0, 4_800_000)
	began := e.Time
	for i := range seconds + 1 {
		e.Time, e.Bytes = began.Add(time.Duration(i)*time.Second), e.Total*percent/100*i/seconds
		all = append(all, Happened{e})
	}
	return all
}

// result is a good end, edited.
func result(t testing.TB, edit func(*ProductResult)) Result {
	p := ProductResult{
		Product: "torikomi-soshin", From: version(t, "2.1.0"), To: version(t, "2.3.0"), Outcome: updater.Updated,
		Confirm: &confirm.Report{Verdict: confirm.Confirmed, Hosts: []confirm.HostProof{host(true)}, Reason: confirm.ReasonAllGood}, Reason: confirm.ReasonConnected,
	}
	if edit != nil {
		edit(&p)
	}
	return Result{Schema: ResultSchema, Products: []ProductResult{p}}
}

func host(ok bool) confirm.HostProof {
	h := confirm.HostProof{URL: "https://reception.example/", IP: "192.0.2.10", Stacks: []confirm.StackProof{
		{Stack: manifest.StackGo, OK: &ok, TLS: "TLS 1.2", Suite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Status: 200, Elapsed: 0.12},
	}}
	if ok {
		h.OldTLSRefused = &ok
	}
	return h
}

func partial(p *ProductResult) {
	p.Confirm.Verdict, p.Confirm.Hosts, p.Reason = confirm.Partial, []confirm.HostProof{host(true)}, confirm.ReasonDoubt
}

func unconfirmed(p *ProductResult) {
	p.Confirm.Verdict, p.Confirm.Hosts, p.Reason = confirm.Unreachable, []confirm.HostProof{{URL: "https://reception.example/"}}, confirm.ReasonNetwork
}

func rolledBack(p *ProductResult) {
	p.Outcome, p.Reason = updater.RolledBack, confirm.ReasonCannotConnect
}

// diagnosed is an examination whose checks are in order but for one.
func diagnosed(bad doctor.Finding) doctor.Diagnosis {
	var d doctor.Diagnosis
	for _, c := range doctor.Checks() {
		f := doctor.Finding{Check: c, Verdict: doctor.OK}
		if c == bad.Check {
			f, d.RootCause = bad, c
		}
		d.Findings = append(d.Findings, f)
	}
	return d
}

func healthy() doctor.Diagnosis { return diagnosed(doctor.Finding{}) }

func unticked() doctor.Diagnosis {
	return diagnosed(doctor.Finding{Check: doctor.SecureProtocols, Verdict: doctor.Fail, Reason: doctor.TickOff, Fixable: true})
}

func blocked() doctor.Diagnosis {
	return diagnosed(doctor.Finding{Check: doctor.Network, Verdict: doctor.Fail, Reason: doctor.NetworkRefused, About: "reception.example", Evidence: []doctor.Fact{{Key: "host", Value: "reception.example:443"}}})
}

func version(t testing.TB, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func date(t testing.TB, text string) manifest.Date {
	t.Helper()
	d, err := manifest.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
