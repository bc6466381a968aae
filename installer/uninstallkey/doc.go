// Package uninstallkey reads what Windows lists under アプリと機能 (Apps &
// features): the Uninstall keys, in which every msi and nearly every setup
// program writes its name, its version and where it is. They are the only
// witness of a client that koshin did not install itself.
//
// A PC has three such lists, asked in this order:
//
//	Machine64   for everybody, written by 64-bit installers
//	Machine32   for everybody, written by 32-bit installers
//	User        for the user of this process alone
//
// The user's list comes last: any program of that user can write it, so it must
// never hide what an administrator installed, and a scheduled run (SYSTEM) has
// another one than the operator.
//
// [Registry.Find] is the thinking and runs on every system; [System] is this
// PC's registry, and [errors.ErrUnsupported] where there is none.
package uninstallkey
