// Package transport is the one way from this PC to a release host: TLS 1.2,
// neither older nor newer, and never anything weaker.
//
// # What it insists on
//
//   - [Version] is the only TLS version, [Suites] the only cipher suites: the
//     six of TLS 1.2 that have forward secrecy and authenticated encryption.
//   - The certificate is verified against the system's roots and, beside them,
//     the one file an administrator may name ([Roots]). Nothing turns that off.
//   - Only https, on the first request and after every redirect.
//   - What a host puts into the query of a redirect opens a file to whoever reads
//     it: no log, no error and no Referer has it.
//   - Every wait and every size has a limit. What is longer than its limit is
//     refused, never cut off in silence.
//
// TLS is a seat belt here, not the proof of authenticity: what a file is worth
// is decided by the signatures that package trust verifies, whatever road it
// came by. So a folder or a network share is as good a [Source] as a host.
//
// # The parts
//
// [NewClient] makes the http.Client that the whole program shares. [ParseSource]
// turns one entry of the configuration's source.urls into a [Source], from which
// metadata is fetched whole and packages are opened as streams. A host, a branch
// on GitHub with its releases, and a folder are read alike.
// The TLS configurations ([ClientConfig], [ServerConfig]) are also used by the
// connectivity proofs and by koshin's own hosts, so that there is one place that
// says what TLS means.
//
// # Errors
//
// A failed connection says which way it failed: [ErrTLSVersion] (the host does
// not speak TLS 1.2), [ErrHandshake] (no common cipher suite, or it asked for a
// client certificate), [ErrCertificate] and its kinds, [ErrProxy],
// [ErrUnreachable], [ErrTimeout]. A file that a host does not have is
// fs.ErrNotExist; one longer than its limit is manifest.ErrTooLarge.
package transport
