// Package page makes one HTML file that can be saved, printed and sent, out of
// texts that nobody has to trust.
//
// A file is complete in itself: its style is in it, there is no script, and
// nothing is loaded from anywhere; a content security policy says so to the
// browser, too. Japanese comes first, English beside it. It is light, prints on
// A4, and no verdict is told by its colour alone.
//
// Before the template sees a page, [Clean] sends every text in it through one
// place that masks what names a person or a PC, writes characters that steer the
// display as their numbers, and shortens what is too long; html/template then
// escapes it for where it stands.
//
// Which page it is, its own package says with its markup and its own rules of
// style: [github.com/koshin-updater/koshin/updater/doctor/report] is a diagnosis
// for a help desk, [github.com/koshin-updater/koshin/updater/readiness/sheet] the
// PCs of an administrator.
package page
