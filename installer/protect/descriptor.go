package protect

import (
	"fmt"
	"slices"
	"strings"
)

// Descriptor is what Windows says about the protection of a file or folder,
// with security identifiers as text.
type Descriptor struct {
	Owner   string
	NoList  bool    // no access list at all: everybody may do everything
	Entries []Entry // of the access list
}

// Entry is one entry of an access list.
type Entry struct {
	Kind EntryKind
	Who  string // security identifier
	Mask uint32 // access rights
}

// EntryKind is what an entry does.
type EntryKind int

// The kinds of entry.
const (
	Allows  EntryKind = iota
	Denies            // takes rights away, which endangers nothing
	Unknown           // of a kind that this program does not know: counts as allowing
)

// Accounts of Windows that are trusted everywhere, and groups that contain
// ordinary users as such. From "Well-known SIDs" of the Windows documentation.
const (
	sidSystem         = "S-1-5-18"
	sidAdministrators = "S-1-5-32-544"
	sidInstaller      = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464" // TrustedInstaller
	sidCreatorOwner   = "S-1-3-0"                                                        // whoever makes something in it
	sidOwnerRights    = "S-1-3-4"                                                        // the owner, who is judged as such
	sidEveryone       = "S-1-1-0"
	sidInteractive    = "S-1-5-4"
	sidAuthenticated  = "S-1-5-11"
	sidUsers          = "S-1-5-32-545"
)

// writing are the rights with which content, names, attributes or protection of
// a file, or of what is in a folder, can be changed.
const writing = 0x2 | // FILE_WRITE_DATA, FILE_ADD_FILE
	0x4 | // FILE_APPEND_DATA, FILE_ADD_SUBDIRECTORY
	0x10 | // FILE_WRITE_EA
	0x40 | // FILE_DELETE_CHILD
	0x100 | // FILE_WRITE_ATTRIBUTES, with which a folder becomes a junction
	0x10000 | 0x40000 | 0x80000 | // DELETE, WRITE_DAC, WRITE_OWNER
	0x10000000 | 0x40000000 // GENERIC_ALL, GENERIC_WRITE

// Judge refuses what anybody could change but the trusted accounts and self,
// the user that this process belongs to. Entries that only concern what is made
// inside a folder count too.
func (d Descriptor) Judge(self string) error {
	trusted := []string{self, sidSystem, sidAdministrators, sidInstaller}
	if !slices.Contains(trusted, d.Owner) {
		return fmt.Errorf("%w (%s)", ErrOwner, d.Owner)
	}
	trusted = append(trusted, sidCreatorOwner, sidOwnerRights)
	return d.writable(func(who string) bool { return !slices.Contains(trusted, who) })
}

// JudgeFile refuses what ordinary users as such could change: it is for files
// that an administrator made, who may have given single people rights.
func (d Descriptor) JudgeFile(ownedBySystem bool) error {
	if ownedBySystem && d.Owner != sidSystem && d.Owner != sidAdministrators {
		return fmt.Errorf("%w (%s)", ErrOwner, d.Owner)
	}
	everybody := []string{sidEveryone, sidUsers, sidAuthenticated, sidInteractive}
	return d.writable(func(who string) bool { return slices.Contains(everybody, who) })
}

func (d Descriptor) writable(stranger func(who string) bool) error {
	if d.NoList {
		return fmt.Errorf("%w (no access list)", ErrWritable)
	}
	for _, e := range d.Entries {
		if e.Kind == Unknown || e.Kind == Allows && e.Mask&writing != 0 && stranger(e.Who) {
			return fmt.Errorf("%w (%s)", ErrWritable, e.Who)
		}
	}
	return nil
}

// text is the descriptor, in the language that Windows has for it, of a folder
// that koshin makes. It inherits nothing: the folders above, %ProgramData%
// first of all, let every user make files in them. An elevated process gives it
// to Administrators, and its own user gets no right beyond that.
func text(self string, elevated bool, readers Readers) string {
	var b strings.Builder
	if elevated {
		b.WriteString("O:BA")
	}
	b.WriteString("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
	if !elevated {
		fmt.Fprintf(&b, "(A;OICI;FA;;;%s)", self)
	}
	if readers == Everyone {
		b.WriteString("(A;OICI;FRFX;;;BU)")
	}
	return b.String()
}
