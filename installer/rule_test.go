package installer

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"unicode/utf16"

	"github.com/koshin-updater/koshin/installer/uninstallkey"
)

// TestFoundVersion: versions as installers, compilers and people write them.
func TestFoundVersion(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"2.3":            "2.3",
		"2.3.0.0":        "2.3.0.0",
		"Version 2.3.0.": "2.3.0",
		"v2.3.0-rc.1":    "2.3.0-rc.1",
		"2, 3, 0, 1":     "2.3.0.1",
		"2,3":            "2.3",
		"2021.04.01":     "2021.4.1",
		"10.00.01.0007":  "10.0.1.7",
		"取込送信システム Ver.5.4.2（令和3年4月）": "5.4.2",
		"2.3.0\x00\x00":          "2.3.0",
		" 2.3.0 ":                "2.3.0",
		"":                       "",
		"5":                      "",
		"1.2.3.4.5":              "",
		"beta":                   "",
		"２．３":                    "",
		"99999999999999999999.1": "",
		"2.3.0-01":               "",
	} {
		version, err := foundVersion(written)
		if version.String() != want || (want == "") != errors.Is(err, ErrNoVersion) {
			t.Errorf("%q: %q, %v", written, version, err)
		}
	}
}

// TestFileEncodings: text files of Japanese PCs.
func TestFileEncodings(t *testing.T) {
	t.Parallel()
	wide := func(text string, big bool) string {
		var b []byte
		for _, u := range append([]uint16{0xFEFF}, utf16.Encode([]rune(text))...) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		return string(b)
	}
	const line = "バージョン=2.3.0.7\r\n"
	for name, content := range map[string]string{
		"UTF-8":             "名前\r\n" + line,
		"UTF-8, marked":     "\uFEFF" + line,
		"UTF-16 LE":         wide("名前\r\n"+line, false),
		"UTF-16 BE":         wide(line, true),
		"UTF-16, cut":       wide(line, false) + "x",
		"Shift_JIS":         "\x96\xBC\x91O\r\n\x83o\x81[\x83W\x83\x87\x83\x93=2.3.0.7\r\n",
		"beyond the limit":  line + string(make([]byte, maxVersionFile)),
		"after the limit":   string(make([]byte, maxVersionFile)) + line,
		"UTF-16, only mark": "\xFF\xFE",
	} {
		w := newWorld(t)
		write(t, w.place.Dir, tree{"設定/version.ini": content})
		found, err := w.open().Detect(t.Context(), rule(t, `file:設定/version.ini:(?m)=([0-9.]+)\r?$`))
		want := "2.3.0.7"
		if name == "after the limit" || name == "UTF-16, only mark" {
			want = ""
		}
		if err != nil || found.Version.String() != want {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

// listed is what Windows would list, in one view.
func listed(entries ...uninstallkey.Entry) uninstallkey.Registry {
	return uninstallkey.Registry{
		Keys: func(v uninstallkey.View) (keys []string, err error) {
			if v != uninstallkey.Machine32 {
				return nil, fs.ErrNotExist
			}
			for _, e := range entries {
				keys = append(keys, e.Key)
			}
			return keys, nil
		},
		Read: func(_ uninstallkey.View, key string) (uninstallkey.Entry, error) {
			for _, e := range entries {
				if e.Key == key {
					return e, nil
				}
			}
			return uninstallkey.Entry{}, fs.ErrNotExist
		},
	}
}

// TestExecutable reads executables for Windows, on any system.
func TestExecutable(t *testing.T) {
	t.Parallel()
	for sample, want := range map[string]string{
		"x64": "2.3", "x86": "5.4.0.0", "arm64": "2.3.0.7", "numbers": "2.2.1.4", "others": "9.8.7-rc.1",
		"without": "", "none": "", "cut": "",
	} {
		w := newWorld(t)
		data, err := os.ReadFile(filepath.Join("peversion", "testdata", sample+".dll"))
		switch sample {
		case "none":
			data, err = []byte("MZ"), nil
		case "cut":
			data, err = os.ReadFile("peversion/testdata/x64.dll")
			data = data[:len(data)/2]
		}
		must(t, err)
		write(t, w.place.Dir, tree{"bin/取込.exe": string(data)})
		found, err := w.open().Detect(t.Context(), rule(t, "pe:bin/取込.exe"))
		if err != nil || found.State != Unknown || found.Version.String() != want {
			t.Errorf("%s: %+v, %v", sample, found, err)
		}
	}
	w := newWorld(t)
	write(t, w.place.Dir, tree{"bin/": ""})
	for _, name := range []string{"bin", "bin/missing.exe"} {
		if found, err := w.open().Detect(t.Context(), rule(t, "pe:"+name)); err != nil || !found.Version.IsZero() {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

// TestRulesStayInside: a link out of the install folder leads to nobody's
// version, and a pipe holds nobody up.
func TestRulesStayInside(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need rights there")
	}
	w := newWorld(t)
	write(t, filepath.Dir(w.place.Dir), tree{"VERSION": "9.9\n", "Torikomi/real": "1.2\n"})
	must(t, os.Symlink("../VERSION", filepath.Join(w.place.Dir, "out")))
	must(t, os.Symlink("real", filepath.Join(w.place.Dir, "in")))
	must(t, exec.Command("mkfifo", filepath.Join(w.place.Dir, "pipe")).Run())
	for name, want := range map[string]string{"out": "", "in": "1.2", "pipe": ""} {
		found, err := w.open().Detect(t.Context(), rule(t, "file:"+name+":([0-9.]+)"))
		if err != nil || found.Version.String() != want {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

func TestUninstallKey(t *testing.T) {
	t.Parallel()
	installed := func(w *world) { w.install(w.pack("2.2.0", build1), PlanOptions{Preserve: keep}) }
	files := func(w *world) { write(t, w.place.Dir, tree{"x": "x"}) }
	nothing := func(*world) {}
	gone := func(w *world) { installed(w); must(t, os.RemoveAll(w.place.Dir)) }
	const here, there = "here", "there"
	tests := []struct {
		name              string
		prepare           func(w *world)
		version, location string
		state             State
		want              string
		elsewhere         bool
	}{
		{"neither key nor folder", nothing, "", "", Absent, "", false},
		{"folder alone", files, "", "", Unknown, "", false},
		{"key alone", nothing, "2.2.0.0", "", Unknown, "2.2.0.0", false},
		{"key alone, says here", nothing, "2.2.0.0", here, Unknown, "2.2.0.0", false},
		{"key alone, says there", nothing, "2.2.0", there, Moved, "2.2.0", true},
		{"key alone, says a folder that is gone", nothing, "2.2.0", "gone", Unknown, "2.2.0", false},
		{"key and folder", files, "2.2.0", "", Unknown, "2.2.0", false},
		{"somebody's folder, key says there", files, "2.2.0", there, Moved, "2.2.0", true},
		{"key without version", files, "beta", "", Unknown, "", false},
		{"recorded", installed, "2.2", here, Recorded, "2.2.0", false},
		{"recorded, the key is another copy's", installed, "9.9", there, Recorded, "2.2.0", false},
		{"recorded, no key", installed, "", "", Unknown, "", false},
		{"updated by hand", installed, "2.2.5.1", here, ByHand, "2.2.5.1", false},
		{"folder gone, key stays", gone, "2.2.0", "", Damaged, "2.2.0", false},
		{"folder gone, no key", gone, "", "", Damaged, "2.2.0", false},
		{"folder gone, key says there", gone, "2.2.5", there, Moved, "2.2.5", true},
	}
	for _, test := range tests {
		w := newWorld(t)
		test.prepare(w)
		p := w.open()
		other := filepath.Join(t.TempDir(), "D", "Torikomi")
		must(t, os.MkdirAll(other, 0o755))
		entry := uninstallkey.Entry{Key: "torikomi", Version: test.version, Location: test.location}
		switch test.location {
		case here:
			entry.Location = w.place.Dir + string(filepath.Separator)
		case there:
			entry.Location = other
		case "gone":
			entry.Location = other + "-gone"
		}
		p.uninstall = listed()
		if test.version != "" {
			p.uninstall = listed(uninstallkey.Entry{Key: "x", Name: "Torikomi", Version: "1.0"}, entry)
			if test.version == "beta" {
				p.uninstall = listed(entry)
			}
		}
		found, err := p.Detect(t.Context(), rule(t, "uninstall-key:torikomi"))
		if err != nil || found.State != test.state || found.Version.String() != test.want || (found.Elsewhere == entry.Location && found.Elsewhere != "") != test.elsewhere {
			t.Errorf("%s: %+v, %v", test.name, found, err)
		}
	}
}

// TestUninstallKeyHere: of several entries the one that says it is in the
// install folder counts, whatever comes before it.
func TestUninstallKeyHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.open()
	p.uninstall = listed(uninstallkey.Entry{Key: "取込", Version: "1.0"},
		uninstallkey.Entry{Key: "{1}", Name: "取込", Version: "2.0", Location: w.place.Dir}, uninstallkey.Entry{Key: "{2}", Name: "取込", Version: "3.0"})
	found, err := p.Detect(t.Context(), rule(t, "uninstall-key:取込"))
	if err != nil || found.Version.String() != "2.0" {
		t.Errorf("%+v, %v", found, err)
	}
	p.uninstall.Keys = func(uninstallkey.View) ([]string, error) { return nil, fs.ErrPermission }
	if _, err := p.Detect(t.Context(), rule(t, "uninstall-key:取込")); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}
