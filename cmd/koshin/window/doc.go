// Package window is アップデートの確認 as operators see it: koshin's one window.
//
// A [View] is everything that stands in the window at one moment, in words, and
// what may be pressed; it is made by portable code and tested everywhere. Drawing
// it, with the controls of the system, is all that package native does.
package window
