package installer

import (
	"testing"

	"github.com/koshin-updater/koshin/manifest"
)

func rule(t testing.TB, text string) manifest.Rule {
	t.Helper()
	r, err := manifest.ParseRule(text)
	must(t, err)
	return r
}

func ver(t testing.TB, text string) manifest.Version {
	t.Helper()
	v, err := manifest.ParseVersion(text)
	must(t, err)
	return v
}
