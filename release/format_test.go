package release

import (
	"errors"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func TestCheckFormat(t *testing.T) {
	t.Parallel()
	dos := "MZ" + strings.Repeat("\x00", 58) + "\x40\x00\x00\x00"
	windows := dos + "PE\x00\x00 and so on"
	compound := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on"
	tests := []struct {
		name    string
		kind    manifest.Kind
		os      string
		content string
		ok      bool
	}{
		{"an msi", manifest.MSI, "windows", compound, true},
		{"a zip as msi", manifest.MSI, "windows", "PK\x03\x04", false},
		{"a program as msi", manifest.MSI, "windows", windows, false},
		{"a cut msi", manifest.MSI, "windows", compound[:7], false},
		{"an empty msi", manifest.MSI, "windows", "", false},
		{"a setup", manifest.Setup, "windows", windows, true},
		{"a program", manifest.Exe, "windows", windows, true},
		{"a dos program", manifest.Setup, "windows", dos + "NE\x00\x00", false},
		{"a cut program", manifest.Setup, "windows", dos, false},
		{"an msi as setup", manifest.Setup, "windows", compound, false},
		{"a script", manifest.Setup, "linux", "#!/bin/sh\n", true},
		{"a windows program elsewhere", manifest.Setup, "linux", windows, false},
		{"nothing", manifest.Exe, "darwin", "", false},
	}
	for _, test := range tests {
		err := checkFormat(Build{Kind: test.kind, OS: test.os}, strings.NewReader(test.content))
		if (err == nil) != test.ok || err != nil && !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
