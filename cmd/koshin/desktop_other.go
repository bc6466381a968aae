//go:build !windows

package main

import "os"

// desktop is this user's home: there is no window here that could ask for more.
func desktop() (string, error) { return os.UserHomeDir() }
