package doctor

import (
	"fmt"
	"time"
)

// What a fact says where there is nothing to read. The programs have words for
// these.
const (
	none       = "none"        // it was looked for and is not there
	unseen     = "unseen"      // it could not be looked at
	yes        = "yes"         //
	no         = "no"          //
	notWindows = "not-windows" // this system has no such thing
)

func orNone(text string) string {
	if text == "" {
		return none
	}
	return text
}

func yesNo(b bool) string {
	if b {
		return yes
	}
	return no
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// instant is a moment as people of any time zone read it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
