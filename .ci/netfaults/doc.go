// The netfaults command proves that koshin names what is wrong with a network. For
// each row it starts real hosts and proxies on the loopback, publishes with the real
// koshin-release a client whose confirm host is there, and runs the real koshin on a
// PC on which that client is installed. A row says beforehand what koshin must
// answer; a row that is answered otherwise ends the program with exit code 1.
//
// # Who plays what
//
//	crypto/tls        Go's TLS, where a fault is a setting of it
//	openssl           "openssl s_server", where Go refuses to be that bad
//	nginx             a web server as people run it
//	tcp               a listener that does one thing to a connection: nothing, a
//	                  reset, a drip; a listener whose queue is full plays the
//	                  firewall that drops packets
//	proxy             answers CONNECT: passes on, refuses, asks for a password, or
//	                  re-signs with an authority of its own as inspecting security
//	                  products do
//	name server, no network   koshin runs in a namespace of its own with another
//	                  resolv.conf, or with no network at all
//
// Hosts behind a proxy have names that only the proxy knows, as in a company. Nothing
// leaves this machine. A row that this machine does not allow says why; the name
// servers need root, for their port.
//
// # What is compared
//
// A connection row runs "koshin confirm" and "koshin doctor": the verdict, the cause
// at the first host that did not answer, the doctor's root cause, the exit code, and
// that the proofs took no longer than their budget and the start of the program. An
// update row runs "koshin update", more than once where the story needs it, and also
// looks which build stands in the install folder and whether a package was asked for.
//
// Whatever happens in the middle of an update happens while the new build is
// rehearsed: that is after the baseline and before the swap, and koshin waits for it.
package main
