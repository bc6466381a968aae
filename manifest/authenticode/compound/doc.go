// Package compound reads an OLE compound file ([MS-CFB]), which is what a
// Windows Installer package (.msi) is: a small file system of storages (folders)
// and streams (files) in one file.
//
// It was written because a signature over an MSI needs what the libraries at
// hand do not give: the names as they are stored, the state bits and the times
// of each entry (github.com/richardlehane/mscfb hides them), without the file's
// whole allocation table in memory and a network client beside it
// (github.com/sassoftware/relic), and the knowledge that no sector is used
// twice and that none lies behind the last used one, which neither looks at.
//
// A file is read in place; what is kept of it is its directory (at most 4 MiB)
// and one bit for each sector.
package compound
