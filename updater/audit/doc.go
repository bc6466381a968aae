// Package audit keeps the trail of what koshin did on this PC: one JSON line
// per event, with its evidence, each with the hash of the line before.
//
// # On the disk
//
//	trail.jsonl   the lines, oldest first; never rewritten, only added to
//	head          the SHA-256 of the last line; while one is being added, that
//	              of the one before it and that of the new one
//
// # What it shows
//
// A line that was changed, removed, added or moved breaks the chain, and a
// trail that was cut, or whose last line was changed, no longer fits the head.
// [Trail.Walk] says at which line. A break stays visible: [Trail.Append] goes
// on behind it, with the hash that the line before should have had.
//
// # What it cannot show
//
// Whoever may write both files, an administrator, can rewrite everything from
// any line on, with new hashes and a new head, and the result fits together.
// Against that only something helps that this administrator cannot reach: an
// export ([Trail.Export]) or a noted head that somebody else keeps. Either is a
// [Mark]: a later trail or export must still contain the line that it names, at
// its place ([ErrRewritten]). Since each line carries the hash of all before it,
// everything up to that line is then what it was. Lines from after the mark,
// and events that never became a line, are proved by nothing.
//
// # The export
//
// One file of JSON lines, made to be checked without koshin too: a header, the
// lines of the trail byte for byte, and a footer with the head and the SHA-256
// of everything above it. [ReadExport] needs no configuration and no PC of its
// own. The SHA-256 finds damage on the way; it is no signature.
package audit
