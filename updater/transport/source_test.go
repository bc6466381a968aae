package transport

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// hostOf is a Source behind a real host.
func hostOf(t *testing.T, handler http.Handler) *host {
	t.Helper()
	url, client := startHost(t, handler)
	source, err := ParseSource(url, "", client)
	if err != nil {
		t.Fatal(err)
	}
	return source.(*host)
}

// One suite for every kind of source.
func TestSourceContract(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "metadata"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "metadata", "1.root.json"), []byte("0123456789"), 0o644); err != nil {
		t.Fatal(err)
	}
	files := http.NewServeMux()
	files.Handle("/", http.FileServer(http.Dir(dir)))
	files.Handle("/a/b/", http.StripPrefix("/a/b", http.FileServer(http.Dir(dir))))
	url, client := startHost(t, files)
	for name, text := range map[string]string{
		"host":            url,
		"host with slash": url + "/",
		"host with path":  url + "/a/b/",
		"folder":          dir,
		"relative folder": ".",
		"file URL":        fileURL(dir),
	} {
		source, err := ParseSource(text, dir, client)
		if err != nil {
			t.Fatal(err)
		}
		if source.String() != text {
			t.Errorf("%s: String is %q", name, source)
		}
		t.Run(name, func(t *testing.T) { testContract(t, source) })
	}
}

func testContract(t *testing.T, source Source) {
	ctx := t.Context()
	const path = "metadata/1.root.json"
	for _, limit := range []int64{10, 11, 1 << 20} {
		if data, err := source.Fetch(ctx, path, limit); err != nil || string(data) != "0123456789" {
			t.Errorf("limit %d: %q, %v", limit, data, err)
		}
	}
	for _, limit := range []int64{0, 1, 9} {
		if data, err := source.Fetch(ctx, path, limit); !errors.Is(err, manifest.ErrTooLarge) || data != nil {
			t.Errorf("limit %d: %q, %v", limit, data, err)
		}
	}
	for _, missing := range []string{"metadata/2.root.json", "nowhere/x"} {
		if _, err := source.Fetch(ctx, missing, 10); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", missing, err)
		}
	}
	for _, bad := range []string{"", "/metadata/1.root.json", "../x", "metadata/../../x", "a//b", "a/", ".", "a/./b", `a\b`, "C:x", "a%2fb", "a?b", "a b", "日本"} {
		if _, err := source.Fetch(ctx, bad, 10); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
		if _, _, err := source.Open(ctx, bad, 0); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("open %q: %v", bad, err)
		}
	}
	for _, offset := range []int64{0, 4, 9} {
		body, start, err := source.Open(ctx, path, offset)
		if err != nil || start != offset {
			t.Fatalf("open at %d: start %d, %v", offset, start, err)
		}
		rest, err := io.ReadAll(body)
		if err = errors.Join(err, body.Close()); err != nil || string(rest) != "0123456789"[offset:] {
			t.Errorf("open at %d: %q, %v", offset, rest, err)
		}
	}
	if size, err := source.Size(ctx, path); size != 10 || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	if _, err := source.Size(ctx, "nowhere/x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("size of nothing: %v", err)
	}
	if _, _, err := source.Open(ctx, path, -1); err == nil {
		t.Error("open at -1: no error")
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := source.Fetch(gone, path, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func fileURL(dir string) string {
	if dir = filepath.ToSlash(dir); !strings.HasPrefix(dir, "/") {
		dir = "/" + dir
	}
	return "file://" + dir
}

func TestHostStatus(t *testing.T) {
	t.Parallel()
	var code atomic.Int32
	source := hostOf(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(code.Load())) }))
	for status, want := range map[int]error{
		403: fs.ErrNotExist, 404: fs.ErrNotExist, 410: fs.ErrNotExist,
		204: ErrStatus, 206: ErrStatus, 304: ErrStatus, 401: ErrStatus, 416: ErrStatus, 429: ErrStatus, 500: ErrStatus, 503: ErrStatus,
	} {
		code.Store(int32(status))
		_, err := source.Fetch(t.Context(), "x", 10)
		if !errors.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
		var typed *StatusError
		if errors.Is(want, ErrStatus) && (!errors.As(err, &typed) || typed.Code != status) {
			t.Errorf("%d: %#v", status, typed)
		}
	}
}

// A body without a length that goes on for ever is stopped at the limit.
func TestHostEndlessBody(t *testing.T) {
	t.Parallel()
	sent := make(chan int, 1)
	source := hostOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := 0
		defer func() { sent <- n }()
		for r.Context().Err() == nil {
			m, err := w.Write(make([]byte, 4096))
			if n += m; err != nil {
				return
			}
		}
	}))
	if _, err := source.Fetch(t.Context(), "x", 1000); !errors.Is(err, manifest.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	<-sent // the host was told to stop
}

// A body that arrives drop by drop ends with our patience, not with the host's.
func TestHostDripFed(t *testing.T) {
	t.Parallel()
	source := hostOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("x"))
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	}))
	source.patience = 250 * time.Millisecond
	if _, err := source.Fetch(t.Context(), "x", 1<<20); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestHostThatSaysNothing(t *testing.T) {
	t.Parallel()
	source := hostOf(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	source.patience = 250 * time.Millisecond
	if _, err := source.Fetch(t.Context(), "x", 1<<20); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.Fetch(ctx, "x", 1<<20); !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestHostRanges(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		start  int64
		body   string
		want   error
	}{
		"knows no ranges": {
			answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "0123456789") },
			start:  0, body: "0123456789",
		},
		"is shorter than the offset": {
			answer: func(w http.ResponseWriter, r *http.Request) {
				http.ServeContent(w, r, "", time.Time{}, strings.NewReader("0123"))
			},
			start: 0, body: "0123",
		},
		"sends another range": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Range", "bytes 3-9/10")
				w.WriteHeader(http.StatusPartialContent)
				_, _ = io.WriteString(w, "3456789")
			},
			want: ErrStatus,
		},
		"names no range": {
			answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusPartialContent) },
			want:   ErrStatus,
		},
	} {
		body, start, err := hostOf(t, row.answer).Open(t.Context(), "x", 6)
		if !errors.Is(err, row.want) || start != row.start {
			t.Errorf("%s: start %d, %v", name, start, err)
		}
		if err == nil {
			data, err := io.ReadAll(body)
			if err = errors.Join(err, body.Close()); err != nil || string(data) != row.body {
				t.Errorf("%s: %q, %v", name, data, err)
			}
		}
	}
}

func TestFolderStaysInside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "link")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	source, _ := ParseSource(dir, "", nil)
	if data, err := source.Fetch(t.Context(), "link", 100); err == nil {
		t.Errorf("read %q through a link", data)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := source.Fetch(t.Context(), "sub", 100); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a folder: %v", err)
	}
}

// A share that is away must not look like a repository without files: the
// trust chain reads "not there" as "there is no newer root".
func TestFolderAway(t *testing.T) {
	t.Parallel()
	source, _ := ParseSource("away", t.TempDir(), nil)
	_, err := source.Fetch(t.Context(), "metadata/timestamp.json", 100)
	if !errors.Is(err, ErrUnreachable) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestParseSource(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"https://updates.example/koshin/": nil,
		"HTTPS://updates.example":         nil,
		"releases":                        nil,
		"../releases":                     nil,
		"file:///srv/releases":            nil,
		"":                                ErrSource,
		"http://updates.example/":         ErrInsecureURL,
		"HTTP://updates.example/":         ErrInsecureURL,
		"github:OWNER/REPO":               nil,
		"GitHub:git.example:8443/a/b@x":   nil,
		"github:OWNER":                    githubpath.ErrPlace,
		"github:OWNER/..":                 ErrSource,
		"github://OWNER/REPO":             ErrSource,
		"github:user:pw@github.com/a/b":   ErrSource,
		"ftp://updates.example/":          ErrSource,
		"https:///koshin":                 ErrSource,
		"https:updates.example":           ErrSource,
		"https://user:pw@updates.example": ErrSource,
		"https://updates.example/?a=b":    ErrSource,
		"https://updates.example/#x":      ErrSource,
		"https://updates.example:port/":   ErrSource,
		"file:releases":                   ErrSource,
	} {
		if _, err := ParseSource(text, "", nil); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
	}
	if _, err := ParseSource("https://user:geheim@updates.example", "", nil); strings.Contains(err.Error(), "geheim") {
		t.Errorf("the password is in the error: %v", err)
	}
	if runtime.GOOS == "windows" {
		for _, dir := range []string{`C:\releases`, `\\server\share\koshin`} {
			if s, err := ParseSource(dir, `D:\x`, nil); err != nil || s.(*folder).dir != dir {
				t.Errorf("%s: %+v, %v", dir, s, err)
			}
		}
	}
}

func TestFileURLPath(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ url, goos, want string }{
		{"file:///srv/releases", "linux", "/srv/releases"},
		{"file://localhost/srv/a%20b", "linux", "/srv/a b"},
		{"file://server/share", "linux", ""},
		{"file:///C:/releases/x", "windows", `C:\releases\x`},
		{"file://server/share/x", "windows", `\\server\share\x`},
		{"file:releases", "windows", ""},
		{"file:///x?y", "linux", ""},
		{"file://", "linux", ""},
	} {
		got, err := fileURLPath(row.url, row.goos)
		if got != row.want || (row.want == "") != errors.Is(err, ErrSource) {
			t.Errorf("%s on %s: %q, %v", row.url, row.goos, got, err)
		}
	}
}

// Whatever the configuration holds, a source is https, a folder, or refused.
func FuzzParseSource(f *testing.F) {
	for _, seed := range []string{"https://a/b", "http://a", "file:///x", "github:a/b", `\\a\b`, `C:\x`, "https://a:1/%zz", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		source, err := ParseSource(text, "base", nil)
		switch s := source.(type) {
		case nil:
			if !errors.Is(err, ErrSource) && !errors.Is(err, ErrInsecureURL) {
				t.Errorf("%q: %v", text, err)
			}
		case *host:
			address, err := s.address("metadata/timestamp.json")
			if u, parsed := url.Parse(address); err != nil || parsed != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
				t.Errorf("%q became %v, %v", text, address, err)
			}
		case *folder:
		}
	})
}

func startHost(t *testing.T, handler http.Handler) (string, *http.Client) {
	t.Helper()
	ca := transporttest.Authority(t)
	client, err := NewClient(Options{CAFile: transporttest.CAFile(t, ca)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return transporttest.Host(t, ServerConfig(transporttest.Issue(t, ca, localca.Leaf{})), handler), client
}
