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
//	  scheduled/<product>.json         what was signed ahead; never published
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
// # Publishing
//
// [Repository.Publish] holds a [Destination] against the working copy, sends the
// packages that are not there, and makes the new state visible by one [Commit].
// So the same is true there, wherever it is cut off, and whoever else publishes
// at the same time.
//
// # A difference
//
// Before anything is signed, [Options].Review is shown a [Difference]: the
// manifests before and after, seen with the eyes of a PC of every platform with
// every installed version. It asks what the updater asks ([manifest.Choose]),
// so a publisher is told what PCs will do.
//
// # A promotion at a time to come
//
// [Repository.Schedule] signs a product's role as it will be then and keeps it,
// with its manifests, in scheduled/. The first [Repository.Renew] after that
// time puts it into metadata/ in one change, with the online key alone: a
// rollout goes on while the product's key lies in a safe.
//
//   - Until then nobody can read it at a destination: no role, no manifest. Its
//     packages can be there, as those of every build that was added.
//   - Numbers of roles and manifests only rise. Every change of the product
//     makes what is scheduled anew, on top, and no number that was ever signed
//     ahead stands for something else. So what was cancelled is older than what
//     is published, and no PC that has seen the one takes the other.
//   - Before it is taken in, and by Verify, a client goes from the present state
//     to the scheduled ones. What it would refuse stays out and is reported; the
//     rest is renewed, because a repository that is not renewed expires for all.
//   - The release date of a build is that of its adding and never lies ahead
//     ([ErrFuture]), so a clock floor never comes from the future.
//
// The time is a promise of the scheduler, and is not signed: whoever has the
// online key and reads scheduled/, for instance in git, can publish the
// promotion early. He can publish nothing else, no other build and no other
// share, and nothing that was cancelled on PCs that saw the state after it. Who
// cannot accept that promotes by hand.
package release
