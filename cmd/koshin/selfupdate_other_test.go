//go:build !linux

package main

// killInCommit needs strace.
func killInCommit(ts script, _ bool, _ []string) { skip(ts, "only strace can kill at one system call") }
