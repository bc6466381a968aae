package github

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

func TestDescribe(t *testing.T) {
	v, err := manifest.ParseVersion("2.2.0")
	if err != nil {
		t.Fatal(err)
	}
	b := release.PublishedBuild{
		Product: "viewer", Version: v, Stable: true, Withdrawn: "a bad build",
		Title: manifest.Text{JA: "ビューア", EN: "Viewer"},
		Notes: manifest.Text{JA: "TLS 1.2に対応しました。", EN: "Speaks TLS 1.2."},
	}
	n := describe(b)
	if n.name != "ビューア 2.2.0" || n.prerelease {
		t.Errorf("got %+v", n)
	}
	at := -1
	for _, part := range []string{"a bad build", b.Notes.JA, b.Notes.EN, "(Viewer", ours} {
		if i := strings.Index(n.body, part); i <= at {
			t.Errorf("%q is missing or out of place in %q", part, n.body)
		} else {
			at = i
		}
	}
	b.Stable = false
	if !describe(b).prerelease {
		t.Error("a build for pilots alone is shown as the latest")
	}
}

// TestTextsOfOthersStay: koshin follows its own text and leaves everybody
// else's alone.
func TestTextsOfOthersStay(t *testing.T) {
	n := notes{name: "Viewer 1.0", body: "new\n\n" + ours}
	for name, c := range map[string]struct {
		there build
		want  []string
	}{
		"a draft":                 {build{Draft: true}, []string{"body", "draft", "name", "prerelease"}},
		"ours, as it is":          {build{Body: "new\r\n\r\n" + ours}, nil},
		"ours, older":             {build{Body: "old\n\n" + ours}, []string{"body"}},
		"ours, now for everybody": {build{Body: n.body, Prerelease: true}, []string{"prerelease"}},
		"somebody's own":          {build{Body: "written by hand", Prerelease: true}, nil},
	} {
		if got := slices.Sorted(maps.Keys(n.over(&c.there))); !slices.Equal(got, c.want) {
			t.Errorf("%s: changes %v, want %v", name, got, c.want)
		}
	}
}
