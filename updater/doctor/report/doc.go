// Package report makes of a diagnosis one HTML file that an operator can save,
// print and send to a help desk.
//
// The file is complete in itself: its style is in it, there is no script, and
// nothing is loaded from anywhere; a content security policy says so to the
// browser, too. Japanese comes first, English beside it. It is light, prints
// on A4, and no verdict is told by its colour alone.
//
// Most of what it shows was said by somebody else: hosts, proxies, certificates,
// Windows. So before the template sees a page, every text in it goes through one
// place that masks what names a person or this PC, writes characters that steer
// the display as their numbers, and shortens what is too long; html/template
// then escapes it for where it stands. The whole file stays below [MaxBytes].
//
// The sentences are the program's: the template asks for them by their keys.
package report
