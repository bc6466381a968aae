// Package confirm proves that this PC, and the client installed on it, still
// reach the reception system over TLS 1.2, and judges what the proofs mean for
// an update.
//
// # Proofs
//
// [Prove] gathers, all at the same time:
//
//   - for each host of the signed manifest the strict Go stack, the "neutral
//     probe": TLS 1.2, an AEAD suite, a verified chain, the expected HTTP
//     status. It is neutral because it has nothing to do with the client;
//   - whether the host refuses TLS 1.0 and 1.1. This is evidence, and counts
//     only where the manifest says refuse_old;
//   - the client's own self_test, run from the install folder.
//
// A stack that this PC does not have, or that cannot be asked now, is unknown,
// never a failure. Nobody is ever logged in and nothing is ever sent: one GET
// of the address in the manifest, redirects not followed.
//
// # The verdict
//
// A failed connection alone says nothing about a new build: the line, the host
// or the PC may be at fault. So [Judge] compares the proofs from before the
// swap with those from after it, and sends a build back only if the old one
// did what the new one cannot. It is a pure function; its table is that of the
// design, row by row.
package confirm
