package uninstallkey

import (
	"slices"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// TestSystem writes entries into this PC's real lists and takes them out again.
// In Wine, and on Windows as an administrator, all three can be written.
func TestSystem(t *testing.T) {
	const name = "koshin-test-uninstallkey-取込送信システム"
	write(t, registry.LOCAL_MACHINE, registry.WOW64_64KEY, name, "2.3.0.0", `"C:\取込 送信"`)
	write(t, registry.LOCAL_MACHINE, registry.WOW64_32KEY, name, "2.2", "")
	write(t, registry.CURRENT_USER, 0, name, "9.9", "")
	for _, by := range []string{name, name + " 表示名"} {
		found, err := System().Find(by)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range found {
			got = append(got, string(e.View)+" "+e.Version+" "+e.Location)
		}
		if want := []string{`HKLM 2.3.0.0 C:\取込 送信`, "HKLM (32-bit) 2.2 ", "HKCU 9.9 "}; !slices.Equal(got, want) {
			t.Errorf("by %q: %q", by, got)
		}
	}
}

// write makes a key. An empty location is a value of another type, as some
// installers leave it.
func write(t *testing.T, hive registry.Key, view uint32, name, version, location string) {
	t.Helper()
	key, _, err := registry.CreateKey(hive, uninstall+`\`+name, registry.ALL_ACCESS|view)
	if err != nil {
		t.Skipf("the lists cannot be written here: %v", err)
	}
	t.Cleanup(func() {
		_ = key.Close()
		list, err := registry.OpenKey(hive, uninstall, registry.ALL_ACCESS|view)
		if err == nil {
			err = registry.DeleteKey(list, name)
			_ = list.Close()
		}
		if err != nil {
			t.Error(err)
		}
	})
	for value, text := range map[string]string{"DisplayName": name + " 表示名", "DisplayVersion": version} {
		if err := key.SetStringValue(value, text); err != nil {
			t.Fatal(err)
		}
	}
	if location == "" {
		err = key.SetDWordValue("InstallLocation", 1)
	} else {
		err = key.SetStringValue("InstallLocation", location)
	}
	if err != nil {
		t.Fatal(err)
	}
}
