// Package doctor finds out what stops this PC from connecting to the reception
// system over TLS 1.2, and what the operator can do about it.
//
// # Thirteen checks
//
// [Run] makes all the checks of [Checks] side by side and gives one [Finding]
// for each, in their order, whatever the others found: an operator reads one
// page, and does not mend one thing to be told of the next. A check that has
// no sense on this system says so and is no failure.
//
// A finding is a [Reason], which decides the [Verdict] and has its sentence and
// its remedy in the program's catalogue, and its evidence: the values that were
// read, each with the place it came from. What the proofs of updater/confirm
// saw is read from them and not looked at twice; the doctor adds what a proof
// does not need: the system's settings, name resolution and the bare
// connection, the client's folder, the certificates of the store.
//
// # One root cause
//
// One cause has many effects: a wrong clock makes every certificate look
// expired, and each TLS stack of the PC fails with it. [RootCause] names the
// first failure that no other failure explains.
//
// # No personal data
//
// A diagnosis is made to be sent to a help desk. It names no user, no home
// folder and not this PC; of the operator's certificates it gives dates and
// numbers only. What was gathered is masked once more at the end (updater/redact).
//
// Nothing is changed here, nobody is logged in, and no certificate is touched.
// The settings are read, and mended, by package doctor/winsettings.
package doctor
