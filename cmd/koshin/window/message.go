package window

import (
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// Message is something that happened, of which the [Model] is told.
type Message interface{ message() }

// Pressed is a button, or the window's own cross.
type Pressed struct{ Action Action }

// Checked is what a check found.
type Checked struct {
	Findings []updater.Finding
	Err      error
}

// Happened is one event of the run that is followed.
type Happened struct{ Event Event }

// Ticked says what time it is, about once a second while a run is followed.
type Ticked struct{ Now time.Time }

// Ended is the end of the run, or why there was none.
type Ended struct {
	Result Result
	Err    error
}

// Examined is the doctor's diagnosis.
type Examined struct {
	Diagnosis doctor.Diagnosis
	Err       error
}

// Mended is what became of the one setting that can be mended.
type Mended struct {
	Result mend.Result
	Err    error
}

// Postponed says that the "not now" stands, or why it does not.
type Postponed struct{ Err error }

// Saved is the file that the diagnosis was saved as.
type Saved struct {
	File string
	Err  error
}

func (Pressed) message()   {}
func (Checked) message()   {}
func (Happened) message()  {}
func (Ticked) message()    {}
func (Ended) message()     {}
func (Examined) message()  {}
func (Mended) message()    {}
func (Postponed) message() {}
func (Saved) message()     {}

// Deed is what the model wants done. Each but [End] is answered by one message.
type Deed string

// The deeds.
const (
	DoCheck    Deed = "check"    // → Checked
	DoUpdate   Deed = "update"   // → Happened and Ticked, at last Ended
	DoExamine  Deed = "examine"  // → Examined
	DoFix      Deed = "fix"      // → Mended
	DoPostpone Deed = "postpone" // → Postponed
	DoSave     Deed = "save"     // → Saved
	End        Deed = "end"      // the window closes
)

// Command is a deed with what it needs.
type Command struct {
	Do       Deed
	Products []manifest.ProductID // of an update
	Now      bool                 // of an update: a "not now" that stands is taken back first
	For      time.Duration        // of a postponement
	SSL2     mend.Choice          // of a fix
}
