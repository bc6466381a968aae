// Package report makes of a diagnosis one HTML file that an operator can save,
// print and send to a help desk.
//
// Most of what it shows was said by somebody else: hosts, proxies, certificates,
// Windows. Package page sees to it that this can be shown, and that the file
// stays complete in itself and below [MaxBytes].
//
// The sentences are the program's: the template asks for them by their keys.
package report
