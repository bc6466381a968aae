package trust

import (
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
)

// Role is what is signed about one role's own validity.
type Role struct {
	Name    string // root, targets, snapshot, timestamp or a product
	Version int64
	Expires time.Time
}

// Roles are the four that all products share, the one that is renewed most often
// last. A product's own role comes with its [Release].
func (r *Repository) Roles() []Role {
	root, targets := r.trusted.Root.Signed, r.trusted.Targets[metadata.TARGETS].Signed
	snapshot, timestamp := r.trusted.Snapshot.Signed, r.trusted.Timestamp.Signed
	return []Role{
		{metadata.ROOT, root.Version, root.Expires},
		{metadata.TARGETS, targets.Version, targets.Expires},
		{metadata.SNAPSHOT, snapshot.Version, snapshot.Expires},
		{metadata.TIMESTAMP, timestamp.Version, timestamp.Expires},
	}
}

// Products are those that have a role of their own, in the order in which targets
// names them. One that was never offered in a channel is [ErrUnknownProduct] there.
func (r *Repository) Products() []manifest.ProductID {
	var ids []manifest.ProductID
	delegations := r.trusted.Targets[metadata.TARGETS].Signed.Delegations
	if delegations == nil {
		return nil
	}
	for _, role := range delegations.Roles {
		if id, err := manifest.ParseProductID(role.Name); err == nil { // koshin delegates to nothing else
			ids = append(ids, id)
		}
	}
	return ids
}

// Role is the validity of the role that signed the manifest.
func (r *Release) Role() Role {
	return Role{string(r.Manifest.Product), r.role.Signed.Version, r.role.Signed.Expires}
}
