package manifest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func number(t *testing.T, text string) (v manifest.Version) {
	t.Helper()
	if text == "" {
		return v
	}
	v, err := manifest.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestWays is what PCs with some version install. A build is written as its
// version and percent; a minus before it is a withdrawn one.
func TestWays(t *testing.T) {
	cases := []struct{ name, floor, builds, installed, want string }{
		{"up to date", "2.2", "2.3:100 2.2:100", "2.3", ""},
		{"the newest", "2.2", "2.3:100 2.2:100", "2.2", "2.3:100"},
		{"some, the others nothing", "2.2", "2.3:25", "2.2", "2.3:25"},
		{"some, the others the one below", "2.2", "2.4:25 2.3:100 2.2:100", "2.2", "2.4:25 2.3:100"},
		{"a share of none", "2.2", "2.4:0 2.3:100", "2.2", "2.3:100"},
		{"below the floor the share does not count", "2.2", "2.3:1 2.2:100", "2.1", "required 2.3:100"},
		{"unknown is below the floor", "2.2", "2.3:1 2.2:100", "", "required 2.3:100"},
		{"nothing reaches the floor", "2.4", "2.3:100", "2.1", "required"},
		{"withdrawn", "2.2", "-2.3:100 2.2:100", "2.1", "required 2.2:100"},
		{"no floor", "", "2.3:10", "2.1", "2.3:10"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := &manifest.Manifest{}
			if c.floor != "" {
				m.TLSReady = &manifest.Floor{Version: number(t, c.floor)}
			}
			for word := range strings.FieldsSeq(c.builds) {
				version, percent, _ := strings.Cut(word, ":")
				version, withdrawn := strings.CutPrefix(version, "-")
				b := manifest.Build{Version: number(t, version), Packages: []manifest.Package{{OS: "windows", Arch: "amd64"}}}
				if withdrawn {
					b.Withdrawn = &manifest.Withdrawn{Reason: "x"}
				}
				if percent != "100" {
					share, err := strconv.Atoi(percent)
					if err != nil {
						t.Fatal(err)
					}
					b.Rollout = &manifest.Rollout{Percent: share}
				}
				m.Builds = append(m.Builds, b)
			}
			choice := m.Choose("windows", "amd64", number(t, c.installed))
			var got []string
			if choice.Required {
				got = append(got, "required")
			}
			for _, way := range choice.Ways() {
				got = append(got, fmt.Sprintf("%s:%d", way.Version, way.Percent))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if other := m.Choose("windows", "arm64", number(t, c.installed)); len(other.Forward) > 0 {
				t.Errorf("another platform is offered %v", other.Forward)
			}
		})
	}
}
