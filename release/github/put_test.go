package github_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/github"
	"github.com/koshin-updater/koshin/release/github/githubtest"
)

const tag = "viewer-2.2.0"

// onePackage is a package of the build viewer 2.2.0 with that content.
func onePackage(t testing.TB, content string) release.Package {
	t.Helper()
	v, err := manifest.ParseVersion("2.2.0")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	return release.Package{
		Path: fmt.Sprintf("targets/viewer/2.2.0/%x.windows-amd64.tree", sum), Product: "viewer", Version: v,
		Size: int64(len(content)), SHA256: sum,
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader([]byte(content))), nil },
	}
}

func assetName(t testing.TB, p release.Package) string {
	t.Helper()
	asset, ok, err := githubpath.Split(p.Path)
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	return asset.Name
}

// get asks the stand-in's API as anybody with the token can.
func (w *world) get(t testing.TB, path string, v any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+w.Enterprise()+"/api/v3/repos/"+repo+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	resp, err := w.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(v); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, resp.Status, err)
	}
}

type listed struct {
	ID      int64
	TagName string `json:"tag_name"`
	Draft   bool
	Assets  []struct{ Name, State string }
}

// once decides about the first request that fits.
func once(method, part string, f githubtest.Fault) func(*http.Request) githubtest.Fault {
	var first sync.Once
	return func(r *http.Request) (fault githubtest.Fault) {
		if r.Method == method && strings.Contains(r.URL.Path, part) {
			first.Do(func() { fault = f })
		}
		return fault
	}
}

// TestDraftsAreFound: an answer that was lost, and a second publisher, leave
// one draft with everything in it.
func TestDraftsAreFound(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	g := w.open(t, secret)
	w.Intercept(once(http.MethodPost, "/releases", githubtest.Fault{After: true}))
	one, two := onePackage(t, "one"), onePackage(t, "two")
	if _, ok := errors.AsType[*release.Temporary](g.Put(t.Context(), one)); !ok {
		t.Error("a lost answer is not worth another try")
	}
	var both sync.WaitGroup
	for _, p := range []release.Package{one, two} {
		other := w.open(t, secret)
		both.Go(func() {
			for range 3 { // as package release does
				if err := other.Put(t.Context(), p); err == nil {
					return
				} else if _, ok := errors.AsType[*release.Temporary](err); !ok {
					t.Error(err)
				}
			}
			t.Errorf("%s was not taken", p.Path)
		})
	}
	both.Wait()
	var all []listed
	w.get(t, "/releases", &all)
	if len(all) != 1 || !all[0].Draft || all[0].TagName != tag || len(all[0].Assets) != 2 {
		t.Errorf("got %+v", all)
	}
}

// TestTwoPublishersMakeOneDraft lets another publisher's draft appear between
// the question and the making.
func TestTwoPublishersMakeOneDraft(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	other := w.open(t, secret)
	var begun atomic.Bool
	w.Intercept(func(r *http.Request) githubtest.Fault {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/releases") && begun.CompareAndSwap(false, true) {
			if err := other.Put(t.Context(), onePackage(t, "theirs")); err != nil {
				t.Error(err)
			}
		}
		return githubtest.Fault{}
	})
	if err := w.open(t, secret).Put(t.Context(), onePackage(t, "ours")); err != nil {
		t.Fatal(err)
	}
	var all []listed
	w.get(t, "/releases", &all)
	if len(all) != 1 || len(all[0].Assets) != 2 {
		t.Errorf("got %+v", all)
	}
}

// TestHalfAnUpload is replaced, and never taken for a package.
func TestHalfAnUpload(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	g := w.open(t, secret)
	p := onePackage(t, strings.Repeat("package ", 1000))
	half := p
	half.Open = func() (io.ReadCloser, error) {
		r, err := p.Open()
		return io.NopCloser(io.MultiReader(io.LimitReader(r, 100), failing{})), err
	}
	err := g.Put(t.Context(), half)
	if _, again := errors.AsType[*release.Temporary](err); again || !errors.Is(err, errUnreadable) {
		t.Fatalf("got %v, worth another try: %v", err, again)
	}
	var all []listed
	w.get(t, "/releases", &all)
	var assets []struct{ Name, State string }
	w.get(t, fmt.Sprintf("/releases/%d/assets", all[0].ID), &assets)
	if len(assets) != 1 || assets[0].State == "uploaded" {
		t.Fatalf("the stand-in has %+v", assets)
	}
	if size, err := g.Size(t.Context(), p.Path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half an upload has %d bytes, %v", size, err)
	}
	if err := w.open(t, secret).Put(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if size, err := w.open(t, secret).Size(t.Context(), p.Path); err != nil || size != p.Size {
		t.Errorf("%d bytes, %v", size, err)
	}
}

var errUnreadable = errors.New("the disk fails")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errUnreadable }

// TestOtherBytes: what GitHub says of an asset is compared with its name.
func TestOtherBytes(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	p := onePackage(t, "the right bytes")
	if err := w.open(t, secret).Put(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.Upload(repo, tag, assetName(t, p), []byte("the wrong bytes"))
	if _, err := w.open(t, secret).Size(t.Context(), p.Path); !errors.Is(err, release.ErrDestinationDamaged) {
		t.Errorf("got %v", err)
	}
	if err := w.open(t, secret).Put(t.Context(), p); !errors.Is(err, release.ErrDestinationDamaged) {
		t.Errorf("got %v", err)
	}
}

// TestAnswerToAnUpload: bytes that changed on the way are not a package.
func TestAnswerToAnUpload(t *testing.T) {
	p := onePackage(t, "package")
	for name, answer := range map[string]string{
		"other bytes":  `{"id":1,"name":%q,"state":"uploaded","size":7,"digest":"sha256:00"}`,
		"fewer bytes":  `{"id":1,"name":%q,"state":"uploaded","size":6}`,
		"half":         `{"id":1,"name":%q,"state":"starter","size":7}`,
		"another name": `{"id":1,"name":"x%s","state":"uploaded","size":7}`,
	} {
		w := newWorld(t, githubtest.Repo{})
		body := fmt.Sprintf(answer, assetName(t, p))
		w.Intercept(once(http.MethodPost, "/assets", githubtest.Fault{Status: http.StatusCreated, Body: body}))
		g := w.open(t, secret)
		err := g.Put(t.Context(), p)
		if _, again := errors.AsType[*release.Temporary](err); err == nil || again == (name == "another name") {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := g.Size(t.Context(), p.Path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: it is there: %v", name, err)
		}
	}
}

// TestLimits are known before anything is sent.
func TestLimits(t *testing.T) {
	w := newWorld(t, githubtest.Repo{})
	g := w.open(t, secret)
	sized := func(size int64) release.Package {
		p := onePackage(t, "package")
		p.Size = size
		return p
	}
	many := func(n int) (all []release.Package) {
		for range n {
			all = append(all, sized(1))
		}
		return all
	}
	for name, c := range map[string]struct {
		all  []release.Package
		want error
	}{
		"as large as can be": {[]release.Package{sized(2<<30 - 1)}, nil},
		"too large":          {[]release.Package{sized(1), sized(2 << 30)}, github.ErrLimit},
		"as many as can be":  {many(1000), nil},
		"too many":           {many(1001), github.ErrLimit},
	} {
		if err := g.Accepts(c.all); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asked := w.Requests(); len(asked) != 0 {
		t.Errorf("GitHub was asked: %v", asked)
	}
}

// TestImmutable: a published release that its owner has frozen takes nothing
// more, and says so.
func TestImmutable(t *testing.T) {
	w := newWorld(t, githubtest.Repo{Immutable: true})
	g := w.open(t, secret)
	one := onePackage(t, "one")
	if err := g.Put(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if err := g.Commit(t.Context(), commitOf(nil, "1", one)); err != nil {
		t.Fatal(err)
	}
	if err := g.Put(t.Context(), onePackage(t, "two")); !errors.Is(err, github.ErrImmutable) {
		t.Errorf("got %v", err)
	}
}
