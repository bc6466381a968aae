package mend

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
)

// recordPlace is where it is kept what a fix found: one value, which Windows
// replaces as a whole, in the same hive as the setting.
func recordPlace() winsettings.Place {
	return winsettings.Place{Hive: winsettings.User, Key: `Software\Koshin\Undo`, Name: "SecureProtocols"}
}

const recordSchema = "koshin/undo/1"

// maxWrote bounds how many values one record remembers to have written: the
// bits of TLS 1.2 and SSL 2.0 can be set in four ways.
const maxWrote = 8

// record is what was there before the first change, and every value that koshin
// wrote since.
type record struct {
	Schema string      `json:"schema"`
	Path   string      `json:"path"`
	Time   time.Time   `json:"time"` // of the last change
	Old    storedValue `json:"old"`
	Wrote  []heldBytes `json:"wrote"`
}

// storedValue is a value that may not have been there.
type storedValue struct {
	Present bool      `json:"present"`
	Value   heldBytes `json:"value,omitzero"`
}

type heldBytes struct {
	Type winsettings.Type `json:"type"`
	Data string           `json:"data"` // hexadecimal
}

func hold(v winsettings.Value) heldBytes { return heldBytes{v.Type, hex.EncodeToString(v.Data)} }

func (h heldBytes) value() (winsettings.Value, error) {
	data, err := hex.DecodeString(h.Data)
	v := winsettings.Value{Type: h.Type, Data: data}
	if _, ok := v.Number(); err != nil || !ok {
		return v, fmt.Errorf("%w: %s", ErrUndoRecord, v)
	}
	return v, nil
}

// readRecord gives nil where there is none. Anything that koshin would not have
// written is ErrUndoRecord.
func readRecord(r winsettings.Registry) (*record, error) {
	reading := winsettings.Read(r, recordPlace())
	if reading.Err != nil || !reading.Found {
		return nil, reading.Err
	}
	text, ok := reading.Value.Text()
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrUndoRecord, reading.Value.Type)
	}
	var rec record
	if err := strictly([]byte(text), &rec); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUndoRecord, err)
	}
	return &rec, rec.check()
}

var errMore = errors.New("more than one document")

// strictly reads one JSON document, with no member that to does not have.
func strictly(data []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errMore
	}
	return nil
}

func (rec *record) check() error {
	if rec.Schema != recordSchema || rec.Path != winsettings.Tick().String() || len(rec.Wrote) == 0 || len(rec.Wrote) > maxWrote {
		return fmt.Errorf("%w: %q of %q with %d values", ErrUndoRecord, rec.Schema, rec.Path, len(rec.Wrote))
	}
	if rec.Old.Present {
		if _, err := rec.Old.Value.value(); err != nil {
			return err
		}
	}
	for _, held := range rec.Wrote {
		if _, err := held.value(); err != nil {
			return err
		}
	}
	return nil
}

func (rec *record) write(r winsettings.Registry) error {
	data, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	if err := r.Write(recordPlace(), winsettings.Text(string(data))); err != nil {
		return fmt.Errorf("keep what was there before: %w", err)
	}
	return nil
}

// wrote says whether what is there now was written by koshin.
func (rec *record) wrote(now winsettings.Reading) bool {
	for _, held := range rec.Wrote {
		if value, err := held.value(); err == nil && now.Found && now.Value.Same(value) {
			return true
		}
	}
	return false
}

// found says whether what is there now is what koshin found at first.
func (rec *record) found(now winsettings.Reading) bool {
	if !rec.Old.Present || !now.Found {
		return rec.Old.Present == now.Found
	}
	value, err := rec.Old.Value.value()
	return err == nil && now.Value.Same(value)
}
