package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// errTimeUp ends a look that took too long.
var errTimeUp = errors.New("the time for one look is over")

// firstRoot is the anchor that every repository shows.
const firstRoot = "metadata/1.root.json"

// MaxAnchor is what a root.json may have, in bytes; a real one takes 4 KiB.
const MaxAnchor = 256 << 10

// Look goes to the repository once. Whatever happens is in the report; a state that
// came along is changed only by what a PC would have accepted.
func Look(ctx context.Context, source Source, o Options) *Report {
	o = o.withDefaults()
	now := o.Now().UTC().Truncate(time.Second)
	l := &look{o: o, now: now, source: source, places: map[string]int{}, report: &Report{
		Schema: Schema, Address: source.String(), Time: now, Packages: Packages{Deep: o.Deep},
		Roles: []Role{}, Products: []Product{}, Hosts: []Host{}, Findings: []Finding{},
	}}
	ctx, cancel := context.WithTimeoutCause(ctx, o.Timeout, errTimeUp)
	defer cancel()
	if anchor := l.anchor(ctx); anchor != nil {
		l.asNewcomer(ctx, anchor)
		l.asKnown(ctx, anchor)
		l.packages(ctx)
	}
	l.hosts()
	l.conclude()
	return l.report
}

type look struct {
	o      Options
	now    time.Time
	source Source
	report *Report
	wanted []wanted       // packages
	places map[string]int // of wanted, by path
	failed []Kind         // of the newcomer's look
}

// found adds a finding.
func (l *look) found(level Level, kind Kind, subject, format string, args ...any) {
	l.report.Findings = append(l.report.Findings, Finding{level, kind, OneLine("%s", subject), OneLine(format, args...)})
}

// broken adds a failure, with the kind that it has.
func (l *look) broken(subject string, err error) Kind {
	kind := l.kind(err)
	l.found(kind.level(), kind, subject, "%v", err)
	return kind
}

// kind tells failures apart, those of the trust rules first: they say more.
func (l *look) kind(err error) Kind {
	for _, one := range []struct {
		is   error
		kind Kind
	}{
		{trust.ErrExpired, Expired}, {trust.ErrRollback, Rollback}, {trust.ErrSignature, Signature}, {trust.ErrMismatch, Mismatch},
		{errBudget, TooLarge}, {manifest.ErrTooLarge, Mismatch}, {trust.ErrRefused, Refused}, {trust.ErrIncomplete, Incomplete}, {trust.ErrAnchor, Anchor},
		{context.Canceled, Unfinished}, {errTimeUp, Unfinished}, {errSlow, Slow},
	} {
		if errors.Is(err, one.is) {
			return one.kind
		}
	}
	if kind := l.o.KindOf(err); kind != "" {
		return kind
	}
	return Unreachable
}

// anchor is the root to begin with: the one that was given, the one of an earlier
// look, or what is there.
func (l *look) anchor(ctx context.Context) []byte {
	from, anchor := "given", l.o.Anchor
	if s := l.o.State; s != nil && len(s.Anchor) > 0 {
		switch {
		case anchor == nil:
			from, anchor = "state", s.Anchor
		case !slices.Equal(anchor, s.Anchor):
			l.found(Unknown, Memory, "", "the state began with another anchor than the one that is given; take another file, or remove it")
			return nil
		}
	}
	if anchor == nil {
		data, err := l.source.Fetch(ctx, firstRoot, MaxAnchor)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			l.found(Critical, NoRepository, firstRoot, "there is no repository: %v", err)
			return nil
		case err != nil:
			l.broken(firstRoot, l.inTime(ctx, err))
			return nil
		}
		from, anchor = "first-use", data
	}
	sum := sha256.Sum256(anchor)
	l.report.Anchor = Believed{From: from, SHA256: hex.EncodeToString(sum[:])}
	if from == "first-use" || from == "state" && l.o.State.First {
		l.found(OK, FirstUse, firstRoot, "no anchor was given: believing the root that was there at the first look, SHA-256 %x", sum)
	}
	return anchor
}

// asNewcomer looks as a PC that was never here: it needs every file.
func (l *look) asNewcomer(ctx context.Context, anchor []byte) {
	from := &budget{Source: l.source, left: maxMetadata}
	repository := l.refresh(ctx, from, trust.Options{Anchor: anchor})
	if repository == nil {
		return
	}
	for _, r := range repository.Roles() {
		if r.Name == "root" {
			l.report.Anchor.Version = r.Version
		}
		l.role(r)
	}
	for _, id := range repository.Products() {
		l.product(ctx, repository, id)
	}
}

func (l *look) refresh(ctx context.Context, from trust.Fetcher, o trust.Options) *trust.Repository {
	o.Now, o.Log = l.o.Now, l.o.Log
	client, err := trust.Open(o)
	var repository *trust.Repository
	if err == nil {
		repository, err = client.Refresh(ctx, from)
	}
	switch {
	case err == nil:
		return repository
	case errors.Is(err, trust.ErrAnchor) && l.report.Anchor.From == "first-use":
		l.found(Critical, NoRepository, firstRoot, "there is no repository: %v", err)
	default:
		l.failed = append(l.failed, l.broken("metadata", l.inTime(ctx, err)))
	}
	return nil
}

// role judges how long one is still valid.
func (l *look) role(r trust.Role) {
	limits := l.o.Thresholds.Roles
	if r.Name == "timestamp" {
		limits = l.o.Thresholds.Timestamp
	}
	left := r.Expires.Sub(l.now)
	level := limits.level(left)
	l.report.Roles = append(l.report.Roles, Role{r.Name, r.Version, r.Expires.UTC(), seconds(left), level})
	if level != OK {
		l.found(level, Expires, r.Name, "%s expires in %s", r.Name, Span(left))
	}
}

// asKnown looks as a PC that was here before: it notices what went down.
func (l *look) asKnown(ctx context.Context, anchor []byte) {
	s := l.o.State
	if s == nil {
		return
	}
	first := l.report.Anchor.From == "first-use"
	from := &budget{Source: l.source, left: maxMetadata}
	client, err := trust.Open(trust.Options{Anchor: anchor, Cache: s.Trust, Seen: s.Seen, Now: l.o.Now, Log: l.o.Log})
	if err == nil {
		err = l.again(ctx, client, from)
	}
	if err != nil {
		if kind := l.kind(l.inTime(ctx, err)); !slices.Contains(l.failed, kind) {
			l.found(kind.level(), kind, "metadata", "as a PC that was here before: %v", err)
		}
		return
	}
	s.Anchor, s.First, s.Looked = anchor, s.First || first, l.now
}

// again does what a PC does every day, for all products.
func (l *look) again(ctx context.Context, client *trust.Client, from trust.Fetcher) error {
	repository, err := client.Refresh(ctx, from)
	if err != nil {
		return err
	}
	for _, id := range repository.Products() {
		for _, channel := range channels() {
			if _, err := repository.Release(ctx, id, channel); err != nil && !errors.Is(err, trust.ErrUnknownProduct) {
				return err
			}
		}
	}
	return nil
}

// inTime says that the host was slow, where that is what ended a wait for metadata:
// all of it is a few small files.
func (l *look) inTime(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errTimeUp):
		return fmt.Errorf("%w: no complete metadata within %v", errSlow, l.o.Timeout)
	case cause != nil:
		return cause
	}
	return err
}

// hosts judges the certificates on the way.
func (l *look) hosts() {
	for _, h := range l.o.Witness.seen() {
		left := h.Expires.Sub(l.now)
		h.SecondsLeft, h.Level = seconds(left), l.o.Thresholds.Certificate.level(left)
		l.report.Hosts = append(l.report.Hosts, h)
		if h.Level != OK {
			l.found(h.Level, CertificateExpires, h.Name, "the certificate of %s expires in %s", h.Name, Span(left))
		}
	}
}

// conclude puts the worst first.
func (l *look) conclude() {
	r := l.report
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		switch {
		case a.Level == b.Level:
			return 0
		case worse(a.Level, b.Level) == a.Level:
			return -1
		}
		return 1
	})
	if len(r.Findings) > 0 {
		r.Level = r.Findings[0].Level
	}
	r.ExitCode = int(r.Level)
	if r.LeftOut = max(0, len(r.Findings)-maxFindings); r.LeftOut > 0 {
		r.Findings = r.Findings[:maxFindings]
	}
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
