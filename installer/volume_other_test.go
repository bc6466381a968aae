//go:build !linux

package installer

import "testing"

func mountSmall(t *testing.T, _ string) { t.Skip("Linux only") }
