package durable

import (
	"os"
	"time"
)

// patience is how long a file may be held by somebody else: a virus scanner looks
// at each new file for a moment, longer at a large one.
const patience = 5 * time.Second

// Rename gives a file or folder another name on the same volume. On Windows it
// waits some seconds for one that somebody else holds. It is part of changes that
// must come to their end, and so nothing interrupts it.
func Rename(from, to string) error {
	for began := time.Now(); ; {
		err := os.Rename(from, to)
		if err == nil || !isHeld(err) || time.Since(began) > patience {
			return err
		}
		<-time.After(50 * time.Millisecond)
	}
}
