package manifest

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Candidate is a build that exists for this kind of PC.
type Candidate struct {
	Build   Build
	Package Package
}

// Candidates lists the builds that have a package for the operating system and
// architecture, newest first. Withdrawn builds are left out: nobody installs
// them, and an installed one stays.
func (m *Manifest) Candidates(os, arch string) []Candidate {
	var found []Candidate
	for _, b := range m.Builds {
		for _, p := range b.Packages {
			if p.OS == os && p.Arch == arch && b.Withdrawn == nil {
				found = append(found, Candidate{Build: b, Package: p})
			}
		}
	}
	slices.SortFunc(found, func(a, b Candidate) int { return b.Build.Version.Compare(a.Build.Version) })
	return found
}

// Everybody is the percent of a build that all PCs may install.
const Everybody = 100

// Percent is the share of PCs that may install the build. Where an update is
// required the rollout does not count: a client that cannot connect must not
// wait its turn.
func (b Build) Percent(required bool) int {
	if b.Rollout == nil || required {
		return Everybody
	}
	return b.Rollout.Percent
}

// Choice is what a manifest means for a PC before anything is asked of the PC
// itself. Updater and publisher both ask for it, so that what a publisher is
// told is what PCs will do.
type Choice struct {
	Required bool        // below the floor, or no version is known
	Forward  []Candidate // the builds that would move it forward, newest first
}

// Choose looks at the builds for one platform with the eyes of a PC that has a
// version installed; zero is none, or one that nobody can read. A build moves a
// PC forward that is newer than the installed one and, where that one is below
// the floor, not below the floor itself.
func (m *Manifest) Choose(os, arch string, installed Version) Choice {
	ready, known := m.Ready(installed)
	c := Choice{Required: installed.IsZero() || known && !ready}
	for _, candidate := range m.Candidates(os, arch) {
		v := candidate.Build.Version
		enough := !c.Required || m.TLSReady == nil || !v.Less(m.TLSReady.Version)
		if enough && (installed.IsZero() || installed.Less(v)) {
			c.Forward = append(c.Forward, candidate)
		}
	}
	return c
}

// Way is a build and the share of PCs, in percent, whose turn it is. A PC takes
// the first way that is open to it, see [Share].
type Way struct {
	Version Version `json:"version"`
	Percent int     `json:"percent"`
}

// Ways lists what PCs of this choice install, newest first, down to the build
// that is open to everybody: a build below that is installed by nobody.
func (c Choice) Ways() []Way {
	var ways []Way
	for _, candidate := range c.Forward {
		percent := candidate.Build.Percent(c.Required)
		if percent > 0 {
			ways = append(ways, Way{candidate.Build.Version, percent})
		}
		if percent >= Everybody {
			break
		}
	}
	return ways
}

// Withdrawal is why a version was withdrawn, if it was.
func (m *Manifest) Withdrawal(v Version) (reason string, withdrawn bool) {
	for _, b := range m.Builds {
		if b.Withdrawn != nil && b.Version.Equal(v) {
			return b.Withdrawn.Reason, true
		}
	}
	return "", false
}

// Ready says whether a version is at or above the floor. Without a floor
// nothing can be said, and known is false.
func (m *Manifest) Ready(v Version) (ready, known bool) {
	if m.TLSReady == nil || v.IsZero() {
		return false, false
	}
	return !v.Less(m.TLSReady.Version), true
}

// Share places an installation on a scale of 0 to 99 for one build. A build
// with a rollout of N percent is offered where the share is below N: the same
// PCs stay in as N grows, and another build starts with other PCs.
func Share(installation string, product ProductID, v Version) int {
	sum := sha256.Sum256([]byte(installation + "\x00" + string(product) + "\x00" + v.String()))
	return int(binary.BigEndian.Uint64(sum[:8]) % 100)
}
