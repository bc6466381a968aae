package installer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/koshin-updater/koshin/manifest/pack"
)

// TestListing asks for everything that a list holds, and for what it does not,
// in any order. Upper case makes the order of Windows another one.
func TestListing(t *testing.T) {
	t.Parallel()
	var x pack.Index
	for _, dir := range []string{"", "Bin", "bin-old", "Bin/sub", "data", "データ"} {
		if dir != "" {
			x.Entries = append(x.Entries, pack.Entry{Path: dir, Type: pack.Dir})
			dir += "/"
		}
		for n := range 7 {
			x.Entries = append(x.Entries, pack.Entry{Path: fmt.Sprintf("%s%c%d", dir, "aBcDe.-"[n], n), Type: pack.File, Size: int64(n)})
		}
	}
	x.Sort()
	l := list(x)
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(x.Entries))
	for _, n := range append(order, slices.Sorted(slices.Values(order))...) {
		want := x.Entries[n]
		if e, ok := l.find(want.Path); !ok || e != want {
			t.Errorf("%q: %+v, %v", want.Path, e, ok)
		}
		for _, other := range []string{want.Path + "x", want.Path + "/x", want.Path[:len(want.Path)-1] + "\x00"} {
			if e, ok := l.find(other); ok {
				t.Errorf("%q is %+v", other, e)
			}
		}
		for _, e := range l.below(want.Path) {
			if !inside(e.Path, want.Path) {
				t.Errorf("%q is not inside %q", e.Path, want.Path)
			}
		}
	}
	if n := len(l.below("Bin")); n != 15 {
		t.Errorf("%d entries inside Bin", n)
	}
	if len(l.below("")) != len(x.Entries) || l.below("bin-new") != nil {
		t.Error("what is below the top, or below nothing")
	}
	if key("Bin") != "Bin" {
		if e, ok := l.find("bIN/SUB/b1"); !ok || e.Path != "Bin/sub/B1" {
			t.Errorf("%+v, %v", e, ok)
		}
	}
}
