// Package mend sets the tick 「TLS 1.2の使用」 for the operator, and takes it back.
// It is the only part of koshin that changes a setting of Windows, and it
// changes one value: the operator's own SecureProtocols.
//
// # What is changed
//
// [Look] makes a [Change] out of what was read, without changing anything: the
// bit of TLS 1.2 is added, every other bit and the type of the value stay. A
// value that a policy fixes is never written ([PolicyError]); SSL 2.0, which
// excludes TLS 1.2, is taken out only where somebody said so ([ErrSSL2]).
//
// # Taking it back
//
// Before the value is written, [Fix] writes down in the same profile what was
// there (value, type, or that there was none) and has it on the disk; it lies
// under HKCU\Software\Koshin\Undo, for the state folder belongs to
// administrators and the operator is none. Both lie in one hive, so whatever a
// power cut leaves, the record is not younger than the change. [Undo] puts back
// exactly what was there. It can be repeated, and it can follow a fix that was
// cut off anywhere. What somebody else changed since is left alone
// ([ChangedError]).
//
// # Whose profile
//
// The tick is per user, and HKCU is the profile of whoever the process runs as.
// An operator who elevates with an administrator's account would mend that
// administrator's profile, and believe it was done. So [Who] says whose process
// this is and who sits at the screen: elevated as somebody else is
// [ErrWrongUser]. SYSTEM never writes a hive by a name that it is told; it has
// koshin run once more with the token of the session, and that one mends its own
// profile.
//
// # Afterwards
//
// [Tell] lets the WinINet of this session know, and [Explorers] lists the
// windows that still use the old value and must be restarted. Nothing is killed.
package mend
