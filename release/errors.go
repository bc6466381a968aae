package release

import "errors"

// What callers decide on. The text around each says which and where.
var (
	// ErrNoRepository is a folder that holds no working copy.
	ErrNoRepository = errors.New("no working copy of a repository here")
	// ErrExists is something that is there already and is never overwritten.
	ErrExists = errors.New("exists already")
	// ErrBusy is another command at work in the same working copy.
	ErrBusy = errors.New("another command is working in this repository")
	// ErrDamaged is a working copy whose own files do not fit together.
	ErrDamaged = errors.New("the working copy is damaged")
	// ErrUnverifiable is a repository that a client would refuse. The reason,
	// one of manifest/trust's, is wrapped beside it.
	ErrUnverifiable = errors.New("a client could not verify this repository")

	// ErrUnknownProduct is a product without a definition.
	ErrUnknownProduct = errors.New("unknown product")
	// ErrUnknownBuild is a version that was never added.
	ErrUnknownBuild = errors.New("version not added")
	// ErrDefinition is a product definition that no manifest can be made from.
	ErrDefinition = errors.New("incomplete product definition")
	// ErrWithdrawn is a withdrawn build that cannot be promoted again.
	ErrWithdrawn = errors.New("withdrawn build")
	// ErrFloorDown is a floor below the one already set.
	ErrFloorDown = errors.New("the floor never goes down")
	// ErrPercent is a rollout outside 0 to 100.
	ErrPercent = errors.New("percent out of range")
	// ErrSchedule is a time at which nothing can be promoted: over, or more than
	// a year ahead.
	ErrSchedule = errors.New("not a time to promote at")
	// ErrScheduleDue is a scheduled promotion whose time has come and that no
	// refresh has taken in yet.
	ErrScheduleDue = errors.New("a scheduled promotion is due")
	// ErrNotScheduled is a promotion that is not scheduled.
	ErrNotScheduled = errors.New("not scheduled")
	// ErrScheduledStale is a scheduled promotion that clients would refuse, such
	// as one that was signed before the product's present role.
	ErrScheduledStale = errors.New("a scheduled promotion does not fit any more")
	// ErrFuture is a release date that has not come yet: clients take signed
	// dates as proof of the time, and would see everything else as expired.
	ErrFuture = errors.New("date in the future")
	// ErrKind is a kind of package that does not fit its source, its platform or
	// the builds published before.
	ErrKind = errors.New("this kind of package does not fit")
	// ErrFormat is a file that is not what its kind of package takes.
	ErrFormat = errors.New("not a file of this kind")
	// ErrSigner is a build whose signer is missing, or cannot be one.
	ErrSigner = errors.New("no signer that fits")
	// ErrSigning is a program that could not be signed.
	ErrSigning = errors.New("signing failed")
	// ErrSigningChanged is a program that came back with more than a signature.
	ErrSigningChanged = errors.New("signing changed more than the signature")
	// ErrPlatform is an operating system or architecture written wrongly.
	ErrPlatform = errors.New("not an operating system and architecture")

	// ErrKeysInside is a key folder inside the working copy, which may live in
	// git and be shared.
	ErrKeysInside = errors.New("the key folder is inside the working copy")
	// ErrKeyMissing is a role for which the key folder holds too few keys.
	ErrKeyMissing = errors.New("key missing")
	// ErrKeyForeign is a key that the repository does not trust for its role.
	ErrKeyForeign = errors.New("key of another role or repository")
	// ErrKeyFile is a file that is no OpenSSH ed25519 private key.
	ErrKeyFile = errors.New("not an OpenSSH ed25519 private key")
	// ErrPassphrase is a wrong or missing passphrase.
	ErrPassphrase = errors.New("wrong or missing passphrase")

	// ErrDestinationNewer is a destination that holds a later state of this
	// repository: this working copy is the stale one.
	ErrDestinationNewer = errors.New("the destination holds a newer state")
	// ErrDestinationDifferent is a destination that holds another repository,
	// or another history of this one.
	ErrDestinationDifferent = errors.New("the destination holds a different repository")
	// ErrDestinationDamaged is a file at the destination that no publisher left
	// there like that: it was edited, or cut short. It is never replaced behind
	// the back of whoever did it.
	ErrDestinationDamaged = errors.New("a file at the destination was changed there")
	// ErrDestinationChanged is a destination that somebody else published to
	// meanwhile. What readers see is theirs.
	ErrDestinationChanged = errors.New("somebody else published to this destination meanwhile")
)
