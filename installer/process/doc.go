// Package process runs a client's programs so that none is left behind: each
// with the children that it starts in a [Group], which is a process group on
// Unix and a job object on Windows. A child that stayed would hold files of the
// install folder, and the next update would wait for it.
//
//	group, err := process.Prepare(cmd)   // before cmd.Start
//	err = cmd.Start()
//	group.Join(cmd)
//	err = cmd.Wait()                     // a context that ends stops the whole group
//	group.End()                          // or group.Close, to let the children go on
//
// A program that leaves the group on purpose (setsid) is out of reach on Unix.
package process
