package release

import (
	"time"

	"github.com/koshin-updater/koshin/manifest"
)

// Promotion is a build that goes into a channel for a share of the PCs.
type Promotion struct {
	At      time.Time        `json:"at"`
	Version manifest.Version `json:"version"`
	Channel manifest.Channel `json:"channel"`
	Percent int              `json:"percent"`
}
