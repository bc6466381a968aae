package busy

import "time"

// Why is what there is to say about a lease.
type Why string

// What there is to say.
const (
	None      Why = ""           // there is no lease, or it is over
	Counts    Why = "counts"     // koshin waits
	Ahead     Why = "ahead"      // it begins in the future: the clock was set back, or somebody plays
	Renewed   Why = "renewed"    // leases have been renewed for [Together]
	PastLimit Why = "past-limit" // the day has come after which no lease counts
)

// Judgement is whether a lease counts, and until when.
type Judgement struct {
	Why   Why
	Until time.Time // the first moment at which it does not count any more; zero unless it counts
}

// Judge decides. since is when the first of the leases kept an update back that
// have been renewed one after the other, zero where this is the first; limit is
// the first moment at which no lease counts, zero where there is none.
func Judge(now time.Time, l Lease, since, limit time.Time) Judgement {
	if l.IsZero() || !now.Before(l.End()) {
		return Judgement{}
	}
	if l.From.After(now) {
		return Judgement{Why: Ahead}
	}
	until := l.End()
	if !limit.IsZero() {
		if !now.Before(limit) {
			return Judgement{Why: PastLimit}
		}
		until = earlier(until, limit)
	}
	if since.IsZero() || since.After(now) {
		since = now
	}
	last := since.Add(Together)
	if !now.Before(last) {
		return Judgement{Why: Renewed}
	}
	return Judgement{Why: Counts, Until: earlier(until, last)}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
