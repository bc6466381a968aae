package uninstallkey

import (
	"errors"
	"io/fs"
	"testing"
)

func TestKeepVersion(t *testing.T) {
	t.Parallel()
	own := func(version, location string) map[View][]Entry {
		return map[View][]Entry{Machine64: {{Key: OwnKey, Version: version, Location: location}}}
	}
	for name, test := range map[string]struct {
		views map[View][]Entry
		want  string // written; empty: nothing is
	}{
		"older":             {own("1.0.0", "/Program Files/Koshin"), "1.1.0"},
		"another case":      {own("1.0.0", `"/PROGRAM FILES/koshin/"`), "1.1.0"},
		"newer":             {own("2.0.0", "/Program Files/Koshin"), "1.1.0"},
		"true":              {own("1.1.0", "/Program Files/Koshin"), ""},
		"of another folder": {own("1.0.0", "/Program Files/Koshin2"), ""},
		"of no folder":      {own("1.0.0", ""), ""},
		"not listed":        {map[View][]Entry{Machine64: {}}, ""},
		"no list":           {nil, ""},
		"a 32-bit one":      {map[View][]Entry{Machine32: own("1.0.0", "/Program Files/Koshin")[Machine64]}, ""},
	} {
		wrote := ""
		list := OwnList{Registry: fake(test.views), SetVersion: func(v string) error { wrote = v; return nil }}
		if err := list.KeepVersion("/Program Files/Koshin", "1.1.0"); err != nil || wrote != test.want {
			t.Errorf("%s: wrote %q, %v", name, wrote, err)
		}
	}
	refused := OwnList{Registry: fake(own("1.0.0", "/k")), SetVersion: func(string) error { return fs.ErrPermission }}
	if err := refused.KeepVersion("/k", "1.1.0"); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
	if err := (OwnList{Registry: fake(own("1.0.0", "/k"), OwnKey)}).KeepVersion("/k", "1.1.0"); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}
