package updater

// StateNames are the names of everything that koshin keeps in its state folder, for
// whoever takes koshin off a PC: the folder may be an administrator's, and have
// other things in it.
func StateNames() []string {
	return []string{
		"audit", "busy.json", "downloads", "installation", "lately", "lock", "log", "products", "rescue", "run",
		"scheduled.json", "seen", "self.json", "trust",
	}
}
