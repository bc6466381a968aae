package github

import "errors"

// What callers decide on. The text around each says which and where.
var (
	// ErrNoToken is neither a token in the environment nor one that git knows.
	ErrNoToken = errors.New("no token for GitHub")
	// ErrToken is a token that GitHub does not know: mistyped, expired, revoked.
	ErrToken = errors.New("GitHub does not accept the token")
	// ErrRights is a token, or its user, that may not write here.
	ErrRights = errors.New("the token may not write to the repository")
	// ErrNotThere is a repository that does not exist, as far as the token can
	// see: GitHub says the same of a private one.
	ErrNotThere = errors.New("no such repository, or a private one that the token cannot see")
	// ErrPrivate is a repository that operators' PCs could not read.
	ErrPrivate = errors.New("the repository is private")
	// ErrArchived is a repository that its owner has made read-only.
	ErrArchived = errors.New("the repository is archived")
	// ErrEmpty is a repository without a commit: GitHub makes no release there.
	ErrEmpty = errors.New("the repository has no commit yet")
	// ErrProtected is a branch that the repository's rules keep from changing.
	ErrProtected = errors.New("the branch is protected")
	// ErrImmutable is a published release that takes no further package.
	ErrImmutable = errors.New("the release is published and immutable")
	// ErrLimit is a package that GitHub does not take.
	ErrLimit = errors.New("over GitHub's limits")
	// ErrRateLimit is GitHub asking to come back later. The text says when.
	ErrRateLimit = errors.New("GitHub's rate limit is reached")
)
