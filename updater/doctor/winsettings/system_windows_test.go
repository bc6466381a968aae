package winsettings_test

import (
	"errors"
	"io/fs"
	"testing"

	"golang.org/x/sys/windows/registry"

	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// TestSystemRegistry writes every kind of value into keys of its own, in both
// views, and reads back the same type and bytes.
func TestSystemRegistry(t *testing.T) {
	r := ws.System()
	for _, base := range []ws.Place{
		{Hive: ws.User, Key: `Software\koshin-test-winsettings`},
		{Hive: ws.Machine, View: ws.View64, Key: `Software\koshin-test-winsettings`},
		{Hive: ws.Machine, View: ws.View32, Key: `Software\koshin-test-winsettings`},
	} {
		cleanKey(t, base)
		for i, value := range []ws.Value{
			ws.Number(0xA0), ws.NumberAs(ws.TypeBinary, 0xA0), ws.Text("取込送信"), {Type: ws.TypeBinary},
			{Type: ws.TypeBinary, Data: make([]byte, 300)}, {Type: ws.TypeLong, Data: make([]byte, 8)},
			{Type: ws.TypeTexts, Data: ws.Text("a\x00b\x00").Data},
		} {
			place := base
			place.Name = "値" + string(base.View)
			if err := r.Write(place, value); err != nil {
				if i == 0 && errors.Is(err, fs.ErrPermission) {
					t.Skip("the machine's keys cannot be written here")
				}
				t.Fatal(place, err)
			}
			if got, err := r.Read(place); err != nil || !got.Same(value) {
				t.Errorf("%s: wrote %s, read %s, %v", place, value, got, err)
			}
			if base.View == ws.View32 {
				place.View = ws.View64
				if _, err := r.Read(place); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s is seen in the other view: %v", place, err)
				}
				place.View = ws.View32
			}
			for range 2 {
				if err := r.Delete(place); err != nil {
					t.Error(err)
				}
			}
			if _, err := r.Read(place); !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
		}
		long := base
		long.Name = "long"
		if err := r.Write(long, ws.Value{Type: ws.TypeBinary, Data: make([]byte, ws.MaxValue+1)}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Read(long); !errors.Is(err, ws.ErrTooLong) {
			t.Errorf("%v", err)
		}
	}
	missing := ws.Place{Hive: ws.User, Key: `Software\koshin-test-no-such-key`, Name: "x"}
	if err := r.Delete(missing); err != nil {
		t.Error(err)
	}
	if reading := ws.Read(r, missing); reading.Found || reading.Err != nil {
		t.Errorf("%+v", reading)
	}
}

// cleanKey removes a key of this test when it ends.
func cleanKey(t *testing.T, p ws.Place) {
	t.Helper()
	hive, access := registry.CURRENT_USER, uint32(registry.ALL_ACCESS)
	if p.Hive == ws.Machine {
		hive = registry.LOCAL_MACHINE
		access |= map[ws.View]uint32{ws.View64: registry.WOW64_64KEY, ws.View32: registry.WOW64_32KEY}[p.View]
	}
	t.Cleanup(func() {
		parent, err := registry.OpenKey(hive, `Software`, access)
		if err == nil {
			err = registry.DeleteKey(parent, `koshin-test-winsettings`)
			_ = parent.Close()
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
}

// TestThisWindows reads the whole of this PC, and says it in the log.
func TestThisWindows(t *testing.T) {
	kernel, err := ws.Kernel()
	if err != nil {
		t.Fatal(err)
	}
	s := ws.ReadAll(ws.System(), kernel)
	if s.Windows.Major < 6 || s.Windows.Build == 0 {
		t.Errorf("%s", s.Windows)
	}
	if len(s.WinHTTP) == 0 || len(s.DotNet) == 0 || len(s.SecureProtocols.Readings) < 4 {
		t.Errorf("%+v", s)
	}
	for _, reading := range s.SecureProtocols.Readings {
		if reading.Err != nil {
			t.Error(reading.Err)
		}
	}
	t.Logf("%s, IE %s, SecureProtocols %s, schannel %s, proxy %+v", s.Windows, s.InternetExplorer.Version, s.SecureProtocols.Standing, s.Schannel.Standing, s.WinINetProxy)
}
