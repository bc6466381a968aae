package installer

import (
	"io/fs"
	"testing"
	"time"
)

// TestFingerprint: two folders have one fingerprint only if they are the same in
// all that a plan goes by.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	of := func(nodes ...node) [32]byte {
		f := newFingerprint(globs{"data/**", "user.ini"})
		for _, n := range nodes {
			f.add(n)
		}
		return f.sum()
	}
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	file := node{"a", 0o644, 3, now, rights{}}
	folder := node{"lib", fs.ModeDir | 0o755, 4096, now, rights{}}
	data := node{"data/claims", 0o644, 3, now, rights{}}
	mine := node{"user.ini", 0o644, 3, now, rights{}}
	want := of(file, folder, data, mine)
	for name, other := range map[string][32]byte{
		"name":   of(node{"b", 0o644, 3, now, rights{}}, folder, data, mine),
		"mode":   of(node{"a", 0o600, 3, now, rights{}}, folder, data, mine),
		"type":   of(node{"a", fs.ModeSymlink | 0o644, 3, now, rights{}}, folder, data, mine),
		"size":   of(node{"a", 0o644, 4, now, rights{}}, folder, data, mine),
		"time":   of(node{"a", 0o644, 3, now.Add(1), rights{}}, folder, data, mine),
		"gone":   of(folder, data, mine),
		"more":   of(file, node{"a-b", 0o644, 3, now, rights{}}, folder, data, mine),
		"no ini": of(file, folder, data),
		"folder": of(file, node{"lib", 0o755, 4096, now, rights{}}, data, mine),
	} {
		if other == want {
			t.Errorf("%s makes no difference", name)
		}
	}
	later := now.Add(time.Hour)
	for name, other := range map[string][32]byte{
		"content of data":     of(file, folder, data, node{"user.ini", 0o644, 9, later, rights{}}),
		"inside a folder":     of(file, node{"lib", fs.ModeDir | 0o755, 8192, later, rights{}}, data, mine),
		"in a folder of data": of(file, folder, node{"data/other", 0o600, 1, later, rights{}}, mine),
	} {
		if other != want {
			t.Errorf("%s makes a difference", name)
		}
	}
}
