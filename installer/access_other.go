//go:build !linux

package installer

import "github.com/koshin-updater/koshin/manifest/pack"

func (c *carrier) likeList(pack.Entry) error { return nil }
