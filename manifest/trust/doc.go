// Package trust is koshin's TUF client: it turns an anchor and an untrusted
// host into manifests and promises, and nothing else can make a
// [manifest.Promise].
//
// go-tuf's trustedmetadata verifies signatures, thresholds, versions, expiry
// and hashes; its order of calls is the specification's client workflow
// (TUF 1.0.31, section 5). Everything around it is ours, because go-tuf's own
// updater has no context, reads targets whole, is bricked by a damaged cache
// and forgets accepted roots when it is given the anchor again (all measured):
//
//	Open      the anchor, then every root accepted here before
//	Refresh   newer roots until there is none, then timestamp, snapshot, targets
//	Release   the product's own role, its manifest, and promises for its packages
//
// A refresh with nothing new makes two small requests: the next root, which is
// not there, and timestamp.json. Everything else is read from the [Store],
// verified again, and fetched only where it is missing, damaged or old: a bad
// cache costs a download, never an update.
//
// Two stores hold what was accepted. The cache may be lost at any time. The
// second, Seen, keeps the highest manifest seq of each channel and the clock
// floor, the newest release date that a product's key has signed: a clock set
// back behind it, or behind the program's own build time, does not make an
// expired signature good again. Neither the local clock nor the online key
// raises the floor.
//
// Whatever is refused here matches [ErrRefused]; it is evidence of a fault or
// an attack, and no caller retries it with less strictness.
package trust
