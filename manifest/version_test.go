package manifest_test

import (
	"errors"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func TestVersionsInOrder(t *testing.T) {
	ordered := []string{
		"0.1", "1.9.9", "2.2.0-alpha", "2.2.0-rc.1", "2.2.0-rc.2", "2.2", "2.2.0.1-beta", "2.2.0.1", "2.2.0.2", "2.2.0.10",
		"2.2.1", "2.10", "10.0.0.0",
	}
	for i, a := range ordered {
		for j, b := range ordered {
			va, errA := manifest.ParseVersion(a)
			vb, errB := manifest.ParseVersion(b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if got, want := va.Compare(vb), min(1, max(-1, i-j)); got != want {
				t.Errorf("compare %s with %s: %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestMissingPartsCountAsZero(t *testing.T) {
	for _, pair := range [][2]string{{"2.2", "2.2.0"}, {"2.2", "2.2.0.0"}, {"2.2.1", "2.2.1.0"}, {"2.2-rc.1", "2.2.0.0-rc.1"}} {
		a, errA := manifest.ParseVersion(pair[0])
		b, errB := manifest.ParseVersion(pair[1])
		if errA != nil || errB != nil || !a.Equal(b) {
			t.Errorf("%s and %s are not equal (%v %v)", pair[0], pair[1], errA, errB)
		}
		if a.String() != pair[0] {
			t.Errorf("%s is shown as %s", pair[0], a)
		}
	}
}

func TestWhatIsNotAVersion(t *testing.T) {
	for _, text := range []string{"", "2", "v2.2", "2.2.2.2.2", "2..2", "2.2.x", "2.02", "2.2.2.02", "2.2.2.-1", "2.2+x", "2.2.0-rc+x", " 2.2", "2.2 ", "２.２", "2.2-", "2.2.0-", "99999999999999999999.1"} {
		if _, err := manifest.ParseVersion(text); !errors.Is(err, manifest.ErrVersion) {
			t.Errorf("%q: error is %v, want ErrVersion", text, err)
		}
	}
}

func FuzzVersion(f *testing.F) {
	f.Add("2.2.1.4-rc.1")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := manifest.ParseVersion(text)
		if err != nil {
			return
		}
		if again, err := manifest.ParseVersion(v.String()); err != nil || !again.Equal(v) || v.String() != text {
			t.Errorf("%q is shown as %q (%v)", text, v, err)
		}
	})
}

func TestTargetNames(t *testing.T) {
	for _, good := range []string{"a/stable.v1.json", "torikomi-soshin/2.3.0/windows-amd64.tree"} {
		if err := manifest.CheckTargetName(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "/a", "a//b", "a/", "..", "a/../b", "./a", "a/b.", "CON", "a/con", "a/com1.tree", "a/lpt9", "x:y", "a b", "a#b", "a%b", `a\b`, "ä", "A"} {
		if err := manifest.CheckTargetName(bad); !errors.Is(err, manifest.ErrName) {
			t.Errorf("%q: error is %v, want ErrName", bad, err)
		}
	}
}
