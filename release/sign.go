package release

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// Names of the key files, and how many of root and targets must sign.
const (
	holders   = 3 // people who hold a root key, and a targets key
	threshold = 2 // of them
	onlineKey = "online"
)

func holderKeys(role string) []string {
	names := make([]string, holders)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%d", role, i+1)
	}
	return names
}

func productKey(id manifest.ProductID) string { return "product-" + string(id) }

// signers loads the keys among names that the role trusts. Fewer than the
// role's threshold is an error that names those missing.
func (k *Keys) signers(role string, names []string, trusted *metadata.Role) ([]*key, error) {
	var found []*key
	var missing, foreign []string
	for _, name := range names {
		one, err := k.load(name)
		switch {
		case errors.Is(err, ErrKeyMissing):
			missing = append(missing, name)
		case err != nil:
			return nil, fmt.Errorf("sign %s: %w", role, err)
		case !slices.Contains(trusted.KeyIDs, one.id):
			foreign = append(foreign, name)
		case slices.ContainsFunc(found, func(k *key) bool { return k.id == one.id }):
			foreign = append(foreign, name+" (the same key once more)")
		default:
			found = append(found, one)
		}
	}
	switch {
	case len(found) >= trusted.Threshold:
		return found, nil
	case len(foreign) > 0:
		return nil, fmt.Errorf("sign %s: %w: %s in %s", role, ErrKeyForeign, list(foreign), k.Dir)
	}
	return nil, fmt.Errorf("sign %s: %w: %d of %d needed keys are in %s; not there: %s", role, ErrKeyMissing, len(found), trusted.Threshold, k.Dir, list(missing))
}

// sign replaces a role's signatures and writes the file's bytes.
func sign[T metadata.Roles](m *metadata.Metadata[T], keys []*key) ([]byte, error) {
	m.ClearSignatures()
	for _, one := range keys {
		signer, err := signature.LoadED25519Signer(one.private)
		if err != nil {
			return nil, err
		}
		if _, err := m.Sign(signer); err != nil {
			return nil, err
		}
	}
	data, err := m.ToBytes(true)
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// newRoot makes the first root: whose keys count, and how many.
func newRoot(now time.Time, root, targets []*key, online *key) (*metadata.Metadata[metadata.RootType], error) {
	m := metadata.Root(expiry(now, rootDays))
	for role, keys := range map[string][]*key{
		metadata.ROOT:      root,
		metadata.TARGETS:   targets,
		metadata.SNAPSHOT:  {online},
		metadata.TIMESTAMP: {online},
	} {
		for _, one := range keys {
			if err := m.Signed.AddKey(one.public, role); err != nil {
				return nil, err
			}
		}
		m.Signed.Roles[role].Threshold = min(threshold, len(keys))
	}
	return m, nil
}

// delegate gives a product its own role: one key, and the names below the
// product's folder. It is terminating, so no other role can answer for them.
// "*" does not cross "/" in TUF, hence two patterns.
func delegate(targets *metadata.TargetsType, id manifest.ProductID, one *key) {
	targets.Delegations.Keys[one.id] = one.public
	targets.Delegations.Roles = append(targets.Delegations.Roles, metadata.DelegatedRole{
		Name:        string(id),
		KeyIDs:      []string{one.id},
		Threshold:   1,
		Terminating: true,
		Paths:       []string{string(id) + "/*", string(id) + "/*/*"},
	})
}

// delegation is who may sign a product's role.
func delegation(targets *metadata.TargetsType, id manifest.ProductID) *metadata.Role {
	for _, d := range targets.Delegations.Roles {
		if d.Name == string(id) {
			return &metadata.Role{KeyIDs: d.KeyIDs, Threshold: d.Threshold}
		}
	}
	return &metadata.Role{Threshold: 1}
}

// metaFile names one version of a role by length and hash, so that a mirror
// cannot mix files of two states.
func metaFile(version int64, data []byte) *metadata.MetaFiles {
	sum := sha256.Sum256(data)
	return &metadata.MetaFiles{
		Version: version,
		Length:  int64(len(data)),
		Hashes:  metadata.Hashes{"sha256": sum[:]},
	}
}

// targetFile promises a file: one sha256 and nothing else, because a second
// algorithm would make its name in the repository ambiguous.
func targetFile(size int64, sum [32]byte) *metadata.TargetFiles {
	return &metadata.TargetFiles{Length: size, Hashes: metadata.Hashes{"sha256": sum[:]}}
}
