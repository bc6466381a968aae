package watch

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/koshin-updater/koshin/manifest"
)

// zeros has small files without an end.
type zeros struct{ Source }

func (zeros) Fetch(_ context.Context, _ string, limit int64) ([]byte, error) {
	if limit < 1000 {
		return nil, manifest.ErrTooLarge
	}
	return make([]byte, 1000), nil
}

func TestBudget(t *testing.T) {
	t.Parallel()
	b := &budget{Source: zeros{}, left: 2500}
	for i := range 2 {
		if _, err := b.Fetch(t.Context(), "x", 1<<20); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if _, err := b.Fetch(t.Context(), "x", 1<<20); !errors.Is(err, errBudget) || !errors.Is(err, manifest.ErrTooLarge) || b.left != 500 {
		t.Errorf("got %v, left %d", err, b.left)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	l := &look{report: &Report{}}
	for range 10 * maxFindings {
		l.found(Warning, Expires, "x", "%s", strings.Repeat("長|\n\x1b[31m", 1000))
	}
	l.found(OK, FirstUse, "", "x")
	l.found(Unknown, Proxy, "", "x")
	l.found(Critical, Expired, "", "x")
	l.conclude()
	if r := l.report; len(r.Findings) != maxFindings || r.LeftOut != 9*maxFindings+3 || r.Level != Critical || r.Findings[1].Level != Unknown || r.Findings[2].Level != Warning {
		t.Errorf("%d findings, %d left out, %v", len(r.Findings), r.LeftOut, r.Level)
	}
	text := l.report.Findings[5].Text
	if len([]rune(text)) > maxText+1 || strings.ContainsFunc(text, func(r rune) bool { return r == '|' || !unicode.IsPrint(r) }) {
		t.Errorf("%d: %q", len(text), text)
	}
}

func TestLasts(t *testing.T) {
	t.Parallel()
	until := func(hours ...int) (chain []*x509.Certificate) {
		for _, h := range hours {
			chain = append(chain, &x509.Certificate{NotAfter: time.Unix(int64(h)*3600, 0)})
		}
		return chain
	}
	// The leaf's issuer was cross-signed by somebody whose root ends sooner.
	if got := lasts([][]*x509.Certificate{until(9, 50, 3), until(9, 50, 90)}); got.Unix() != 9*3600 {
		t.Errorf("got %v", got)
	}
	if got := lasts(nil); !got.IsZero() {
		t.Errorf("no chain: %v", got)
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour: "0 minutes", 90 * time.Second: "1 minute", 119 * time.Minute: "119 minutes", 2 * time.Hour: "2 hours",
		47 * time.Hour: "47 hours", 48 * time.Hour: "2 days", 400 * day: "400 days",
	} {
		if got := Span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	for _, one := range []Level{OK, Warning, Critical, Unknown} {
		text, err := one.MarshalText()
		var again Level
		if err != nil || again.UnmarshalText(text) != nil || again != one {
			t.Errorf("%v became %v", one, again)
		}
	}
	if new(Level).UnmarshalText([]byte("FINE")) == nil {
		t.Error("FINE is a level")
	}
}
