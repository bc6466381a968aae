package mend

import (
	"time"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// PC is everything that an errand needs of a PC, as a value that tests can fill.
type PC struct {
	Registry  winsettings.Registry
	Kernel    winsettings.Windows
	Tell      func() Told
	Explorers func() ([]Explorer, error)
}

// look reads what counts for this process's user, and says what to write.
func (pc PC) look(ssl2 Choice) (Change, error) {
	w := winsettings.ReadWindows(pc.Registry, pc.Kernel)
	ie := winsettings.ReadInternetExplorer(pc.Registry)
	return Look(winsettings.ReadSecureProtocols(pc.Registry, winsettings.Default(w, ie)), ssl2)
}

func (pc PC) fix(ssl2 Choice, now time.Time) (Result, error) {
	c, err := pc.look(ssl2)
	if err == nil {
		err = Fix(pc.Registry, c, now)
	}
	if err != nil || c.Needless {
		return fixed(c), err
	}
	return pc.tell(fixed(c)), nil
}

func (pc PC) undo() (Result, error) {
	back, err := Undo(pc.Registry)
	if err != nil || back.Needless {
		return returned(back), err
	}
	return pc.tell(returned(back)), nil
}

// tell lets WinINet know, and finds what must be restarted. Neither is a reason
// to call the change a failure.
func (pc PC) tell(r Result) Result {
	told := pc.Tell()
	r.Told = &Notice{Changed: told.Changed == nil, Refreshed: told.Refresh == nil}
	open, err := pc.Explorers()
	r.Open, r.OpenKnown = append([]Explorer{}, open...), err == nil
	return r
}
