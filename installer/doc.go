// Package installer changes the disk, or does not: whatever happens at whatever
// instant, the operator has the complete old build or the complete new one, and
// every byte of their data. It knows no network and no signatures; it asks for
// a [manifest.Promise] and hashes the bytes for itself.
//
// # One update
//
//	Detect → Stage → Plan → Backup → Swap → Commit | Undo
//
// [Product.Stage] unpacks a package beside the install folder, checks and
// flushes every file. [Product.Plan] decides, as data, what will be moved.
// [Product.Swap] does it, by renames alone. Then the caller tries the new build
// and ends the [Transaction] with Commit or Undo. A run that was killed is ended
// by [Recover], which must come before anything else.
//
// # Where things are
//
//	<Dir>             the install folder; it stays, with its access rights
//	<Dir>.koshin/     beside it, on the same volume, so that renames suffice
//	  unpacking/      a package being unpacked
//	  staging/        a build that is complete and checked
//	  retired/        the old build while a transaction is open
//	  previous/       the build before the installed one, for a rollback
//	  current/        the installer of the installed build (kinds msi and setup)
//	  logs/           what such installers said
//	  kept/<time>/    what koshin did not install and had to move, and copies
//	                  of installed files that somebody changed
//	  snapshot-<v>/   the user's data as it was under build <v>
//	<State>/
//	  installed.json, .index   what stands in Dir
//	  previous.json, .index    what stands in previous/
//	  staged.json, .index      what stands in staging/
//	  from.index, to.index     both builds while a transaction is open
//	  journal                  exists exactly while a transaction is open
//
// # A plan
//
// A plan retires the old build and puts the new one, a whole folder in one
// rename wherever nothing in it has to stay. What stays is the user's data (the
// preserve globs), which is never moved, and files that koshin did not install,
// which are moved to kept/ only when the new build needs their place. koshin
// deletes no file that is not listed, byte for byte, in the index of a build it
// installed.
//
// [Plan.Report] says all this before it happens, and [Product.DataSince] says
// after a way back what became of the user's data.
//
// # What is installed
//
// [Product.Detect] compares the folder with the record and asks the product's
// own rule (rule.go): the version resource of an executable (package
// peversion), what Windows lists as installed (package uninstallkey), a text
// file, or the client itself (command.go). A client that somebody moved, half
// deleted, edited or updated by hand has a [State] of its own.
//
// A build of kind exe is a tree of one file, in a folder whose other files are
// not looked at ([Product.Executable]). Its one step, replace, is two renames in
// package selfswap, because the program may be running and may be koshin.
//
// # Builds with an installer of their own
//
// A build of kind msi or setup is somebody else's program: package foreign runs
// it, and nobody can promise its complete old or new build. What is promised is
// that the installer which leads back is kept, hashed again before it is run,
// that the user's data is compared with a snapshot byte for byte after every run
// and put back where an installer deleted or rewrote it, and that the version is
// read back by the product's rule, whatever the exit code was. The plan is one
// step, run. An undo, also after a death in the middle, waits for an installer
// that is still at work, reads the version, and runs the previous installer
// until the old version is there again. Where none is kept, nothing is begun
// unless somebody agreed ([ErrNoWayBack]; [Product.KeepInstaller] brings it), and
// what the new installer left then stays ([ErrStays]): a PC is not left without
// its client. A first install by a setup is taken out by the line that it left
// for Windows, where there is one that may be run (foreign_away.go). The code is in the files foreign_*.go, behind the same small
// interface as that of trees (kind.go).
//
// # Who may do what
//
// The work folder is made so that nobody but koshin and administrators can look
// into it (package protect), and one that somebody else made is refused. What an
// administrator changed on an installed file, its owner, mode, access list or
// attributes, holds for the file of the same path in the next build; a rollback
// brings a build back with what it had.
//
// # The journal
//
// The journal holds the whole plan, then a line before each step, then marks:
//
//	plan → step 0 … step n → swapped → committed → finishing          → (deleted)
//	                     └────────────→ cleared → restored → (deleted)
//
// It has two schemas. A plan for a tree is written in the first one for ever, so
// that an older koshin can still recover it; plans of the other kinds need the
// second. A journal of a newer schema is refused, and nothing is touched.
//
// Without "committed" a recovery undoes: it takes back what the begun steps put
// ("cleared"), gives back everything in retired/, and hashes every file of the
// old build ("restored"). With it, the new build is hashed and the clean-up
// repeated. Because a rename has happened or not, each file stands in exactly
// one of two places, so every half of this can run again after any half of
// itself.
//
// # Files in use
//
// Nothing is killed. What somebody has open for a moment, a virus scanner for
// one, is waited for: a few seconds a file, half a minute for all files of a
// swap together, some minutes on the way back ([Place].Waiting is told). After
// that the swap is undone, and an [InUseError] names program, number and user.
//
// A build that may wait for the PC's restart stays staged
// ([PlanOptions].KeepStaged, [Product.Staged]) and is swapped after it like any
// other. Windows could replace files while it starts (MoveFileEx with
// MOVEFILE_DELAY_UNTIL_REBOOT); koshin never asks it to, because that goes file
// by file without a journal, and a power cut during the start would leave half
// a client.
//
// # Memory
//
// No build is ever in memory, and no file: content passes through buffers. What
// grows is the index of a build, by about 110 bytes for each file; an update
// holds those of the old build and the new one, and while it clears up that of
// the build before. Folders are walked beside an index, in the same order, and
// nothing else of them is kept: a plan knows a folder by its fingerprint.
package installer
