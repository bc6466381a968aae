// Package release is the publisher's side: it keeps a signed repository of
// builds and hands it to a host.
//
// # Words
//
// The working copy is a plain folder that can live in git. The key folder is
// somewhere else. A destination is where operators' PCs read from; it holds
// nothing but files.
//
//	working copy
//	  metadata/timestamp.json          names the newest snapshot; the last file ever written
//	  metadata/N.snapshot.json         names the version of every role
//	  metadata/N.root.json             whose keys count; 1.root.json is the first anchor
//	  metadata/N.targets.json          delegates one role to each product
//	  metadata/N.<product>.json        names that product's files
//	  targets/<product>/<hash>.stable.v1.json             a manifest
//	  targets/<product>/<version>/<hash>.<os>-<arch>.<kind> a package
//	  products/<product>.json          the definition everything above is made from
//	  .koshin/                         lock and unfinished work; never published
//
//	key folder (OpenSSH ed25519 files)
//	  root-1 root-2 root-3             2 of 3, for root
//	  targets-1 targets-2 targets-3    2 of 3, for targets
//	  online                           for snapshot and timestamp
//	  product-<product>                for that product's role
//
// # A change
//
// Every method that changes something does it in one step, all or nothing:
//
//  1. the new files are written to .koshin/pending/ and flushed,
//  2. a client (manifest/trust, with an empty cache) reads the repository as it
//     would become, from 1.root.json on; what it refuses is thrown away,
//  3. pending/ becomes commit/ by one rename: now the change has happened,
//  4. the files move to their places, packages first, timestamp.json last.
//
// A kill before step 3 leaves the working copy as it was; after it, the next
// command finishes step 4. A reader of the folder sees the old repository or
// the new one, complete, at any moment.
//
// [Repository.Publish] copies to a [Destination] in the same order, so the same
// is true there, wherever it is cut off.
package release
