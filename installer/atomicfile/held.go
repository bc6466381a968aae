package atomicfile

import (
	"fmt"
	"os"
)

// answer is what the system says to an attempt, as far as it matters here.
type answer string

const (
	done   answer = "done"
	held   answer = "held"   // somebody has it open and does not share it
	denied answer = "denied" // no right to, or held: Windows does not always say
	other  answer = "other"
)

// explain adds [ErrInUse] to the error of a replacement or a removal that failed
// because of somebody who has the file open.
func explain(err error, name string) error {
	failed := answerOf(err)
	if failed == held || failed == denied && isHeld(answerOf(probe(name)), isPlain(name)) {
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return err
}

// isHeld judges a file that could not be replaced for an unknown reason, by what
// came of opening it for nothing but its removal. Rights are looked at before
// the sharing is: where they are missing, that is what it fails with. A file
// that can be opened although it cannot be replaced is a program that runs, or
// was let go in between, unless there is a plain reason: it is a folder, or
// marked as read-only.
func isHeld(opened answer, isPlain bool) bool {
	return opened == held || opened == done && isPlain
}

func isPlain(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o200 != 0
}
