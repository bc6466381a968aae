package installer

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/installer/uninstallkey"
	"github.com/koshin-updater/koshin/manifest"
)

// Place is where a product lives on this PC.
type Place struct {
	Product manifest.ProductID
	Dir     string // install folder
	State   string // folder of this product's journal and records; made when needed
	Journal int    // newest schema of a journal that may be written; [AnyJournal] unless told

	// Waiting, if any, is told of a file in use that is being waited for, after
	// the first half second of it. Holders is empty where nobody can say who.
	Waiting func(path string, holders []Process) `json:"-"`

	// AsOperator, if any, runs a detection rule's program with the rights of
	// whoever works at this PC, where ordinary users could have changed it and
	// koshin has the rights of the whole system.
	AsOperator process.RunFunc `json:"-"`
}

// Product is one product at its [Place]. It is for one goroutine; the caller
// sees to it that no other process works on the same place. Close it.
type Product struct {
	place Place
	disk  *disk
	live  string // install folder, relative to the disk
	log   *slog.Logger
	now   func() time.Time

	uninstall       uninstallkey.Registry // what Windows lists as installed
	elevated        func() bool           // runs with the rights of the whole system
	commandPatience time.Duration         // how long a detection rule's program may take

	exe      string // name of the executable; kind exe only
	exeAlone bool   // nothing else in the install folder is the build's

	bounds bounds // of other people's installers

	journal *journal // of the open transaction, if there is one
}

// Folders inside the work folder "<Dir>.koshin", which stands beside the
// install folder because a rename cannot cross volumes.
const (
	unpacking = "unpacking" // a package being unpacked; nobody's data, ever
	staging   = "staging"   // a build that is complete and checked
	retired   = "retired"   // the old build while a transaction is open
	previous  = "previous"  // the build before the installed one
	kept      = "kept"      // what koshin did not install and had to move
)

// Open prepares a place and changes nothing. The install folder and those above
// it may be missing. A work or state folder that another user made or can write
// in is refused with an error of package protect: what lies in it could be a
// stranger's.
func Open(place Place, log *slog.Logger) (*Product, error) {
	dir, err := filepath.Abs(place.Dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%w: %s", ErrNotFolder, dir)
	}
	if err := place.protected(); err != nil {
		return nil, fmt.Errorf("open the folders of %s: %w", place.Product, err)
	}
	root, live, err := openAbove(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder of %s: %w", place.Product, err)
	}
	place.Dir = dir
	p := &Product{
		place: place,
		disk:  &disk{root: root, dirty: map[string]bool{}, copy: make([]byte, copyBuffer)},
		live:  live,
		log:   log.With("product", place.Product),
		now:   time.Now,

		uninstall:       uninstallkey.System(),
		elevated:        protect.Elevated,
		commandPatience: commandPatience,
		bounds:          defaultBounds(),
	}
	p.disk.waits = waits{patience: forward(), passes: mayPass, holders: p.holders, path: p.path, tell: place.Waiting}
	return p, nil
}

// protected judges the folders that koshin made before.
func (p Place) protected() error {
	for _, dir := range []string{p.WorkDir(), p.State} {
		err := protect.Folder(dir)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			continue // not made yet; or not for this user to look into, and so not to read from
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openAbove opens the nearest folder above dir that exists, and gives dir
// relative to it.
func openAbove(dir string) (*os.Root, string, error) {
	for above := filepath.Dir(dir); ; above = filepath.Dir(above) {
		root, err := os.OpenRoot(above)
		if errors.Is(err, fs.ErrNotExist) && above != filepath.Dir(above) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		live, err := filepath.Rel(above, dir)
		return root, filepath.ToSlash(live), err
	}
}

// Close frees the handles and the buffer. A transaction that is open stays so,
// for [Recover].
func (p *Product) Close() error {
	p.disk.copy = nil
	if p.journal != nil {
		_ = p.journal.close() // an error only says that it is closed
	}
	return p.disk.root.Close()
}

// work is a path inside the work folder, relative to the disk.
func (p *Product) work(parts ...string) string {
	return path.Join(append([]string{p.live + ".koshin"}, parts...)...)
}

// path is the same as a path of the system.
func (p *Product) path(name string) string {
	return filepath.Join(p.disk.root.Name(), filepath.FromSlash(name))
}

// state is a file in the state folder.
func (p *Product) state(name string) string { return filepath.Join(p.place.State, name) }

// prepare makes the work folder, which nobody else may look into, and the
// state folder, or judges those that are there.
//
// The folder around them is not judged. Whoever may rename in it can replace
// the install folder itself, so they win nothing by replacing the work folder:
// every step stays inside that folder, and what is put was hashed just before.
func (p *Product) prepare() error {
	if err := protect.Make(p.place.State, protect.Everyone); err != nil {
		return explain(err)
	}
	if err := atomicfile.SyncDir(filepath.Dir(p.place.State)); err != nil {
		return err
	}
	if err := p.disk.mkdirAll(path.Dir(p.live)); err != nil {
		return protect.Explain(p.path(path.Dir(p.live)), err)
	}
	p.disk.touch(p.work())
	return explain(protect.Make(p.path(p.work()), protect.Nobody))
}

// settled refuses to go on while a transaction is open.
func (p *Product) settled() error {
	_, err := os.Lstat(p.state(journalName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return ErrInterrupted
}

// newID names what belongs to one run, in an order that people can read.
func (p *Product) newID() string {
	stamp := p.now().UTC().Format("20060102T150405Z")
	id := stamp
	for n := 2; p.disk.exists(p.work(kept, id)); n++ {
		id = fmt.Sprintf("%s-%d", stamp, n)
	}
	return id
}

// WorkDir is the folder beside the install folder in which builds are staged
// and everything that had to move is kept.
func (p Place) WorkDir() string { return filepath.Clean(p.Dir) + ".koshin" }
