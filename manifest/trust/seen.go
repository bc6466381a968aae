package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

const seenName = "seen.json"

// seen is what was accepted here before, kept apart from the cache so that a
// lost cache does not let an older manifest in.
type seen struct {
	Seq   map[string]int64 `json:"seq"`   // by manifest target name
	Clock time.Time        `json:"clock"` // the clock floor
}

// loadSeen reads the file. A damaged one is worth a warning and no more: the
// cache still remembers, and refusing to go on would stop updates for ever.
func loadSeen(store Store, log *slog.Logger) seen {
	s := seen{Seq: map[string]int64{}}
	data, err := store.Load(seenName)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("memory of accepted manifests is damaged, starting anew", "error", err)
		return seen{Seq: map[string]int64{}}
	}
	if s.Seq == nil {
		s.Seq = map[string]int64{}
	}
	return s
}

// accept refuses a manifest older than one accepted before and remembers the
// new one, with the newest release date that it signs.
func (c *Client) accept(m *manifest.Manifest) error {
	name := manifest.TargetName(m.Product, m.Channel)
	if highest := c.seen.Seq[name]; m.Seq < highest {
		return refuse(ErrRollback, name, fmt.Errorf("seq %d, and %d was accepted here before", m.Seq, highest))
	}
	clock := c.seen.Clock
	for _, b := range m.Builds {
		if released := b.Released.Time(); released.After(clock) {
			clock = released
		}
	}
	if c.seen.Seq[name] == m.Seq && clock.Equal(c.seen.Clock) {
		return nil
	}
	c.seen.Seq[name], c.seen.Clock = m.Seq, clock
	data, err := json.Marshal(c.seen)
	if err != nil {
		return err
	}
	if err := c.options.Seen.Save(seenName, data); err != nil {
		return fmt.Errorf("remember %s: %w", name, err)
	}
	return nil
}
