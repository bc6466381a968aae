// Package manifest says what a release is.
//
// # Words
//
// A product is a client software, such as torikomi-soshin (取込送信システム).
// A build is one version of it; a package is a build for one operating system
// and architecture. A channel (stable, pilot) is a signed list of builds. The
// floor is the version of the TLS-ready build of April 2021: below it an
// update is required. A delta is a patch from one build to another.
//
// # Who trusts what
//
//	anchor (1.root.json, given to the PC when it is enrolled)
//	  └─ root       2 of 3 keys, offline        says whose keys count
//	       ├─ timestamp   online key, 7 days    says which snapshot is newest
//	       ├─ snapshot    online key            says which version of each role is current
//	       └─ targets     2 of 3 keys, offline  delegates one role to each product
//	            └─ <product>  the publisher's key
//	                 ├─ <product>/<channel>.v1.json   the Manifest of this package
//	                 └─ <product>/...                 packages, by length and SHA-256
//
// A Manifest is therefore a signed file like any other: package trust verifies
// the chain above and hands over the manifest together with a [Promise] for
// each file that it names. Nothing else can make a Promise.
//
// # Strictness
//
// [Parse] refuses unknown fields, duplicate keys, bad versions and sizes over
// the limits, and names the field. A later schema is a new target beside this
// one (".v2.json"), so a strict reader never meets a field it does not know.
//
// This package imports nothing else of koshin's and touches neither disk nor
// network.
package manifest
