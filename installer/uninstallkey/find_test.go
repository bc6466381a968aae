package uninstallkey

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
)

// fake is a registry of plain values. A view that is missing has no list.
func fake(views map[View][]Entry, broken ...string) Registry {
	return Registry{
		Keys: func(v View) ([]string, error) {
			entries, ok := views[v]
			if !ok {
				return nil, fmt.Errorf("%s: %w", v, fs.ErrNotExist)
			}
			var names []string
			for _, e := range entries {
				names = append(names, e.Key)
			}
			return names, nil
		},
		Read: func(v View, key string) (Entry, error) {
			if slices.Contains(broken, key) {
				return Entry{}, fs.ErrPermission
			}
			for _, e := range views[v] {
				if e.Key == key {
					return e, nil
				}
			}
			return Entry{}, fs.ErrNotExist
		},
	}
}

const code = "{0C8E43E5-9B5B-4D0E-8A64-6C0E3C1F2A11}"

func TestFind(t *testing.T) {
	t.Parallel()
	views := map[View][]Entry{
		User: {{Key: "torikomi", Name: "from the user", Version: "9.9"}, {Key: "only-here", Version: "1.0"}},
		Machine32: {
			{Key: code, Name: "取込送信システム", Version: "2.2.0", Location: ` "C:\Program Files (x86)\Torikomi\" `},
			{Key: "取込送信システム", Version: "1.0"},
		},
		Machine64: {{Key: "broken", Name: "x"}, {Key: "Torikomi", Name: "取込送信", Version: "2.3.0.0"}, {Key: "gone"}},
	}
	tests := []struct {
		name string
		want []string // view, key
	}{
		{"torikomi", []string{"HKLM Torikomi", "HKCU torikomi"}},
		{code, []string{"HKLM (32-bit) " + code}},
		{"取込送信システム", []string{"HKLM (32-bit) 取込送信システム", "HKLM (32-bit) " + code}},
		{"取込送信", []string{"HKLM Torikomi"}},
		{"only-here", []string{"HKCU only-here"}},
		{"取込", nil},
		{"", nil},
	}
	for _, test := range tests {
		found, err := fake(views, "broken").Find(test.name)
		var got []string
		for _, e := range found {
			got = append(got, string(e.View)+" "+e.Key)
		}
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
	found, err := fake(views, "broken").Find(code)
	if err != nil || len(found) != 1 || found[0].Location != `C:\Program Files (x86)\Torikomi\` {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestUnreadable: a list or an entry that may not be read is not the same as
// one that is not there.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	views := map[View][]Entry{Machine64: {{Key: "torikomi"}}}
	if _, err := fake(views, "torikomi").Find("Torikomi"); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
	closed := fake(nil)
	closed.Keys = func(View) ([]string, error) { return nil, fs.ErrPermission }
	if _, err := closed.Find("torikomi"); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
	if found, err := fake(nil).Find("torikomi"); err != nil || found != nil {
		t.Error(found, err)
	}
}

func TestQuietLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		entry Entry
		want  string
	}{
		{Entry{Key: "torikomi", Uninstall: `C:\t\un.exe`, QuietUninstall: `"C:\t\un.exe" /S`}, `"C:\t\un.exe" /S`},
		{Entry{Key: "torikomi", Uninstall: `C:\t\un.exe`}, ""}, // it would open a window
		{Entry{Key: code, Uninstall: "MsiExec.exe /I" + code}, "msiexec.exe /x" + code + " /qn /norestart"},
		{Entry{Key: "torikomi", Uninstall: "MsiExec.exe /X" + code}, ""},
		{Entry{Key: code + " & calc", Uninstall: "MsiExec.exe /X"}, ""},
		{Entry{Key: code}, ""},
	} {
		if got := test.entry.QuietLine(); got != test.want {
			t.Errorf("%+v: %q", test.entry, got)
		}
	}
}
