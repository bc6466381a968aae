// Package request lets an operator without rights have the daily run begin now.
//
// The run belongs to SYSTEM, which alone may install. It listens on a named pipe
// from its start to its end; whoever works at this PC connects, says one line and
// is answered with one:
//
//	operator  {"schema":"koshin/request/1","id":"<32 hex digits>","products":["torikomi-soshin"]}
//	run       {"schema":"koshin/answer/1","accepted":true,"run":"20210520T003000.000-1f2e3d4c"}
//	      or  {"schema":"koshin/answer/1","accepted":false,"refused":"unknown-product"}
//
// No products are all of them. The run's name leads to the files in which it
// tells what it does, and in the end what it did; they are for everybody to read.
//
// # What a hostile line can do
//
// It can make a run begin that was to begin within half an hour anyway, and be
// the operator's consent to end an outage inside the claim window. It cannot say
// what is installed, from where, or how: there is no field for a path, an address,
// a command line, a wish to retry or an answer to another question, and a field
// that is not known is refused. What is installed is what the signed manifest
// names for a product that an administrator configured.
//
// So many bounds hold: a line is no longer than [MaxLine], takes no longer than
// [Patience], comes from one of [Connections] at a time, and is one of
// [MaxRequests] that a run accepts; what came too late for its product makes the
// run go over that again, at most [MaxPasses] times.
//
// # Who speaks to whom
//
// The pipe is made with an explicit protection ([descriptor]), under a name that
// Windows lets only administrators make pipes by, and only if it is the first of
// that name; callers from other PCs are turned away by Windows and again here
// ([Caller]). The operator's koshin believes an answer only from a pipe that
// belongs to SYSTEM or to Administrators, and lends the other side nothing but
// the knowledge who is asking.
//
// All of that is thought here on an abstract [Listener] and tested on every system;
// pipe_windows.go only asks Windows.
package request
