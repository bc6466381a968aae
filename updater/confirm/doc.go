// Package confirm proves that this PC, and the client installed on it, still
// reach the reception system over TLS 1.2, and judges what the proofs mean for
// an update.
//
// # Proofs
//
// [Prove] gathers, all at the same time and in at most [DefaultBudget] a host:
//
//   - for each host of the signed manifest the strict Go stack, the "neutral
//     probe": TLS 1.2, an AEAD suite, a verified chain, the expected HTTP
//     status. It is neutral because it has nothing to do with the client;
//   - whether the host refuses TLS 1.0 and 1.1. This is evidence, and counts
//     only where the manifest says refuse_old. A host that names the version as
//     its reason refuses it; one that breaks off is presumed to, if it does not
//     do so with TLS 1.2 as well; a host that was not reached has refused
//     nothing;
//   - WinINet and WinHTTP of the operator's, where [Options.Stacks] can ask
//     them: with this PC's settings, which is the proof, and with TLS 1.2 only,
//     which explains it;
//   - the client's own self_test, run from the install folder.
//
// A stack that this PC does not have, or that cannot be asked now, is unknown,
// never a failure. Nobody is ever logged in and nothing is ever sent: one GET
// of the address in the manifest, redirects not followed.
//
// # Why it failed
//
// Each failure has a [Cause], one word whichever stack it came from, and a
// [Stage]. Where one attempt cannot tell, another is made for evidence only and
// never turns into a success: weaker suites tell a host of another age from one
// that wants a certificate, and a certificate outside its time is verified for
// a moment inside it, so that the host's own Date tells an old certificate from
// a wrong clock.
//
// # Who issued it
//
// A chain that leads to a root which is neither one that browsers bring along
// (golang.org/x/crypto/x509roots/fallback) nor in ca_file was issued on this
// side of the line: a proxy or a security product re-signs the traffic, and
// [HostProof.Interceptor] names it. Such a connection proves TLS 1.2 as far as
// that proxy and no further, so it is not called confirmed. It is said as a
// possibility, since Windows also trusts roots that browsers do not. An
// administrator who knows his proxy names its root in ca_file.
//
// # The verdict
//
// A failed connection alone says nothing about a new build: the line, the host
// or the PC may be at fault. So [Judge] compares the proofs from before the
// swap with those from after it, and sends a build back only if the old one
// did what the new one cannot. It is a pure function; its table is that of the
// design, row by row. What Go, WinINet and WinHTTP say together is read by the
// matrix of DOMAIN section 5 ([HostProof.Reading]) and becomes the [Reason]: it
// explains a verdict, and never sends a build back or keeps one that is at
// fault.
package confirm
