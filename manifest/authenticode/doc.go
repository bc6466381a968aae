// Package authenticode verifies the signature that is embedded in a Windows
// program (PE) or a Windows Installer package (MSI), on every system, without
// the network and without asking the PC whom it trusts.
//
// # Why not Windows
//
// WinVerifyTrust says whether some authority of some hundred, or one that an
// administrator or a program of his added, vouches for somebody. It asks the
// network on the way, accepts bytes behind a signature (CVE-2013-3900, unless a
// registry key says otherwise), and is wrong in Wine, where unknown authorities
// pass. A publisher and the operators' PCs must judge alike; so one program
// judges, on all of them. Windows still judges for itself when it starts the file.
//
// # What is checked
//
//   - The file: the digest over everything but the checksum, the entry that names
//     the table, and the table; the table is the end of the file, has one entry,
//     and nothing but zeros fills it up to eight bytes. Of an MSI: all streams,
//     and their names, sizes and times where the signature has a hash of them
//     (MsiDigitalSignatureEx); no sector with two owners, none behind the last.
//   - The signature: one signer; SHA-256, 384 or 512; RSA from 2048 bits, ECDSA
//     from 256, in every certificate up to the pinned one; DER; type of content
//     and kind of file as they must be.
//   - The time stamp (RFC 3161), of this signature and the only thing in it that
//     is not signed: nested signatures, blobs and certificates that nothing leads
//     to are refused, since anybody could have put them there.
//   - The people: the publisher's common name; both certificates made for their
//     use, valid at the time of the stamp, and leading to the two certificates
//     that the manifest pins ([manifest.Signer]). An expired certificate is no
//     fault as long as the stamp is from its days, and the PC's clock, which may
//     be wrong, does not count.
//
// # What it is worth
//
// The manifest has the hash of every package, and is signed. What this adds is
// one more hand that must have been at work: the one with the publisher's
// signing key. A build machine that puts out something else, or a release that
// was never signed, is found by the publisher's own koshin-release before anybody
// is offered it. It is no help against whoever has the product's key, for he
// writes the signer into the manifest, too.
//
// Revocation is not asked for: that needs the network at the one moment at which
// nothing may hang. A publisher whose signing key was stolen withdraws the build.
//
// Where a signature over an MSI has no hash of the names, streams can be renamed
// under it; Windows allows that, and so does this package. The manifest's hash of
// the package does not.
//
// # What it leans on
//
// crypto/x509 verifies the chains, github.com/smallstep/pkcs7 takes the message
// apart and checks it. The rest is ours, because of the libraries that know
// Authenticode, relic (v7.6.2, the newest that the module proxy has) takes SHA-1,
// nested signatures, blobs, a second entry in the table and bytes behind an MSI,
// reserves the 4 GiB that a header claims, and leaves chain and time to the
// caller; saferwall/pe hands MD5 and SHA-1 on, knows no time stamps and no MSI.
// An MSI whose hash of the names was renamed to an ordinary stream, so that it
// covers nothing, is taken by relic and by osslsigncode 2.9 alike
// (TestNeverLaxer); [ErrMalformed] here.
//
// Stricter than Windows, and so to know for a publisher: one signature in a
// file, an RFC 3161 stamp, no certificate beside the chains. Stamps with an
// attribute certificate, as Microsoft's had until about 2020, are refused.
package authenticode
