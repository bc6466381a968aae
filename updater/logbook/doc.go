// Package logbook keeps koshin's log: a file of lines, koshin.log, and older ones
// koshin.1.log, koshin.2.log and so on, which together never grow beyond a bound.
//
// # Two processes, one log
//
// The daily run, a recovery at the start of the PC and somebody's rollback may
// write at the same time. So no process keeps the file open: for each line the
// book takes a lock that lies beside it, looks whether the file is full, moves the
// generations on if it is, appends, and lets go. A run writes some dozens of
// lines, and each costs a tenth of a millisecond. Without a handle that stays
// open, Windows lets the file be renamed, and no process writes into a generation
// that another one has already put away.
//
// # Nothing rests on it
//
// A line that cannot be written is dropped, and counted: the next one that can
// says how many are missing. An update never waits longer for its log than
// [Book.Wait], once, whoever holds the lock or a file.
//
// # Who reads it
//
// Everybody on this PC may read it, and nobody but administrators and whoever koshin
// runs as may write: the folder is made with that protection (installer/protect),
// and one that others can write in is not used. Names, numbers of people and
// passwords are taken out of each line before it is written (updater/redact).
package logbook
