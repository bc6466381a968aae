package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/updater/confirm/winstack/winstacktest"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

// TestWindowsTick is the story of the tick 「TLS 1.2の使用」 in this user's real
// registry.
//
//	setting WHERE VALUE   sets it (0xA0, or binary:0xA0), or takes it away (none)
//	set WHERE VALUE       is what is there now
//
// WHERE is user, pc, policy, or undo for the record of what was there.
func TestWindowsTick(t *testing.T) {
	winstacktest.Alone(t)
	tick := ws.Tick()
	places := map[string]ws.Place{
		"user":   tick,
		"pc":     {Hive: ws.Machine, View: ws.View64, Key: tick.Key, Name: tick.Name},
		"policy": {Hive: ws.Machine, Key: `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`, Name: tick.Name},
		"undo":   {Hive: ws.User, Key: `Software\Koshin\Undo`, Name: tick.Name},
	}
	for _, place := range places {
		winsettingstest.Preserve(t, place)
	}
	place := func(ts *testscript.TestScript, name string) ws.Place {
		p, ok := places[name]
		if !ok {
			ts.Fatalf("no place %s", name)
		}
		return p
	}
	w := newWorld(t)
	p := w.params("testdata/tick")
	p.Cmds["setting"] = func(ts *testscript.TestScript, neg bool, args []string) {
		usage(ts, neg, args, "setting WHERE VALUE")
		if args[1] == "none" {
			ts.Check(ws.System().Delete(place(ts, args[0])))
			return
		}
		kind, text := ws.TypeNumber, args[1]
		if rest, ok := strings.CutPrefix(text, "binary:"); ok {
			kind, text = ws.TypeBinary, rest
		}
		n, err := strconv.ParseUint(text, 0, 32)
		ts.Check(err)
		ts.Check(ws.System().Write(place(ts, args[0]), ws.NumberAs(kind, uint32(n))))
	}
	p.Cmds["set"] = func(ts *testscript.TestScript, neg bool, args []string) {
		usage(ts, neg, args, "set WHERE VALUE")
		is := "none"
		if found := ws.Read(ws.System(), place(ts, args[0])); found.Found {
			is = found.Value.String()
		}
		if is != args[1] {
			ts.Fatalf("%s is %s, not %s", args[0], is, args[1])
		}
	}
	testscript.Run(t, p)
}
