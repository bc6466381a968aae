//go:build !linux

package main

func diskCommands() map[string]command { return nil }
