package release

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest/trust"
)

func (p publisher) publish(t *testing.T, to Destination) (Published, error) {
	t.Helper()
	return p.open(t).Publish(t.Context(), to, nil)
}

// TestPublishCutAtEveryUpload cuts the second publishing off at each of its
// uploads, before it and in the middle of it. Whoever reads in between sees the
// first release or the second; repeating sends what is missing and no more.
func TestPublishCutAtEveryUpload(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	first := t.TempDir()
	_, err := p.publish(t, newHost(t, first))
	try(t, err)
	try(t, p.offer(t.Context(), t, p.open(t)))

	whole := newHost(t, copyOf(t, first))
	_, err = p.publish(t, whole)
	try(t, err)
	for cut := range 2 * len(whole.uploaded) {
		h := newHost(t, copyOf(t, first))
		h.cutAt, h.halfway = cut/2, cut%2 == 1
		h.after = func(path string) {
			if _, err := client(t.Context(), h.dir, p.options().Now); err != nil {
				t.Errorf("after %s a client fails: %v", path, err)
			}
		}
		if _, err := p.publish(t, h); !errors.Is(err, errCut) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if versions, err := client(t.Context(), h.dir, p.options().Now); err != nil || !slices.Equal(versions, []string{"2.2.0"}) {
			t.Fatalf("cut at %d: a client sees %v, %v", cut, versions, err)
		}
		h.cutAt = -1
		done, err := p.publish(t, h)
		try(t, err)
		if !slices.Equal(h.uploaded, whole.uploaded) || int(done.Files) != len(whole.uploaded)-cut/2 {
			t.Errorf("cut at %d: uploaded %v in all, want %v", cut, h.uploaded, whole.uploaded)
		}
		if versions, err := client(t.Context(), h.dir, p.options().Now); err != nil || !slices.Equal(versions, []string{"2.3.0", "2.2.0"}) {
			t.Fatalf("cut at %d, repeated: a client sees %v, %v", cut, versions, err)
		}
	}
}

// TestFirstPublishCut does the same for an empty destination: until the
// timestamp is there, there is no repository yet, and never a broken one.
func TestFirstPublishCut(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	whole := newHost(t, t.TempDir())
	_, err := p.publish(t, whole)
	try(t, err)
	if last := whole.uploaded[len(whole.uploaded)-1]; last != timestampPath {
		t.Errorf("last upload is %s", last)
	}
	for cut := range whole.uploaded {
		h := newHost(t, t.TempDir())
		h.cutAt = cut
		if _, err := p.publish(t, h); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		if _, err := client(t.Context(), h.dir, p.options().Now); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, trust.ErrRefused) {
			t.Errorf("cut at %d: a client sees %v", cut, err)
		}
		h.cutAt = -1
		_, err := p.publish(t, h)
		try(t, err)
		if !slices.Equal(h.uploaded, whole.uploaded) {
			t.Errorf("cut at %d: uploaded %v", cut, h.uploaded)
		}
	}
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "host")
	try(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	other := newPublisher(t)
	published := t.TempDir()
	_, err := p.publish(t, newHost(t, published))
	try(t, err)

	tests := []struct {
		name    string
		prepare func(t *testing.T, p publisher, host string)
		want    error
	}{
		{"another repository", func(t *testing.T, _ publisher, host string) {
			try(t, os.RemoveAll(host))
			_, err := other.copy(t).publish(t, newHost(t, host))
			try(t, err)
		}, ErrDestinationDifferent},
		{"half of another repository", func(t *testing.T, _ publisher, host string) {
			try(t, os.RemoveAll(host))
			h := newHost(t, host)
			h.cutAt = 3
			_, err := other.copy(t).publish(t, h)
			if !errors.Is(err, errCut) {
				t.Fatal(err)
			}
		}, ErrDestinationDifferent},
		{"another repository that is further on", func(t *testing.T, _ publisher, host string) {
			try(t, os.RemoveAll(host))
			ahead := other.copy(t)
			try(t, ahead.open(t).Refresh(t.Context()))
			_, err := ahead.publish(t, newHost(t, host))
			try(t, err)
		}, ErrDestinationDifferent},
		{"a newer state", func(t *testing.T, p publisher, host string) {
			ahead := p.copy(t)
			try(t, ahead.open(t).Refresh(t.Context()))
			_, err := ahead.publish(t, newHost(t, host))
			try(t, err)
		}, ErrDestinationNewer},
		{"a newer root", func(t *testing.T, _ publisher, host string) {
			try(t, os.WriteFile(filepath.Join(host, "metadata", "2.root.json"), []byte("{}"), 0o644))
		}, ErrDestinationNewer},
		{"another history", func(t *testing.T, p publisher, host string) {
			fork := p.copy(t)
			try(t, fork.open(t).Withdraw(t.Context(), "torikomi-soshin", number(t, "2.2.0"), "elsewhere"))
			_, err := fork.publish(t, newHost(t, host))
			try(t, err)
			try(t, p.open(t).Refresh(t.Context()))
			try(t, p.open(t).Refresh(t.Context()))
		}, ErrDestinationDifferent},
		{"a package damaged on our disk", func(t *testing.T, p publisher, host string) {
			p.add(t, p.open(t), "2.3.0")
			spoil(t, p, "2.3.0")
		}, ErrDamaged},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, host := p.copy(t), copyOf(t, published)
			test.prepare(t, p, host)
			before := files(t, host)
			_, err := p.publish(t, newHost(t, host))
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if before[timestampPath] != files(t, host)[timestampPath] {
				t.Error("the timestamp was replaced")
			}
		})
	}
}

// spoil changes one bit of a build's package, and not its length.
func spoil(t *testing.T, p publisher, v string) {
	t.Helper()
	product, err := p.open(t).Product("torikomi-soshin")
	try(t, err)
	b, err := product.build(number(t, v))
	try(t, err)
	file := filepath.Join(p.dir, filepath.FromSlash(targetPath(b.Packages[0].Target, b.Packages[0].SHA256)))
	data, err := os.ReadFile(file)
	try(t, err)
	data[len(data)/2] ^= 1
	try(t, os.WriteFile(file, data, 0o644))
}

func TestVerifyFindsOneBit(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	try(t, p.open(t).Verify(t.Context()))
	spoil(t, p, "2.2.0")
	if err := p.open(t).Verify(t.Context()); !errors.Is(err, ErrUnverifiable) {
		t.Errorf("got %v", err)
	}
}

// TestPublishExpired: what a client would refuse is not published, and a
// refresh mends it.
func TestPublishExpired(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	h := newHost(t, t.TempDir())
	now := p.options().Now().AddDate(0, 0, timestampDays).Add(time.Hour)
	later := p.options()
	later.Now = func() time.Time { return now }
	r, err := Open(p.dir, later)
	try(t, err)
	if _, err := r.Publish(t.Context(), h, nil); !errors.Is(err, trust.ErrExpired) || !errors.Is(err, ErrUnverifiable) {
		t.Errorf("got %v", err)
	}
	if len(h.uploaded) != 0 {
		t.Errorf("uploaded %v", h.uploaded)
	}
	s, err := r.Status(t.Context())
	try(t, err)
	if !strings.Contains(s.Problem, "expired") || s.Roles[len(s.Roles)-1].DaysLeft != -1 {
		t.Errorf("status says %q, %+v", s.Problem, s.Roles)
	}
	try(t, r.Refresh(t.Context()))
	_, err = r.Publish(t.Context(), h, nil)
	try(t, err)
}

// TestPublishMendsTimestamp: a destination without atomic writes may have been
// left with half a timestamp.
func TestPublishMendsTimestamp(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	h := newHost(t, t.TempDir())
	_, err := p.publish(t, h)
	try(t, err)
	try(t, os.WriteFile(filepath.Join(h.dir, "metadata", "timestamp.json"), []byte(`{"signed"`), 0o644))
	done, err := p.publish(t, h)
	try(t, err)
	if done.Files != 1 {
		t.Errorf("uploaded %d files", done.Files)
	}
	_, err = client(t.Context(), h.dir, p.options().Now)
	try(t, err)
}

func TestUploadOrder(t *testing.T) {
	t.Parallel()
	s, err := readState(t.Context(), newPublisher(t).dir)
	try(t, err)
	s.root.Signed.Version = 11
	var roots []string
	for _, f := range s.smallFiles() {
		if uploadRank(f.path) == rankRoot {
			roots = append(roots, f.path)
		}
	}
	if len(roots) != 11 || roots[1] != "metadata/2.root.json" || roots[10] != "metadata/11.root.json" {
		t.Errorf("roots go up as %v", roots)
	}
}

var _ trust.Fetcher = tree{}
