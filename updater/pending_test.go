package updater

import (
	"os"
	"testing"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/updater/confirm"
)

// withState is an updater with a state folder of one product.
func withState(t *testing.T) *Updater {
	t.Helper()
	u := New(Options{StateDir: t.TempDir()})
	if err := os.MkdirAll(u.productState("torikomi-soshin"), 0o700); err != nil {
		t.Fatal(err)
	}
	return u
}

// A night without a line excuses nobody: what was known of the build before
// counts on, and a build that cannot connect goes back as soon as that is seen.
func TestPendingBaseline(t *testing.T) {
	t.Parallel()
	const could, cannot = confirm.Connected, confirm.CannotConnect
	for name, row := range map[string]struct {
		before confirm.Client
		seen   confirm.State
		want   confirm.Client
	}{
		"the line is down":           {could, confirm.State{Client: cannot, Probe: confirm.ProbeFailed}, could},
		"the line is partly down":    {could, confirm.State{Client: cannot, Probe: confirm.ProbePartly}, could},
		"the line is up":             {could, confirm.State{Client: cannot, Probe: confirm.ProbeOK}, cannot},
		"it connects all the same":   {cannot, confirm.State{Client: could, Probe: confirm.ProbeFailed}, could},
		"it does not even start":     {could, confirm.State{Client: confirm.Broken, Probe: confirm.ProbeFailed}, confirm.Broken},
		"the one before could not":   {cannot, confirm.State{Client: cannot, Probe: confirm.ProbeFailed}, cannot},
		"there was no client before": {confirm.NotInstalled, confirm.State{Client: cannot, Probe: confirm.ProbeFailed}, confirm.NotInstalled},
	} {
		got := asBaseline(confirm.Report{State: row.seen}, pending{Before: confirm.State{Client: row.before}})
		if got.State.Client != row.want || got.State.Probe != row.seen.Probe {
			t.Errorf("%s: %+v, want %s", name, got.State, row.want)
		}
	}
}

// A previous build that was put back and could do no better is not put back
// again the next night, and the night after that.
func TestPendingWithoutWayBack(t *testing.T) {
	t.Parallel()
	u := withState(t)
	v := version(t, "2.4.0")
	j := &job{Updater: u, product: Product{ID: "torikomi-soshin"}, report: &Report{To: version(t, "2.2.0")}}
	if err := j.noWayBack(v, confirm.State{Client: confirm.Broken}); err != nil {
		t.Fatal(err)
	}
	if _, yes := u.pendingOf(j.product.ID, v); yes {
		t.Fatal("a build that was settled waits again")
	}
	atFault := confirm.State{Client: confirm.CannotConnect, Probe: confirm.ProbeOK}
	before := confirm.State{Client: confirm.Connected}
	if err := j.remember(v, confirm.Judgement{Action: confirm.Keep}, before); err != nil {
		t.Fatal(err)
	}
	judge := func() confirm.Action {
		waiting, yes := u.pendingOf(j.product.ID, v)
		if !yes {
			t.Fatal("nothing waits")
		}
		return confirm.Judge(waiting.Before, atFault).Action
	}
	if got := judge(); got != confirm.RollBack {
		t.Fatalf("first night: %s", got)
	}
	if err := j.noWayBack(v, confirm.State{Client: confirm.Broken}); err != nil {
		t.Fatal(err)
	}
	if got := judge(); got != confirm.Keep {
		t.Errorf("second night: %s", got)
	}
	if err := j.remember(v, confirm.Judgement{Action: confirm.Commit}, before); err != nil {
		t.Fatal(err)
	}
	if _, yes := u.pendingOf(j.product.ID, v); yes {
		t.Error("a confirmed build waits")
	}
}

// A note of an older koshin, without a reading, is read; a damaged one is none.
func TestPendingIsRead(t *testing.T) {
	t.Parallel()
	u := withState(t)
	for text, want := range map[string]bool{
		`{"version":"2.4.0","before":{"client":"connected","probe":"ok","doubt":false}}`:                       true,
		`{"version":"2.4.0","before":{"client":"connected","probe":"ok","doubt":true,"reading":"system-tls"}}`: true,
		`{"version":"2.3.0","before":{"client":"connected","probe":"ok","doubt":false}}`:                       false,
		`{"version":"2.4.0","before":`: false,
	} {
		if err := atomicfile.Write(u.pendingFile("torikomi-soshin"), []byte(text)); err != nil {
			t.Fatal(err)
		}
		waiting, yes := u.pendingOf("torikomi-soshin", version(t, "2.4.0"))
		if yes != want || yes && waiting.Before.Client != confirm.Connected {
			t.Errorf("%s: %+v, %v", text, waiting, yes)
		}
	}
}
