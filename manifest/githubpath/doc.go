// Package githubpath says where a repository's files are when GitHub hosts it.
// The publisher and the operator's PC both ask here, so they cannot disagree.
//
// A place is written github:OWNER/REPO, or github:HOST/OWNER/REPO where an
// organization runs GitHub Enterprise, and @BRANCH where the branch is not
// [DefaultBranch].
//
//	metadata/timestamp.json, targets/<product>/<hash>.stable.v1.json
//	    a file of the branch
//	targets/<product>/<version>/<hash>.<os>-<arch>.<kind>
//	    the asset <hash>.<os>-<arch>.<kind> of the release <product>-<version>
//
// Packages are assets because git keeps every byte for ever and takes no file
// above 100 MB; the other files are in a branch because a commit changes all
// of them in one step.
//
// Clients read plain files ([Place.URL]) and never GitHub's API, which answers
// 60 questions an hour for one address: one office with many PCs.
package githubpath
