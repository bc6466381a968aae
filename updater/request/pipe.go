package request

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
)

// ErrTaken is a name that a pipe has already: another run listens, or somebody
// keeps the name from koshin.
var ErrTaken = errors.New("another pipe has this name")

// descriptor is the protection of the pipe, in the language that Windows has for
// it. It belongs to Administrators; SYSTEM and they may do everything; whoever
// is signed in at this PC may open it, read, and write data (0x12008b), which
// without FILE_CREATE_PIPE_INSTANCE (0x4) does not make him a second server.
const descriptor = "O:BAG:BAD:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;0x12008b;;;IU)"

// operatorRights is what the operator's koshin opens the pipe with.
const operatorRights = 0x12008b

// Name is the pipe of the run that works with this state folder. Under this
// prefix Windows lets only administrators make pipes.
func Name(stateDir string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(filepath.Clean(stateDir))))
	return `\\.\pipe\ProtectedPrefix\Administrators\Koshin\request-` + hex.EncodeToString(sum[:8])
}
