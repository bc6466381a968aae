package readiness

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/updater/confirm"
)

// ClockTolerance is how much the moment that a PC wrote down and the one at which
// the folder had the file may differ before it is said. Claims hosts and Windows
// bear five minutes; a slow line takes some, too.
const ClockTolerance = 10 * time.Minute

// Overview is all PCs of a folder at one moment.
type Overview struct {
	Folder       string
	Made         time.Time
	Stale        time.Duration // older documents are said to be
	PCs          []PC          // those that need somebody first
	LeftOut      []LeftOut     // the first of them
	LeftOutCount int           // all of them
	Others       int           // files that are no documents by their names
	Cut          bool          // there was more than is looked at
}

// Verdict is what an administrator has to do with a PC.
type Verdict string

// The verdicts, the better first.
const (
	OK      Verdict = "ok"      // TLS-ready, and proved to connect; or it sends no claims
	Warn    Verdict = "warn"    // can connect, but somebody should look
	Unknown Verdict = "unknown" // cannot be said: too old, or nothing known yet
	Fail    Verdict = "fail"    // cannot connect, or its client is damaged
)

// Twin is why two documents may be of one PC. Neither is left out for it: a
// copied disk or two PCs of one name look the same from here.
type Twin string

// The twins.
const (
	SameInstallation Twin = "installation" // a renamed PC, or the copy of a disk
	SameName         Twin = "name"         // a PC that was set up anew, or two PCs of one name
)

// PC is one document, judged.
type PC struct {
	Document
	File    string
	Came    time.Time     // by the folder's clock
	Age     time.Duration // of the older of the two moments; never negative
	Stale   bool
	Clock   time.Duration // the PC's clock less the folder's, where that is worth saying; else 0
	Twin    Twin          // "" for none
	TwinOf  string        // the other one's name
	Verdict Verdict
	Ready   *bool // all products are TLS-ready; nil: not known of one, and of none that it is not
	Proved  *bool // the same for a proof of connectivity that went well
}

func newPC(d Document, came time.Time, file string, o Options) PC {
	pc := PC{Document: d, File: file, Came: came}
	older := d.Written
	if came.Before(older) {
		older = came
	}
	pc.Age = max(o.Now.Sub(older), 0)
	pc.Stale = pc.Age > o.Stale
	if clock := d.Written.Sub(came).Round(time.Second); clock.Abs() > ClockTolerance {
		pc.Clock = clock
	} else if ahead := d.Written.Sub(o.Now).Round(time.Second); ahead > ClockTolerance {
		pc.Clock = ahead // both lie in the future: whose clock it is cannot be said
	}
	pc.Ready, pc.Proved = pc.both()
	pc.Verdict = pc.verdict()
	return pc
}

// Delegated says that the PC sends no claims, so that nothing of it matters.
func (d Document) Delegated() bool { return d.Submission == "delegated" }

// both sums up whether the products are ready, and proved to connect. One that
// is not says no for all.
func (pc PC) both() (ready, proved *bool) {
	if pc.Delegated() || len(pc.Products) == 0 {
		return nil, nil
	}
	yes := true
	ready, proved = &yes, &yes
	for _, p := range pc.Products {
		ready = worse(ready, p.TLSReady)
		proved = worse(proved, p.Connects())
	}
	return ready, proved
}

// worse is no before not known before yes.
func worse(a, b *bool) *bool {
	switch {
	case a != nil && !*a:
		return a
	case b == nil || !*b:
		return b
	}
	return a
}

// Connects is what the last proof says. Where the line is good and the client
// cannot, that is no; what could not be proved otherwise says nothing.
func (p Product) Connects() *bool {
	if p.Confirmed == nil {
		return nil
	}
	yes, no := true, false
	clients := []confirm.Reason{confirm.ReasonNeverCould, confirm.ReasonClient, confirm.ReasonCannotConnect, confirm.ReasonBroken}
	switch {
	case p.Confirmed.Verdict == string(confirm.Confirmed):
		return &yes
	case p.Confirmed.Verdict == string(confirm.Unreachable), slices.Contains(clients, confirm.Reason(p.Confirmed.Reason)):
		return &no
	}
	return nil
}

func (pc PC) verdict() Verdict {
	worst := OK
	if !pc.Delegated() {
		if len(pc.Products) == 0 {
			worst = Unknown
		}
		for _, p := range pc.Products {
			worst = worseVerdict(worst, p.Verdict())
		}
	}
	if pc.Stale { // what was true then says little today
		worst = worseVerdict(worst, Unknown)
	}
	if pc.Clock != 0 || pc.Twin != "" {
		worst = worseVerdict(worst, Warn)
	}
	return worst
}

// Verdict is that of one product, by what its document says.
func (p Product) Verdict() Verdict {
	connects := p.Connects()
	switch {
	case p.Error != nil, p.TLSReady != nil && !*p.TLSReady, connects != nil && !*connects:
		return Fail
	case p.TLSReady == nil:
		return Unknown
	case connects == nil, p.troubled():
		return Warn
	}
	return OK
}

// troubled says that it works, and that the last run did not end as it should.
func (p Product) troubled() bool {
	held := p.Decided != nil && (p.Decided.Action == "held" || p.Decided.WorksUntil != nil)
	ended := p.Ended != nil && (p.Ended.Error != "" || slices.Contains([]string{"rolled-back", "refused", "failed"}, p.Ended.Outcome))
	return held || ended
}

func worseVerdict(a, b Verdict) Verdict {
	order := []Verdict{OK, Warn, Unknown, Fail}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}

// compare finds documents that may be of one PC.
func (all *Overview) compare() {
	installation, name := map[string][]int{}, map[string][]int{}
	for i, pc := range all.PCs {
		installation[pc.Installation] = append(installation[pc.Installation], i)
		name[strings.ToLower(pc.Computer)] = append(name[strings.ToLower(pc.Computer)], i)
	}
	mark := func(groups map[string][]int, as Twin) {
		for _, group := range groups {
			for n, i := range group {
				if pc := &all.PCs[i]; len(group) > 1 && pc.Twin == "" {
					pc.Twin, pc.TwinOf = as, all.PCs[group[(n+1)%len(group)]].Computer
					pc.Verdict = pc.verdict()
				}
			}
		}
	}
	mark(installation, SameInstallation)
	mark(name, SameName)
}

// sort puts first what somebody has to look at.
func (all *Overview) sort() {
	order := []Verdict{Fail, Unknown, Warn, OK}
	slices.SortStableFunc(all.PCs, func(a, b PC) int {
		return cmp.Or(
			slices.Index(order, a.Verdict)-slices.Index(order, b.Verdict),
			strings.Compare(strings.ToLower(a.Computer), strings.ToLower(b.Computer)),
			strings.Compare(a.File, b.File),
		)
	})
}

// Count is how many PCs are what. What a stale document says counts for nothing
// but Stale and its verdict.
type Count struct {
	All      int `json:"all"`
	Ready    int `json:"ready"`         // TLS-ready
	NotReady int `json:"not_ready"`     // one product is not
	Proved   int `json:"connected"`     // proved to connect
	Failed   int `json:"not_connected"` // tried, and could not
	Idle     int `json:"delegated"`     // sends no claims
	Stale    int `json:"stale"`
	OK       int `json:"ok"`
	Warn     int `json:"warn"`
	Fail     int `json:"fail"`
	Unknown  int `json:"unknown"`
}

// Count counts.
func (all Overview) Count() Count {
	c := Count{All: len(all.PCs)}
	for _, pc := range all.PCs {
		pc.addTo(&c)
		switch pc.Verdict {
		case OK:
			c.OK++
		case Warn:
			c.Warn++
		case Fail:
			c.Fail++
		default:
			c.Unknown++
		}
	}
	return c
}

func (pc PC) addTo(c *Count) {
	switch {
	case pc.Stale:
		c.Stale++
		return
	case pc.Delegated():
		c.Idle++
		return
	}
	count(pc.Ready, &c.Ready, &c.NotReady)
	count(pc.Proved, &c.Proved, &c.Failed)
}

func count(known *bool, yes, no *int) {
	switch {
	case known == nil:
	case *known:
		*yes++
	default:
		*no++
	}
}
