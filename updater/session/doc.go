// Package session runs a program as the operator who is signed in, for a koshin
// that is nobody: the daily run is SYSTEM, and SYSTEM has neither the operator's
// proxy nor Internet Options nor root certificates, and no WinINet.
//
// [Run] finds whose session it is, starts the program with the token that
// Windows has for that session, hands it one document and takes one back. The
// token is the one of an ordinary process of that user, without his
// administrator's rights, and nobody's name or SID comes from outside.
//
// # Whose session
//
// Only people count: accounts of this PC, of a domain or of Entra, and no
// service, whatever its session. Somebody at the screen goes before somebody at
// a distance, both before somebody who has switched users. Nobody signed in is
// [ErrNobody]: what cannot be asked is unknown, and never a failure.
//
// # What it is worth
//
// The program runs in the hands of that user, who may stop it or answer in its
// place. So its answer is bounded in length and time, and whoever reads it takes
// it for what that user says about himself, and for nothing else. What it says
// on its standard error is lost: it could hold names.
package session
