package releasetest

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/release"
)

// edits changes each file of a destination by hand and publishes the next
// state. A timestamp that no client accepts is replaced; every other file is
// named, and nothing is sent.
func (s *suite) edits(t *testing.T) {
	if s.empty(t).Overwrite == nil {
		t.Skip("nobody can edit a file there")
	}
	paths := s.smallFiles(t, stateOne)
	packages, err := filepath.Glob(filepath.Join(s.path(stateOne), "targets", "*", "*", "*"))
	s.must(t, err)
	for _, file := range packages {
		relative, err := filepath.Rel(s.path(stateOne), file)
		s.must(t, err)
		paths = append(paths, filepath.ToSlash(relative))
	}
	fresh := s.prepared(t, stateTwo)
	for _, path := range paths {
		if _, err := fresh.Fetch(t.Context(), path, 4<<20); err != nil {
			continue // the next state does not refer to it
		}
		for name, edit := range map[string]func([]byte) []byte{
			"cut short":      func(b []byte) []byte { return b[:len(b)/2] },
			"a word changed": func(b []byte) []byte { return bytes.Replace(b, []byte(`"`), []byte(`" `), 3) },
		} {
			t.Run(path+" "+name, func(t *testing.T) {
				t.Parallel()
				s.edit(t, path, edit(s.read(t, stateOne, path)))
			})
		}
	}
}

func (s *suite) edit(t *testing.T, path string, data []byte) {
	place := s.prepared(t, stateOne)
	if bytes.Equal(data, s.read(t, stateOne, path)) {
		return
	}
	place.Overwrite(t, path, data)
	p := s.publisher(t, place, stateTwo)
	err := p.publish(t)
	if path == timestampPath {
		if err != nil {
			t.Errorf("a timestamp that nobody signed stays: %v", err)
		}
		s.sees(t, s.reader(t, place), "a timestamp edited at the destination", stateTwo)
		return
	}
	if !errors.Is(err, release.ErrDestinationDamaged) {
		t.Errorf("got %v", err)
	} else if !strings.Contains(err.Error(), path) {
		t.Errorf("the file is not named: %v", err)
	}
	if len(p.net.arrivedLarge()) > 0 {
		t.Error("packages were sent all the same")
	}
	if data, err := place.Fetch(t.Context(), timestampPath, 4<<20); err != nil || s.stateOf(data) != stateOne {
		t.Errorf("the state has changed all the same, %v", err)
	}
}

// damaged spoils a package on the publisher's disk, without changing its
// length.
func (s *suite) damaged(t *testing.T) {
	t.Parallel()
	place := s.prepared(t, stateOne)
	r := s.reader(t, place)
	p := s.publisher(t, place, stateTwo)
	files, err := filepath.Glob(filepath.Join(p.repo, "targets", string(worldProduct), "2.3.0", "*.linux-amd64.tree"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	s.must(t, err)
	data[len(data)-1] ^= 1 // the last byte: it must not be sent before all were checked
	s.must(t, os.WriteFile(files[0], data, 0o644))
	if err := p.publish(t); !errors.Is(err, release.ErrDamaged) {
		t.Errorf("got %v", err)
	}
	path := "targets/" + string(worldProduct) + "/2.3.0/" + filepath.Base(files[0])
	if _, err := place.Fetch(t.Context(), path, 1<<20); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the damaged package is there: %v", err)
	}
	s.sees(t, r, "a package damaged on the publisher's disk", stateOne)
}

// failing is a host that fails each time, in each phase of a publishing: the
// publisher gives up, and readers have noticed nothing.
func (s *suite) failing(t *testing.T) {
	t.Parallel()
	place := s.prepared(t, stateOne)
	r := s.reader(t, place)
	for _, at := range []int{0, 3, s.stepsFrom(t, stateOne) - 1} {
		p := s.publisher(t, place, stateTwo)
		p.net.at, p.net.how, p.net.lasting = at, before, true
		if err := p.publish(t); err == nil || errors.Is(err, errEndless) {
			t.Errorf("from step %d on: %v", at, err)
		}
		if len(p.net.steps) > at+mostTries {
			t.Errorf("from step %d on: tried %d times", at, len(p.net.steps)-at)
		}
		s.sees(t, r, "a host that keeps failing", stateOne)
	}
}

// mostTries is far above what four parallel uploads and five attempts make.
const mostTries = 100

// headers looks at what caches on the way may keep.
func (s *suite) headers(t *testing.T) {
	t.Parallel()
	place := s.prepared(t, stateTwo)
	if place.CacheControl == nil {
		t.Skip("the host decides alone")
	}
	for _, path := range s.smallFiles(t, stateTwo) {
		if _, err := place.Fetch(t.Context(), path, 4<<20); err != nil {
			continue // of an older state, never published here
		}
		got, want := place.CacheControl(t, path), "immutable"
		if path == timestampPath {
			want = "no-cache"
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s has %s %q, want %s", path, http.CanonicalHeaderKey("cache-control"), got, want)
		}
	}
}
