package atomicfile

// SyncDir does nothing: folders cannot be flushed on Windows, and NTFS journals
// its names.
func SyncDir(string) error { return nil }
