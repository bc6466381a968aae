// Package github publishes to a repository on GitHub, or on a GitHub
// Enterprise host.
//
// # Where what is
//
// Packages are assets of releases, one release for each build, whose tag is
// <product>-<version>. Everything else is in a branch that koshin makes and
// that holds nothing else. Package manifest/githubpath has the names, for the
// publisher and for the operators' PCs, which read plain files and never ask
// the API.
//
// # The order
//
//  1. A build's release is made as a draft, which nobody sees.
//  2. Its packages are uploaded. GitHub says an asset's SHA-256 in its answer,
//     which must be the one in its name.
//  3. When all packages of a build are there, its release is published.
//  4. All small files become one commit on the branch, with the commit as its
//     parent that was looked at. Git moves a branch only forward, so a commit
//     beside somebody else's is refused: one publisher wins.
//
// A reader sees step 4 alone. A release that is published without it is
// harmless, and the other way round would be a broken repository, so step 4
// looks at every package once more.
//
// # What can be in the way
//
// GitHub's limits ([ErrLimit]): an asset is smaller than 2 GiB, a release has
// at most 1000. Where the repository's owner has made releases immutable, a
// platform cannot be added to a build whose release is published
// ([ErrImmutable]). Raw files may be five minutes old, so operators' PCs see a
// new state up to five minutes later; a PC that was told by a cache that the
// next root is not there yet asks again later.
//
// Rate limits are an answer with the time at which to ask again; package
// release waits for as long as makes sense.
//
// # The token
//
// It needs the permission "Contents: read and write" (or the scope repo, or
// public_repo), is sent to the API and to the host of uploads and nowhere
// else, and appears in no error and no log.
package github
