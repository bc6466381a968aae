// Package watch looks at a published repository from outside, as the PCs that
// depend on it do, and says whether somebody must be woken.
//
//	fresh      how long each role, and each certificate on the way, is still valid
//	complete   every manifest and every package is there, with the length that was
//	           promised; with [Options.Deep] every byte of it
//	what PCs do  per product, channel and platform, by the code that PCs choose with
//
// It needs no working copy and no key: an anchor, or without one the first root
// that the host shows ([FirstUse], which is said). It looks twice where it has been
// here before ([State]): as a PC that was never here, which must find every file,
// and as one that was, which notices that a version went down.
//
// The answer is always a [Report]. A [Level] is an exit code of a monitor's plugin.
// What is wrong with the host is critical; what kept watch itself from seeing, such
// as a proxy of its own, is unknown.
//
// Nothing that a host sends makes it wait or grow: [Options.Timeout] ends all,
// [maxMetadata] bounds what is read whole, packages stream.
package watch
