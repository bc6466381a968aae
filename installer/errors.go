package installer

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/koshin-updater/koshin/installer/atomicfile"
)

// What callers decide on.
var (
	// ErrNoPromise is a package that no verified metadata vouches for.
	ErrNoPromise = errors.New("package without a promise")
	// ErrPackage is a package file that is not the promised one.
	ErrPackage = errors.New("package file differs from the promised one")
	// ErrUnknownFolder is a folder with files that koshin did not install.
	ErrUnknownFolder = errors.New("install folder holds files of an unknown build")
	// ErrFolderMissing is an install folder that is recorded and not there.
	ErrFolderMissing = errors.New("install folder is missing")
	// ErrNotFolder is an install folder that is a link or not a folder at all.
	ErrNotFolder = errors.New("install folder is not a plain folder")
	// ErrNoMatch is an unknown folder that is none of the known builds.
	ErrNoMatch = errors.New("install folder is none of the known builds")
	// ErrNoPrevious is a rollback without a previous build.
	ErrNoPrevious = errors.New("no previous build is kept")
	// ErrDataInTheWay is preserved data where the new build needs a file or folder.
	ErrDataInTheWay = errors.New("preserved data is where the new build needs another kind of file")
	// ErrFolderChanged is a folder that changed after the plan was made: plan again.
	ErrFolderChanged = errors.New("install folder changed since the plan was made")
	// ErrNoWayBack is an update by an installer without the one that would lead
	// back; nothing was begun.
	ErrNoWayBack = errors.New("no installer of the installed build is kept")
	// ErrStays is an undo or a recovery to which nothing leads back: what the new
	// installer left stays, and the transaction is over.
	ErrStays = errors.New("nothing leads back, the new build stays")
	// ErrNotInstalled is an installer that says that it succeeded while another
	// version is installed.
	ErrNotInstalled = errors.New("installer did not install its version")
	// ErrKindChanged is a build of files after one with an installer of its own,
	// or the other way round: nothing leads back from that.
	ErrKindChanged = errors.New("build is installed in another way than the one before")
	// ErrStaged is a staged or previous build that is no longer complete.
	ErrStaged = errors.New("stored build is damaged")
	// ErrBackup is a snapshot that is not byte for byte the data it was made from.
	ErrBackup = errors.New("snapshot differs from the data")
	// ErrInUse is a file or folder that another program holds open; an
	// [*InUseError] says which and who.
	ErrInUse = atomicfile.ErrInUse
	// ErrDiskFull is a disk without room; what was begun has been undone.
	ErrDiskFull = errors.New("disk is full")
	// ErrOtherVolume is a folder on another volume inside the install folder.
	ErrOtherVolume = errors.New("folder is on another volume")
	// ErrInterrupted is a transaction that another run left open: [Recover] first.
	ErrInterrupted = errors.New("an interrupted transaction waits for recovery")
	// ErrJournal is a journal that is damaged before its last line.
	ErrJournal = errors.New("journal is damaged")
	// ErrJournalSchema is a journal that a newer koshin wrote.
	ErrJournalSchema = errors.New("journal of an unknown schema")
	// ErrRecord is a record of what is installed that cannot be read.
	ErrRecord = errors.New("record of the installed build is damaged")
	// ErrDiffers is a build that is not as its index says after an undo or a
	// recovery: somebody changed it meanwhile. The transaction is over.
	ErrDiffers = errors.New("files differ from the build they belong to")
	// ErrNotRestored is an undo or a recovery that could not go to its end. The
	// journal stays, so it can be tried again.
	ErrNotRestored = errors.New("build could not be restored yet")
	// ErrUnsafeProgram is a detection rule's program that ordinary users could
	// have changed, where koshin runs with the rights of the whole system.
	ErrUnsafeProgram = errors.New("program could have been changed by other users")
	// ErrNoVersion is a detection rule that found nothing it could read.
	ErrNoVersion = errors.New("installed version cannot be read")
)

// errStopped stands for a sudden death in tests: nothing is undone after it.
var errStopped = errors.New("stopped by a test")

// explain adds what callers decide on to an error of the system.
func explain(err error) error {
	switch {
	case err == nil || errors.Is(err, ErrInUse):
		return err
	case isDiskFull(err):
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case isOtherVolume(err):
		return fmt.Errorf("%w: %w", ErrOtherVolume, err)
	case isInUse(err):
		return fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return err
}

func isAny(err error, numbers ...syscall.Errno) bool {
	for _, n := range numbers {
		if errors.Is(err, n) {
			return true
		}
	}
	return false
}

// ignore is err unless it is what.
func ignore(err, what error) error {
	if errors.Is(err, what) {
		return nil
	}
	return err
}
