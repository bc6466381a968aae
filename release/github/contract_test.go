package github_test

import (
	"testing"

	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/github/githubtest"
	"github.com/koshin-updater/koshin/release/releasetest"
)

func TestDestination(t *testing.T) {
	releasetest.TestDestination(t, func(t *testing.T) release.Destination {
		return newWorld(t, githubtest.Repo{}).open(t, secret)
	})
}
