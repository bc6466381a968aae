// Package pack is the package format "tree": a folder of files as one file.
//
// # Format
//
// A package is one zstd frame around one tar stream (PAX):
//
//	.koshin-index        the index, always first
//	bin/                 then every entry, in the order of the index
//	bin/client.exe
//	...
//
// The index is lines of JSON. The first names the schema, every other one an
// entry:
//
//	{"schema":"koshin/tree/1"}
//	{"path":"bin","type":"dir"}
//	{"path":"bin/client.exe","type":"file","size":12,"sha256":"…"}
//	{"path":"run","type":"file","exec":true,"size":7,"sha256":"…"}
//
// The manifest's tree_sha256 is the SHA-256 of the index, so a signature over
// the manifest covers every name, size and byte of the tree. Because the index
// comes first, a [Reader] has checked it before the first file is written
// anywhere, and every file is checked while it is read.
//
// # One tree, one text
//
// The same folder gives the same bytes on every system: entries are in the
// order of a walk (a folder, then what is inside it, then its next sibling;
// names compared byte by byte), and nothing is taken from the disk but names,
// contents and, where there is one, the executable bit. [ParseIndex] accepts
// only what [Index.Encode] writes, byte for byte.
//
// # Names
//
// [CheckPath] is the grammar of paths, the same for writer and reader on every
// system, so that a package which could be dangerous on one of them cannot be
// made on another. Two names that are equal on a system which ignores case
// cannot stand in one folder.
//
// Memory does not grow with the files' sizes, only with their number: about
// 200 bytes for each entry.
package pack
