// Package support makes the one file that an operator sends to the help desk: a
// zip with koshin's logs, what koshin knows of this PC, and what its own verbs say.
//
// # What is in it, and what can never be
//
// Only what a list names is taken ([State]): the logs, the event files, the audit
// trail, and koshin's own notes. Whatever else lies in the same folders, by
// accident or on purpose, stays there: keys, certificates, packages, copies of
// the user's data. A link is not followed, and nothing outside the folder that was
// opened can be reached ([os.Root]).
//
// Every name and every text goes through one function on its way in, which takes
// out names of people, numbers, passwords, certificates and what users called
// their files (updater/redact, Strict). A [Bundle] has no other way in. A text
// that is not one, so that nothing could be recognised in it, is left out.
//
// # It always comes to its end
//
// A folder that is missing, damaged or not for this user's eyes is no error: what
// is left out is listed with its reason in the zip and for the caller
// ([Bundle.LeftOut]). Of a big file its end is taken ([MaxFile]), and the whole has
// a bound ([MaxAll]), so that it can be sent by mail. Only the writer's own error
// ends it.
package support
