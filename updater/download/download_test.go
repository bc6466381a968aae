package download

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/transport"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// quick are the options of tests that do not wait.
var quick = Options{Pause: time.Millisecond}

// content is the package that all tests load: larger than one buffer, not a
// multiple of it.
func content(size int) []byte {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

func promised(data []byte) wanted {
	return wanted{path: "targets/p/x.tree", length: int64(len(data)), sha256: sha256.Sum256(data)}
}

// host is a real TLS host whose answers a test chooses, and what it was asked.
type host struct {
	transport.Source
	mu     sync.Mutex
	ranges []string // the Range header of each request
}

func newHost(t testing.TB, answer http.HandlerFunc) *host {
	t.Helper()
	h := &host{}
	ca := transporttest.Authority(t)
	url := transporttest.Host(t, transport.ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})),
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.mu.Lock()
			h.ranges = append(h.ranges, r.Header.Get("Range"))
			h.mu.Unlock()
			answer(w, r)
		}))
	client, err := transport.NewClient(transport.Options{CAFile: transporttest.CAFile(t, ca)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	h.Source, err = transport.ParseSource(url, "", client)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func serving(data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

func (h *host) asked(t *testing.T, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if strings.Join(h.ranges, "|") != strings.Join(want, "|") {
		t.Errorf("the host was asked for %q, want %q", h.ranges, want)
	}
}

// leave puts what an earlier run left behind.
func leave(t *testing.T, dir string, want wanted, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, want.sha256.String()+Unverified), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// holds compares all of a folder with what it should hold, name by name.
func holds(t *testing.T, dir string, want map[string][]byte) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if expected, ok := want[e.Name()]; err != nil || !ok || !bytes.Equal(data, expected) {
			t.Errorf("%s: %d bytes, unexpected (%v)", e.Name(), len(data), err)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, want %d", len(entries), len(want))
	}
}

func TestFetchFresh(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, bufferSize, 3*bufferSize + 7} {
		data, dir := content(size), t.TempDir()
		want, host := promised(data), newHost(t, serving(data))
		var last int64
		o := quick
		o.Progress = func(done, total int64) {
			if done < last || total != want.length {
				t.Errorf("progress went from %d to %d of %d", last, done, total)
			}
			last = done
		}
		result, err := fetch(t.Context(), host, want, dir, o)
		if err != nil || result.Bytes != want.length || result.ResumedFrom != 0 || last != want.length {
			t.Fatalf("%d bytes: %+v, progress %d, %v", size, result, last, err)
		}
		if result.Path != filepath.Join(dir, want.sha256.String()) {
			t.Errorf("path %s", result.Path)
		}
		holds(t, dir, map[string][]byte{want.sha256.String(): data})
	}
}

func TestFetchNeedsPromise(t *testing.T) {
	t.Parallel()
	dir, host := t.TempDir(), newHost(t, serving(nil))
	if _, err := Fetch(t.Context(), host, manifest.Promise{}, dir, quick); !errors.Is(err, ErrNoPromise) {
		t.Errorf("got %v", err)
	}
	host.asked(t)
	holds(t, dir, nil)
}

func TestFetchAlreadyThere(t *testing.T) {
	t.Parallel()
	data, dir := content(1000), t.TempDir()
	want, host := promised(data), newHost(t, serving(data))
	name := filepath.Join(dir, want.sha256.String())
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := fetch(t.Context(), host, want, dir, quick); err != nil || r.Bytes != 0 || r.Path != name {
		t.Errorf("%+v, %v", r, err)
	}
	host.asked(t)
	// The name alone proves nothing.
	data[500] ^= 1
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	data[500] ^= 1
	if r, err := fetch(t.Context(), host, want, dir, quick); err != nil || r.Bytes != want.length {
		t.Errorf("%+v, %v", r, err)
	}
	holds(t, dir, map[string][]byte{want.sha256.String(): data})
}

func TestFetchResumes(t *testing.T) {
	t.Parallel()
	data := content(2*bufferSize + 7)
	want := promised(data)
	damaged := bytes.Clone(data[:1000])
	damaged[10] ^= 1
	for name, row := range map[string]struct {
		left        []byte
		answer      http.HandlerFunc
		asked       []string
		resumedFrom int64
		bytes       int
	}{
		"a part":         {data[:1000], serving(data), []string{"bytes=1000-"}, 1000, len(data) - 1000},
		"all but a byte": {data[:len(data)-1], serving(data), []string{"bytes=" + strconv.Itoa(len(data)-1) + "-"}, want.length - 1, 1},
		"all of it":      {data, serving(data), nil, want.length, 0},
		"too much":       {append(bytes.Clone(data), 'x'), serving(data), []string{""}, 0, len(data)},
		"a damaged part": {damaged, serving(data), []string{"bytes=1000-", ""}, 0, len(data) - 1000 + len(data)},
		"nothing at all": {nil, serving(data), []string{""}, 0, len(data)},
		"host without ranges": {data[:1000], func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) },
			[]string{"bytes=1000-"}, 0, len(data)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, host := t.TempDir(), newHost(t, row.answer)
			leave(t, dir, want, row.left)
			r, err := fetch(t.Context(), host, want, dir, quick)
			if err != nil || r.ResumedFrom != row.resumedFrom || r.Bytes != int64(row.bytes) {
				t.Errorf("%+v, %v", r, err)
			}
			host.asked(t, row.asked...)
			holds(t, dir, map[string][]byte{want.sha256.String(): data})
		})
	}
}

// The line breaks after every 100 000 bytes; the download does not.
func TestFetchBrokenLine(t *testing.T) {
	t.Parallel()
	data, dir := content(350_000), t.TempDir()
	want := promised(data)
	host := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(&breaking{ResponseWriter: w, left: 100_000}, r, "", time.Time{}, bytes.NewReader(data))
	})
	r, err := fetch(t.Context(), host, want, dir, quick)
	if err != nil || r.Bytes != want.length || r.ResumedFrom != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(host.ranges) < 4 {
		t.Errorf("only %d requests", len(host.ranges))
	}
	holds(t, dir, map[string][]byte{want.sha256.String(): data})
}

// A host that comes back after two refusals is still good enough.
func TestFetchHostComesBack(t *testing.T) {
	t.Parallel()
	data, dir := content(2000), t.TempDir()
	want := promised(data)
	var requests atomic.Int32
	host := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		switch requests.Add(1) {
		case 1:
			serving(data)(&breaking{ResponseWriter: w, left: 1500}, r)
		case 2, 3:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			serving(data)(w, r)
		}
	})
	if r, err := fetch(t.Context(), host, want, dir, quick); err != nil || r.Bytes != want.length {
		t.Errorf("%+v, %v", r, err)
	}
	host.asked(t, "", "bytes=1500-", "bytes=1500-", "bytes=1500-")
}

// breaking cuts the connection after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left {
		_, _ = b.ResponseWriter.Write(p[:b.left])
		_ = http.NewResponseController(b.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

func TestFetchRefusesOtherBytes(t *testing.T) {
	t.Parallel()
	data := content(bufferSize + 7)
	want := promised(data)
	flipped := bytes.Clone(data)
	flipped[len(data)-1] ^= 1
	for name, row := range map[string]struct {
		left   []byte
		answer http.HandlerFunc
		also   error
	}{
		"one bit":                {nil, serving(flipped), nil},
		"one bit, resumed":       {data[:100], serving(flipped), nil},
		"one byte more":          {nil, serving(append(bytes.Clone(data), 'x')), manifest.ErrTooLarge},
		"one byte more, resumed": {data[:100], serving(append(bytes.Clone(data), 'x')), manifest.ErrTooLarge},
		"without an end": {nil, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(data); err != nil {
					return
				}
			}
		}, manifest.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, host := t.TempDir(), newHost(t, row.answer)
			if row.left != nil {
				leave(t, dir, want, row.left)
			}
			_, err := fetch(t.Context(), host, want, dir, quick)
			if !errors.Is(err, ErrMismatch) || (row.also != nil && !errors.Is(err, row.also)) {
				t.Errorf("got %v", err)
			}
			holds(t, dir, nil)
		})
	}
}

func TestFetchGivesUp(t *testing.T) {
	t.Parallel()
	data := content(100_000)
	want := promised(data)
	hang := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data[:5000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(data) && r.Context().Err() == nil; i++ {
			_, _ = w.Write(data[i : i+1])
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	impatient := Options{Pause: time.Millisecond, StallAfter: 300 * time.Millisecond, MinSpeed: 10_000}
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		want   error
		kept   bool
	}{
		"stops sending":    {hang, ErrStalled, true},
		"drips":            {drip, ErrStalled, true},
		"says nothing":     {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ErrStalled, false},
		"ends early":       {serving(data[:5000]), ErrIncomplete, true},
		"does not have it": {http.NotFound, ErrAbsent, false},
		"has a fault":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, transport.ErrStatus, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			host := newHost(t, row.answer)
			_, err := fetch(t.Context(), host, want, dir, impatient)
			if !row.kept {
				host.asked(t, "") // nothing came: it is not asked again
			}
			if !errors.Is(err, row.want) || errors.Is(err, ErrMismatch) {
				t.Fatalf("got %v, want %v", err, row.want)
			}
			left, err := os.ReadFile(filepath.Join(dir, want.sha256.String()+Unverified))
			if kept := err == nil; kept != row.kept || !bytes.HasPrefix(data, left) {
				t.Fatalf("kept %d bytes: %v", len(left), err)
			}
			// A better host finishes what is there.
			r, err := fetch(t.Context(), newHost(t, serving(data)), want, dir, quick)
			if err != nil || r.ResumedFrom != int64(len(left)) || r.Bytes != want.length-int64(len(left)) {
				t.Errorf("then %+v, %v", r, err)
			}
		})
	}
}

func TestFetchCancelled(t *testing.T) {
	t.Parallel()
	data, dir := content(8*bufferSize), t.TempDir()
	want, host := promised(data), newHost(t, serving(data))
	ctx, cancel := context.WithCancel(t.Context())
	o := quick
	o.Progress = func(done, _ int64) {
		if done > bufferSize {
			cancel()
		}
	}
	if _, err := fetch(ctx, host, want, dir, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	r, err := fetch(t.Context(), host, want, dir, quick)
	if err != nil || r.ResumedFrom <= bufferSize || r.ResumedFrom+r.Bytes != want.length {
		t.Errorf("then %+v, %v", r, err)
	}
	holds(t, dir, map[string][]byte{want.sha256.String(): data})
}

// A link under our names must not make us write somewhere else, nor be taken
// for the file, even if it looks right: it may point elsewhere tomorrow.
func TestFetchFollowsNoLink(t *testing.T) {
	t.Parallel()
	dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
	data := content(len(victim)) // as long as the link itself
	want, host := promised(data), newHost(t, serving(data))
	if err := os.WriteFile(victim, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{want.sha256.String() + Unverified, want.sha256.String()} {
		if err := os.Symlink(victim, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	r, err := fetch(t.Context(), host, want, dir, quick)
	if err != nil || r.Bytes != want.length {
		t.Errorf("%+v, %v", r, err)
	}
	if info, err := os.Lstat(r.Path); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v, %v", info, err)
	}
	if left, _ := os.ReadFile(victim); !bytes.Equal(left, data) {
		t.Errorf("the victim holds %q", left)
	}
}

// A folder is a source like a host.
func TestFetchFromFolder(t *testing.T) {
	t.Parallel()
	data, repo, dir := content(bufferSize+1), t.TempDir(), t.TempDir()
	want := promised(data)
	file := filepath.Join(repo, filepath.FromSlash(want.path))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o600)); err != nil {
		t.Fatal(err)
	}
	source, err := transport.ParseSource(repo, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	leave(t, dir, want, data[:99])
	if r, err := fetch(t.Context(), source, want, dir, quick); err != nil || r.ResumedFrom != 99 {
		t.Errorf("%+v, %v", r, err)
	}
	holds(t, dir, map[string][]byte{want.sha256.String(): data})
}
