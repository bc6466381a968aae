// Package native draws the views of package window with the controls of the
// system, and says what is pressed. It decides nothing.
//
// Where everything stands is computed from a view, the scale of the screen and
// what texts measure; that half is portable and tested everywhere. The files for
// Windows bring the controls there. They are those of Windows' own dialogs, so
// that keys, fonts, colours and screen readers are what people know.
package native
