// Package winstacktest changes, for a test, what the TLS stacks of Windows go
// by: the root store and SCHANNEL. Only in Wine, where nobody's PC is touched:
// elsewhere the test is skipped. What was changed is put back when the test
// ends.
//
// SCHANNEL is one for the whole prefix, and test binaries run side by side. So
// every test that needs WinINet or WinHTTP to work, or not to, calls [Alone]
// first. A process that has asked once does not notice changes of SCHANNEL, so
// such questions need a process of their own.
package winstacktest
