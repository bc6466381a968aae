// Package winsettings reads what Windows has been told about TLS, and can set
// the one tick that half of the notice is about. It answers from the registry,
// and every answer carries the place that it came from, so that an
// administrator can go and look.
//
// # Who reads what
//
// Three stacks live on one PC, and each is steered by other values:
//
//	WinINet  (Internet Explorer, Edge in IE mode)   SecureProtocols, one per user
//	WinHTTP  (services, many clients)               DefaultSecureProtocols, one per view
//	.NET                                            SchUseStrongCrypto, SystemDefaultTlsVersions
//
// Below them all is Schannel: its TLS 1.2\Client key, the cipher policy and the
// FIPS switch overrule every stack but Go's, which has a TLS of its own.
//
// # Standings
//
// Each reader says what its values mean as a [Standing], and no more: whether
// that matters is for package doctor, and the authority is always a live
// request. A value that is missing is the default of this Windows; a value of a
// type that nobody expects is [Malformed] and named, never guessed at; one that
// could not be read makes the answer [Unknown].
//
// # The system behind it
//
// [Registry] is the whole of Windows that the readers need. System is this
// PC's, package winsettingstest has one in memory, and the tables of the tests
// run on every system. Sources are named at each reader: "DOMAIN" is the
// project's description of the field, section 2.
package winsettings
