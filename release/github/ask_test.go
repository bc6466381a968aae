package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/github"
	"github.com/koshin-updater/koshin/release/github/githubtest"
)

// TestToken: it goes to the API and to the host of uploads, wherever an
// answer points.
func TestToken(t *testing.T) {
	t.Run("a redirect", func(t *testing.T) {
		w := newWorld(t, githubtest.Repo{})
		elsewhere := fmt.Sprintf("https://%s/elsewhere", w.Storage())
		w.Intercept(once(http.MethodGet, "/repos/", githubtest.Fault{Status: http.StatusFound, Header: http.Header{"Location": {elsewhere}}}))
		if _, err := w.open(t, secret).Size(t.Context(), timestamp); err == nil {
			t.Error("another host answered for GitHub")
		}
		w.mustNotHaveSeen(t)
	})
	t.Run("the address of uploads", func(t *testing.T) {
		w := newWorld(t, githubtest.Repo{})
		list := fmt.Sprintf(`[{"id":7,"tag_name":%q,"draft":true,"upload_url":"https://%s/upload{?name,label}"}]`, tag, w.Storage())
		w.Intercept(func(r *http.Request) githubtest.Fault {
			switch {
			case strings.HasSuffix(r.URL.Path, "/releases"):
				return githubtest.Fault{Status: http.StatusOK, Body: list}
			case strings.HasSuffix(r.URL.Path, "/releases/7/assets"):
				return githubtest.Fault{Status: http.StatusOK, Body: "[]"}
			}
			return githubtest.Fault{}
		})
		if err := w.open(t, secret).Put(t.Context(), onePackage(t, "package")); err == nil {
			t.Error("another host took the package")
		}
		w.mustNotHaveSeen(t)
	})
}

// mustNotHaveSeen looks for a token at the host that knows none.
func (w *world) mustNotHaveSeen(t *testing.T) {
	t.Helper()
	for _, r := range w.Requests() {
		if r.Host != w.Enterprise() && (r.Authorized || r.Method != http.MethodGet) {
			t.Errorf("%s %s%s, with the token: %v", r.Method, r.Host, r.Path, r.Authorized)
		}
	}
}

// TestRefusedBeforeAnything: where nothing can be published, nothing is sent.
func TestRefusedBeforeAnything(t *testing.T) {
	for name, c := range map[string]struct {
		like  githubtest.Repo
		token githubtest.Token
		want  error
	}{
		"private":           {githubtest.Repo{Private: true}, githubtest.Publisher(), github.ErrPrivate},
		"archived":          {githubtest.Repo{Archived: true}, githubtest.Publisher(), github.ErrArchived},
		"a guest":           {githubtest.Repo{}, githubtest.Token{Contents: "write"}, github.ErrRights},
		"a classic token":   {githubtest.Repo{}, githubtest.Token{Classic: true, Scopes: []string{"gist"}, Member: true}, github.ErrRights},
		"cannot see it":     {githubtest.Repo{Private: true}, githubtest.Token{}, github.ErrNotThere},
		"may read and that": {githubtest.Repo{}, githubtest.Token{Contents: "read", Member: true}, github.ErrRights},
	} {
		w := newWorld(t, c.like)
		w.AddToken("another", c.token)
		if err := w.open(t, "another").Put(t.Context(), onePackage(t, "package")); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
		for _, r := range w.Requests() {
			if r.Method != http.MethodGet && r.Status != http.StatusForbidden {
				t.Errorf("%s: %s %s was answered with %d", name, r.Method, r.Path, r.Status)
			}
		}
		if name == "archived" && len(w.Requests()) != 1 {
			t.Errorf("%s: asked %d times", name, len(w.Requests()))
		}
	}
}

// TestRateLimits: every documented form is an error that says when to ask
// again.
func TestRateLimits(t *testing.T) {
	in := func(d time.Duration) string { return fmt.Sprint(time.Now().Add(d).Unix()) }
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	plain := `{"message":"API rate limit exceeded for user ID 1.","documentation_url":"https://docs.github.com/rest"}`
	for name, c := range map[string]struct {
		fault githubtest.Fault
		after time.Duration
	}{
		"primary, 403":              {githubtest.Fault{Status: 403, Body: plain, Header: header("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(time.Hour))}, time.Hour},
		"primary, 429":              {githubtest.Fault{Status: 429, Body: plain, Header: header("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(time.Hour))}, time.Hour},
		"secondary, 403":            {githubtest.Secondary(403, 90*time.Second), 90 * time.Second},
		"secondary, 429":            {githubtest.Secondary(429, 90*time.Second), 90 * time.Second},
		"secondary without a time":  {githubtest.Secondary(403, 0), time.Minute},
		"429 without a time":        {githubtest.Secondary(429, 0), time.Minute},
		"403 with nothing but time": {githubtest.Fault{Status: 403, Body: "{}", Header: header("Retry-After", "30")}, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, githubtest.Repo{})
			w.Intercept(once(http.MethodGet, "/repos/", c.fault))
			_, err := w.open(t, secret).Size(t.Context(), timestamp)
			temporary, ok := errors.AsType[*release.Temporary](err)
			if !ok || !errors.Is(err, github.ErrRateLimit) {
				t.Fatalf("got %v", err)
			}
			if d := temporary.After - c.after; d < -2*time.Second || d > 2*time.Second {
				t.Errorf("ask again in %s, want %s", temporary.After, c.after)
			}
		})
	}
}

// TestUsedUp is the stand-in's own limit: the answer says the time of day.
func TestUsedUp(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	reset := time.Now().Add(40 * time.Minute)
	w.UseUp(secret, 1, reset)
	g := w.open(t, secret)
	_, err := g.Size(t.Context(), timestamp) // needs two
	if !errors.Is(err, github.ErrRateLimit) || !strings.Contains(err.Error(), reset.Format("15:04")) && !strings.Contains(err.Error(), reset.Add(time.Second).Format("15:04")) {
		t.Errorf("got %v", err)
	}
	before := len(w.Requests())
	if _, err := g.Size(t.Context(), timestamp); !errors.Is(err, github.ErrRateLimit) || len(w.Requests()) != before {
		t.Errorf("GitHub was asked again before its time: %v", err)
	}
}

// TestTrouble: what may go away is worth another try, the rest is not.
func TestTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		fault githubtest.Fault
		again bool
		want  error
	}{
		"a bad gateway":           {githubtest.Fault{Status: 502, Body: "<html>"}, true, nil},
		"a lost connection":       {githubtest.Fault{Before: true}, true, nil},
		"a bad token":             {githubtest.Fault{Status: 401, Body: `{"message":"Bad credentials"}`}, false, github.ErrToken},
		"no rights":               {githubtest.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}, false, github.ErrRights},
		"single sign-on":          {githubtest.Fault{Status: 403, Body: `{"message":"Resource protected by organization SAML enforcement."}`}, false, github.ErrRights},
		"an answer too long":      {githubtest.Fault{Status: 200, Body: `"` + strings.Repeat("x", 65<<20)}, false, manifest.ErrTooLarge},
		"a repository that moved": {githubtest.Fault{Status: 200, Body: `{"full_name":"acme/customers"}`}, false, github.ErrNotThere},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, githubtest.Repo{})
			w.Intercept(func(*http.Request) githubtest.Fault { return c.fault })
			_, err := w.open(t, secret).Size(t.Context(), timestamp)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
			if _, again := errors.AsType[*release.Temporary](err); again != c.again {
				t.Errorf("worth another try: %v, want %v: %v", again, c.again, err)
			}
		})
	}
}
