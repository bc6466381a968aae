// Package updater decides. It brings one product after the other from the
// installed build to the right one, proves that the new one connects, and
// otherwise puts the old one back.
//
// # One update, phase by phase
//
//	recover    finish or take back what an earlier run left open
//	detect     which build is installed
//	trust      verify the signed manifest                  manifest/trust
//	gates      is now the time? (Decide, a pure function)
//	baseline   what connects before anything changes       updater/confirm
//	download   the package, resumed and bounded            updater/download
//	verify     its length and hash
//	stage      unpacked beside the client, file by file    installer
//	rehearse   the staged build starts
//	back up    a snapshot of the user's data
//	swap       the journalled exchange
//	confirm    what connects afterwards, and the verdict   updater/confirm
//	commit     or roll back, and check that too
//	record     one line of the audit trail                 updater/audit
//
// A client that is in use is left alone: the run ends as busy, or, where the
// publisher allows it, the staged build waits as [Owed] for the PC's restart and
// [Updater.Recover] goes on from the backup then.
//
// koshin itself comes last and goes the same way, with one difference: what is
// confirmed is that it runs (self.go), and a copy of it stands by (rescue.go).
//
// Each phase is an [Event]; the terminal, the log and the window all read the
// same ones. What is said to people are [Note]s: keys and values, whose words
// the programs keep in both languages.
//
// The network is reached through the sources and the prober that the program
// hands over; the disk is changed only by package installer. Expired metadata,
// an unreachable host or a withdrawn build never touch the installed client.
package updater
