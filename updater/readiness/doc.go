// Package readiness lets one administrator see how many PCs are doing: which can
// connect over TLS 1.2, which proved it, and which wait, and why.
//
// Each PC writes its [Document], the part of koshin status that says nothing of
// people, as one file into a folder that an administrator named, usually a share
// ([Put]). Whoever looks after the PCs reads all of them into one [Overview]
// ([Read]), on whichever PC has koshin; nothing has to run on the server.
//
// # What a document says
//
// The computer's name, the random name of the installation, koshin's version and
// the system's, and for each product versions, moments and codes. There is no
// field for a path, an address, an account or a sentence, so none can get out;
// the words for the codes are the reader's, in the reader's language.
//
// # What a folder is worth
//
// A document is what its writer says of itself. Whoever may write in the folder
// can write what he likes, so [Read] believes no file to be harmless: it bounds
// what it reads, follows no link, takes only what is well formed to the last
// field, and counts and names what it left out. A file that bears another PC's
// name than the one inside it is left out as well; that a PC writes only its own
// file, the permissions of the share have to see to.
//
// # Clocks
//
// A PC says when it wrote, and the folder says when the file came. Neither has
// to be right. The age of a document is the older of the two, so that a clock
// that is wrong can make a PC look forgotten, never fresh; and where they differ
// by more than [ClockTolerance], that is said.
package readiness
