package winsettingstest

import (
	"errors"
	"io/fs"
	"testing"

	"golang.org/x/sys/windows/registry"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// Preserve puts places of this PC's own registry back as they are now when the
// test ends, and takes keys away that were not there. Where one cannot be read
// or written, the test is skipped.
func Preserve(t testing.TB, places ...winsettings.Place) {
	t.Helper()
	r := winsettings.System()
	for _, place := range places {
		before, existed := winsettings.Read(r, place), exists(place)
		if before.Err != nil {
			t.Skipf("this registry cannot be read: %v", before.Err)
		}
		put := func() error {
			if before.Found {
				return r.Write(place, before.Value)
			}
			return r.Delete(place)
		}
		if err := put(); err != nil {
			t.Skipf("this registry cannot be written: %v", err)
		}
		t.Cleanup(func() {
			if err := put(); err != nil {
				t.Error(err)
			}
			if existed {
				return
			}
			if err := registry.DeleteKey(hive(place), place.Key); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
		})
	}
}

func hive(p winsettings.Place) registry.Key {
	if p.Hive == winsettings.Machine {
		return registry.LOCAL_MACHINE
	}
	return registry.CURRENT_USER
}

// exists says whether the key is there, in the view of this program.
func exists(p winsettings.Place) bool {
	key, err := registry.OpenKey(hive(p), p.Key, registry.QUERY_VALUE)
	if err == nil {
		_ = key.Close()
	}
	return err == nil
}
