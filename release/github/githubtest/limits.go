package githubtest

import (
	"net/http"
	"strconv"
	"time"
)

// rate is one window of the primary limit.
type rate struct {
	limit, used int
	reset       time.Time
}

// The documented limits: requests in an hour, with a token and without;
// content-generating requests in a minute and in an hour.
const (
	perHour          = 5000
	perHourAnonymous = 60
	writesPerMinute  = 80
	writesPerHour    = 500
)

const (
	rateMessage      = "API rate limit exceeded for user ID 1."
	secondaryMessage = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
	secondaryDocs    = "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
)

// UseUp takes requests from the limit of a secret ("" is everybody without
// one) so that only this many are left until reset.
func (g *GitHub) UseUp(secret string, remaining int, reset time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := g.window(secret)
	w.used, w.reset = w.limit-remaining, reset
}

func (g *GitHub) window(who string) *rate {
	w := g.rate[who]
	if w == nil || !time.Now().Before(w.reset) {
		w = &rate{limit: perHour, reset: time.Now().Add(time.Hour).Truncate(time.Second)}
		if who == "" {
			w.limit = perHourAnonymous
		}
		g.rate[who] = w
	}
	return w
}

// count takes one request from who's limit and says in the headers what is
// left. Beyond the limit it answers 403 (429 is documented too).
func (g *GitHub) count(who string, header http.Header) (reply, bool) {
	w := g.window(who)
	over := w.used >= w.limit
	if !over {
		w.used++
	}
	header.Set("X-RateLimit-Limit", strconv.Itoa(w.limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(w.limit-w.used))
	header.Set("X-RateLimit-Used", strconv.Itoa(w.used))
	header.Set("X-RateLimit-Reset", strconv.FormatInt(w.reset.Unix(), 10))
	header.Set("X-RateLimit-Resource", "core")
	if over {
		return refuse(http.StatusForbidden, rateMessage), false
	}
	return reply{}, true
}

// LimitWrites makes the Enterprise host count content-generating requests as
// github.com does. Its administrator would have switched that on.
func (g *GitHub) LimitWrites() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.limited = true
}

// countWrite is the secondary limit on what creates content.
func (g *GitHub) countWrite(now time.Time) (reply, bool) {
	inMinute := 0
	kept := g.writes[:0]
	for _, at := range g.writes {
		if now.Sub(at) < time.Hour {
			kept = append(kept, at)
		}
		if now.Sub(at) < time.Minute {
			inMinute++
		}
	}
	g.writes = kept
	if inMinute >= writesPerMinute || len(kept) >= writesPerHour {
		return Secondary(http.StatusForbidden, time.Minute).reply(), false
	}
	g.writes = append(g.writes, now)
	return reply{}, true
}

// Secondary is the answer of a secondary limit, with 403 or 429. Without a
// wait the header is left out, as GitHub sometimes does.
func Secondary(status int, wait time.Duration) Fault {
	f := Fault{Status: status, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}
	if wait > 0 {
		f.Header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	}
	f.Body = `{"message":"` + secondaryMessage + `","documentation_url":"` + secondaryDocs + `"}`
	return f
}

func (f Fault) reply() reply { return reply{status: f.Status, header: f.Header, body: []byte(f.Body)} }
