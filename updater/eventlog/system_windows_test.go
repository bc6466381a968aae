package eventlog

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// A source of the test's own is made, mended, written to and taken out. (What the
// Event Viewer shows of it is on docs/REAL-PC.md: Wine keeps no events.)
func TestSource(t *testing.T) {
	source := fmt.Sprintf("Koshin-Test-%d", os.Getpid())
	t.Cleanup(func() { _ = unregister(source) })
	is := func(want bool) {
		t.Helper()
		if got, err := registered(source); got != want || err != nil {
			t.Errorf("registered: %t, %v", got, err)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	is(false)
	must(writeAs(source, Updated, "nobody knows it"))
	is(false) // writing registers nothing
	must(registerAs(source))
	is(true)
	for _, e := range Kinds() {
		must(writeAs(source, e.Kind, "更新しました。 100 %\r\n%%1"))
	}
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, sources+`\`+source, registry.SET_VALUE)
	must(err)
	must(key.SetStringValue("EventMessageFile", `C:\Users\x\evil.dll`))
	must(key.Close())
	is(false)
	must(registerAs(source))
	is(true)
	must(unregister(source))
	is(false)
	must(unregister(source))
}
