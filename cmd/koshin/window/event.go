package window

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater"
)

// ErrEvent is a line that is no event.
var ErrEvent = errors.New("not an event")

// MaxEvent bounds a line of an event file, in bytes. One with the longest
// message that koshin has takes a tenth of it.
const MaxEvent = 16 << 10

// EventSchema is the schema of the lines that this window reads.
const EventSchema = "koshin/event/1"

// Event is one line of a run's event file (DESIGN section 4), as the terminal
// and the log have it, too.
type Event struct {
	Schema  string             `json:"schema"`
	Seq     int64              `json:"seq"`
	Time    time.Time          `json:"time"`
	Phase   updater.Phase      `json:"phase"`
	Product manifest.ProductID `json:"product"`
	Bytes   int64              `json:"bytes"`
	Total   int64              `json:"total"`
	Message manifest.Text      `json:"message"`
}

// ParseEvent reads one line. What it does not know is left out, so that a window
// can follow a newer koshin; a line of another schema is [ErrEvent].
func ParseEvent(line []byte) (Event, error) {
	var e Event
	if len(line) > MaxEvent {
		return Event{}, fmt.Errorf("%w: %d bytes", ErrEvent, len(line))
	}
	if err := json.Unmarshal(line, &e); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if e.Schema != EventSchema || e.Bytes < 0 || e.Total < 0 {
		return Event{}, fmt.Errorf("%w: schema %q, %d of %d bytes", ErrEvent, e.Schema, e.Bytes, e.Total)
	}
	return e, nil
}
