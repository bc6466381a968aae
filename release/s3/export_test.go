package s3

import "time"

// SetSilence shortens what a test would have to wait for.
func (b *Bucket) SetSilence(d time.Duration) { b.silence = d }
