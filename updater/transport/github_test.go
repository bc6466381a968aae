package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// What GitHub and its download store are called, and what opens a file there.
const (
	rawName   = "raw.githubusercontent.com"
	pageName  = "github.com"
	storeName = "release-assets.githubusercontent.com"
	secret    = "c2lnbmF0dXJl-only-for-us"
	aPackage  = "targets/viewer/2.3.0/" + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" + ".windows-amd64.tree"
)

// front stands in for GitHub: the raw host and the releases, over TLS 1.2, under
// their own names, which a proxy leads to the loopback.
type front struct {
	pages http.Handler // raw and github.com
	store http.Handler // where downloads lead to; see storeTLS
	log   strings.Builder
}

// source is a Source as koshin's own, for github:acme/clients or another place.
func (f *front) source(t *testing.T, place string, storeTLS func(tls.Certificate) *tls.Config) *host {
	t.Helper()
	ca := transporttest.Authority(t)
	certificate := transporttest.Issue(t, ca, localca.Leaf{Names: []string{rawName, pageName, storeName, "git.example"}})
	pages := transporttest.Host(t, ServerConfig(certificate), f.pages)
	store := pages
	if f.store != nil {
		store = transporttest.Host(t, storeTLS(certificate), f.store)
	}
	client, err := NewClient(Options{
		Proxy: transporttest.Detour(t, map[string]string{
			rawName + ":443": pages, pageName + ":443": pages, storeName + ":443": store, "git.example:443": pages,
		}),
		CAFile: transporttest.CAFile(t, ca),
		Log:    slog.New(slog.NewTextHandler(&f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	source, err := ParseSource(place, "", client)
	if err != nil {
		t.Fatal(err)
	}
	return source.(*host)
}

// onward sends every download on to the store, with the permission in the query.
func onward(w http.ResponseWriter, r *http.Request) {
	if r.Host != pageName || !strings.HasPrefix(r.URL.Path, "/acme/clients/releases/download/viewer-2.3.0/") {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, "https://"+storeName+"/stored?sig="+secret, http.StatusFound)
}

func TestGitHubContract(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "metadata"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "metadata", "1.root.json"), []byte("0123456789"), 0o644); err != nil {
		t.Fatal(err)
	}
	files := http.NewServeMux()
	files.Handle(rawName+"/acme/clients/koshin/", http.StripPrefix("/acme/clients/koshin", http.FileServer(http.Dir(dir))))
	files.Handle("git.example/acme/clients/raw/main/", http.StripPrefix("/acme/clients/raw/main", http.FileServer(http.Dir(dir))))
	for _, place := range []string{"github:acme/clients", "github:git.example/acme/clients@main"} {
		source := (&front{pages: files}).source(t, place, nil)
		if source.String() != place {
			t.Errorf("String is %q", source)
		}
		t.Run(place, func(t *testing.T) { testContract(t, source) })
	}
}

// A package is asked for at the release's page and comes from the store: the range
// goes along, what opened the store goes nowhere.
func TestGitHubPackage(t *testing.T) {
	t.Parallel()
	var referer atomic.Value
	f := &front{pages: http.HandlerFunc(onward), store: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/moved":
			referer.Store(r.Referer())
			http.ServeFileFS(w, r, os.DirFS("testdata"), "digits")
		case r.URL.Query().Get("sig") == secret:
			http.Redirect(w, r, "https://"+storeName+"/moved", http.StatusTemporaryRedirect)
		}
	})}
	source := f.source(t, "github:acme/clients", ServerConfig)
	for _, offset := range []int64{0, 4} {
		body, start, err := source.Open(t.Context(), aPackage, offset)
		if err != nil || start != offset {
			t.Fatalf("at %d: start %d, %v", offset, start, err)
		}
		data, err := io.ReadAll(body)
		if err = errors.Join(err, body.Close()); err != nil || string(data) != "0123456789"[offset:] {
			t.Errorf("at %d: %q, %v", offset, data, err)
		}
	}
	if size, err := source.Size(t.Context(), aPackage); err != nil || size != 10 {
		t.Errorf("size %d, %v", size, err)
	}
	if from := referer.Load(); from != "" {
		t.Errorf("the next host was told where we came from: %q", from)
	}
	if strings.Contains(f.log.String(), secret) || !strings.Contains(f.log.String(), "/stored") {
		t.Errorf("the log has\n%s", f.log.String())
	}
}

// GitHub says 404 where there is nothing. Whatever else it says, it does not say
// that: a root that is only refused now must not count as "there is no newer one".
func TestGitHubStatus(t *testing.T) {
	t.Parallel()
	var code atomic.Int32
	f := &front{pages: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(code.Load())) })}
	source := f.source(t, "github:acme/clients", nil)
	for status, want := range map[int]error{
		404: fs.ErrNotExist, 410: fs.ErrNotExist,
		401: ErrStatus, 403: ErrStatus, 429: ErrStatus, 451: ErrStatus, 500: ErrStatus, 502: ErrStatus,
	} {
		code.Store(int32(status))
		for _, path := range []string{"metadata/2.root.json", aPackage} {
			if _, err := source.Fetch(t.Context(), path, 10); !errors.Is(err, want) || errors.Is(err, fs.ErrNotExist) && errors.Is(err, ErrStatus) {
				t.Errorf("%d: %v", status, err)
			}
			if _, err := source.Size(t.Context(), path); !errors.Is(err, want) {
				t.Errorf("size, %d: %v", status, err)
			}
		}
	}
}

// GitHub Enterprise in private mode answers strangers with a page that is no file.
func TestGitHubLogin(t *testing.T) {
	t.Parallel()
	f := &front{pages: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == loginPage {
			_, _ = io.WriteString(w, "<html>")
			return
		}
		http.Redirect(w, r, loginPage+"?return_to="+r.URL.Path, http.StatusFound)
	})}
	for _, path := range []string{"metadata/timestamp.json", aPackage} {
		_, err := f.source(t, "github:git.example/acme/clients", nil).Fetch(t.Context(), path, 100)
		var status *StatusError
		if !errors.As(err, &status) || status.Code != http.StatusUnauthorized {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Whatever goes wrong behind the redirect: it has its name, and what opens the
// file is in no error and no log.
func TestGitHubStoreFails(t *testing.T) {
	t.Parallel()
	to := func(location string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		}
	}
	hangUp := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	old := func(c tls.Certificate) *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{c}}
	}
	for name, row := range map[string]struct {
		pages, store http.HandlerFunc
		tls          func(tls.Certificate) *tls.Config
		want         error // nil: any
	}{
		"speaks TLS 1.1 only":    {store: hangUp, tls: old, want: ErrTLSVersion},
		"refuses":                {store: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, want: ErrStatus},
		"lost it":                {store: http.NotFound, want: fs.ErrNotExist},
		"hangs up":               {store: hangUp},
		"sends to http":          {store: to("http://" + storeName + "/x?sig=" + secret), want: ErrInsecureURL},
		"sends round and round":  {store: to("https://" + storeName + "/x?sig=" + secret), want: ErrRedirects},
		"sends nowhere":          {store: to("https://nowhere.example/x?a=b c&sig=" + secret), want: ErrProxy},
		"sends to no address":    {store: to("https://%zz/?sig=" + secret)},
		"sends to a quote":       {store: to(`/%zz?a="b&sig=` + secret)},
		"is sent to a bad place": {pages: to("https://nowhere.example:x/?sig=" + secret), store: hangUp},
		"sends another range": {want: ErrStatus, store: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-3/10")
			w.WriteHeader(http.StatusPartialContent)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &front{pages: http.HandlerFunc(onward), store: row.store}
			if row.pages != nil {
				f.pages = row.pages
			}
			if row.tls == nil {
				row.tls = ServerConfig
			}
			_, _, err := f.source(t, "github:acme/clients", row.tls).Open(t.Context(), aPackage, 5)
			if err == nil || row.want != nil && !errors.Is(err, row.want) {
				t.Fatalf("got %v, want %v", err, row.want)
			}
			for _, text := range append(told(err), f.log.String()) {
				if strings.Contains(text, secret) {
					t.Errorf("it says %s", text)
				}
			}
		})
	}
}

// told is what an error says in whichever words a caller finds in it. What stands
// behind [quiet] is for errors.Is.
func told(err error) []string {
	texts := []string{err.Error()}
	var status *StatusError
	if errors.As(err, &status) {
		texts = append(texts, status.URL)
	}
	return texts
}

func TestWithoutQuery(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, context.Canceled, io.ErrUnexpectedEOF} {
		if got := withoutQuery(err); !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// The transport itself keeps quiet, too.
func TestInsecureWithoutQuery(t *testing.T) {
	t.Parallel()
	client, err := NewClient(Options{})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://store.example/x?sig="+secret, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Transport.RoundTrip(req)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, ErrInsecureURL) || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
}
