package main

func rightsCommands() map[string]command { return nil }
