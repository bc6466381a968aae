// Package peversion reads the version resource of a Windows executable, on any
// system: what Explorer shows under 詳細 (Details).
//
// An executable states up to four versions. [Versions.InOrder] has the one that
// publishers mean first:
//
//	ProductVersion, text    as the publisher writes it: "2.3", "2.3.0-rc.1"
//	ProductVersion, number  four numbers, "2.3.0.0"
//	FileVersion, text       of this file alone
//	FileVersion, number     what Windows compares when it replaces files
//
// # What is read
//
// The way there is DOS header, PE header, section table, resource directory
// (three levels, of which one entry each is followed), resource data. The file
// may be of any size and anybody may have written it, so every length is checked
// against a limit and less than 256 KiB are read in all. A program that somebody
// cuts while it is being read gives an error: it is read, never mapped into
// memory, where the same would end the process.
//
// The formats are those of Microsoft's "PE Format" and "VS_VERSIONINFO" pages.
package peversion
