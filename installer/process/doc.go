// Package process runs programs of others so that none is left behind by
// accident: each with the children that it starts in a [Group], which is a
// process group on Unix and a job object on Windows. A child of a client's
// program that stayed would hold files of the install folder, and the next
// update would wait for it.
//
//	cmd, group, err := process.Start(ctx, newCmd)
//	err = cmd.Wait()                     // a context that ends stops the whole group
//	group.End()                          // or group.Close, to let the children go on
//
// [StartLasting] is for an installer, which must go on where koshin is killed:
// half an installation helps nobody.
//
// A program that leaves the group on purpose (setsid) is out of reach on Unix.
package process
