//go:build !linux && !windows

package installer

import (
	"os"

	"github.com/koshin-updater/koshin/manifest/pack"
)

func (c *carrier) likeList(string, *os.Root, string, pack.Entry) error { return nil }
