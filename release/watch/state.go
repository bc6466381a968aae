package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
)

// MaxState bounds a state file, in bytes. Its metadata is bounded by maxMetadata,
// and grows by a third as text.
const MaxState = 2 * maxMetadata

const stateSchema = "koshin/release-watch-state/1"

// ErrState is a state that is damaged, or of another repository.
var ErrState = errors.New("unusable state")

// State is what a PC would remember of a repository: the root that it began with
// and everything that it accepted since. Whoever can write it can make watch
// overlook that a version went down.
type State struct {
	Schema  string       `json:"schema"`
	Address string       `json:"address"`
	Anchor  []byte       `json:"anchor"`
	First   bool         `json:"first_use"` // nobody gave the anchor
	Looked  time.Time    `json:"looked"`    // when it was last in order
	Trust   trust.Memory `json:"trust"`
	Seen    trust.Memory `json:"seen"`
}

// NewState remembers nothing yet.
func NewState(address string) *State {
	return &State{Schema: stateSchema, Address: address, Trust: trust.Memory{}, Seen: trust.Memory{}}
}

// ParseState reads what [State.Encode] wrote about the repository at this address.
func ParseState(data []byte, address string) (*State, error) {
	s := NewState(address)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	switch {
	case s.Schema != stateSchema:
		return nil, fmt.Errorf("%w: schema %q is not %q", ErrState, s.Schema, stateSchema)
	case s.Address != address:
		return nil, fmt.Errorf("%w: it is about %s", ErrState, s.Address)
	case s.Trust == nil || s.Seen == nil:
		return nil, fmt.Errorf("%w: parts are missing", ErrState)
	}
	return s, nil
}

// Encode is the state as a file. One above [MaxState] could not be read again and
// is manifest.ErrTooLarge.
func (s *State) Encode() ([]byte, error) {
	data, err := json.Marshal(s)
	if err == nil && len(data) > MaxState {
		err = fmt.Errorf("%w: %d bytes of state", manifest.ErrTooLarge, len(data))
	}
	return data, err
}
