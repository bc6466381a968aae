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
