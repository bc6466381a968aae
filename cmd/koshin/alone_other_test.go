//go:build !windows

package main

// alone: nothing that tests of other packages change is examined here.
func alone(ts script, neg bool, args []string) { usage(ts, neg, args, "alone") }
