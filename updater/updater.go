package updater

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/koshin-updater/koshin/installer"
	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/installer/protect"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/audit"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/line"
	"github.com/koshin-updater/koshin/updater/policy"
	"github.com/koshin-updater/koshin/updater/power"
	"github.com/koshin-updater/koshin/updater/transport"
)

// What callers decide on, beside the sentinels of the packages below.
var (
	// ErrBusy: another koshin is at work on this PC.
	ErrBusy = errors.New("another koshin is running")
	// ErrUnknownProduct: the product is not in the configuration.
	ErrUnknownProduct = errors.New("product is not configured on this PC")
	// ErrNoBuild: an update is required and there is none for this PC.
	ErrNoBuild = errors.New("no suitable build for this pc")
)

// Product is one client software on this PC.
type Product struct {
	ID      manifest.ProductID
	Dir     string
	Channel manifest.Channel
}

// Options is everything that an Updater is told. It reads no configuration and
// no environment by itself.
type Options struct {
	StateDir  string
	Delegated bool // claims are sent by somebody else: nothing to do here
	Look      bool // nothing is kept of a check and no lock is taken, also where this user may write
	Window    Window
	Policy    policy.Values // what a group policy says; it never reaches the anchor or the sources
	Products  []Product
	Anchor    []byte
	Sources   []transport.Source // tried in order
	Reach     Reach
	Self      Self
	BuildTime time.Time                                  // of this program; zero where unknown
	Now       func() time.Time                           // nil is time.Now
	Events    func(Event)                                // nil: nobody listens
	Consent   func(ctx context.Context, q Question) bool // nil: nobody can be asked
	Requested func(manifest.ProductID) bool              // an operator asked for this run; nil: nobody did
	Clean     func(text string) string                   // takes the names of people out of what is recorded; nil: leaves them
	Power     func() power.State                         // nil: not known
	Line      func() line.Cost                           // nil: not known
	Log       *slog.Logger                               // nil is silent
}

// Reach is how proofs of connectivity reach the outside; see confirm.Options.
type Reach struct {
	CAFile string
	Roots  *x509.CertPool
	Proxy  transport.ProxyFunc
	Stacks confirm.AskFunc // nil: only Go's

	// AsOperator runs a client's program with the operator's rights, where koshin
	// has those of the whole system and ordinary users could have changed it; nil:
	// it is not run.
	AsOperator process.RunFunc
}

// Question is something only the operator can answer.
type Question struct {
	Product manifest.ProductID
	Kind    QuestionKind
}

// QuestionKind is what is asked.
type QuestionKind string

// The questions.
const (
	// AskOutage: the installed client cannot connect; may it be updated inside
	// the claim window?
	AskOutage QuestionKind = "outage"
	// AskUnknown: the folder holds a build that koshin does not know; may it be
	// replaced, and kept as the previous build?
	AskUnknown QuestionKind = "unknown-build"
)

// Updater works on this PC's products. It is not for concurrent use; two
// processes keep each other out with a lock in the state folder.
type Updater struct {
	options Options
	log     *slog.Logger
	seq     int64
	at      Phase // the one that was announced last
	trail   audit.Trail
	mute    bool // this user may not write in the state folder: nothing is kept or recorded
	newest  int  // schema of journals that this run may write; see tendSelf
}

// New checks nothing and touches nothing.
func New(o Options) *Updater {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Updater{options: o, log: o.Log, trail: audit.Trail{Dir: filepath.Join(o.StateDir, "audit"), Clean: o.Clean}}
}

func (u *Updater) now() time.Time { return u.options.Now() }

func (u *Updater) productState(p manifest.ProductID) string {
	return filepath.Join(u.options.StateDir, "products", string(p))
}

func (u *Updater) place(p Product) installer.Place {
	return installer.Place{Product: p.ID, Dir: p.Dir, State: u.productState(p.ID), Journal: u.newest, Waiting: u.waiting(p.ID), AsOperator: u.options.Reach.AsOperator}
}

// Select returns the configured products with these names, or all of them.
func (u *Updater) Select(ids []string) ([]Product, error) {
	if len(ids) == 0 {
		return u.options.Products, nil
	}
	var selected []Product
	for _, id := range ids {
		found := false
		for _, p := range u.options.Products {
			if string(p.ID) == id {
				selected, found = append(selected, p), true
			}
		}
		if !found {
			return nil, fmt.Errorf("%w: %s", ErrUnknownProduct, id)
		}
	}
	return selected, nil
}

// lockWait is how long a koshin waits for another one: long enough for a
// check to end, short enough that a person is not left wondering.
const lockWait = 3 * time.Second

// lock keeps other koshins out until the returned function is called.
func (u *Updater) lock(ctx context.Context) (unlock func(), err error) {
	name, err := u.lockFile()
	if err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	lock := flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDWR))
	wait, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	locked, err := lock.TryLockContext(wait, 100*time.Millisecond)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case locked:
		return func() { _ = lock.Unlock() }, nil
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("state folder: %w", protect.Explain(u.options.StateDir, err))
	}
	return nil, ErrBusy
}

// lockFile makes the file in the protected state folder. It is made for nobody
// else and opened for writing: on Windows whoever may read could take the lock as
// well, and hold it for ever.
func (u *Updater) lockFile() (name string, err error) {
	if err := u.protectState(); err != nil {
		return "", err
	}
	name = filepath.Join(u.options.StateDir, "lock")
	return name, protect.MakeFile(name)
}

// OnlyReads says whether this user may read what koshin knows of this PC, and not
// write it. On Windows that shows where a file is opened for writing, not before.
func (u *Updater) OnlyReads() bool {
	name, err := u.lockFile()
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(name, os.O_RDWR, 0); err == nil {
			_ = f.Close() // nothing was written
		}
		err = protect.Explain(u.options.StateDir, err)
	}
	return errors.Is(err, protect.ErrReadOnly)
}

// protectState makes the state folder, or refuses one that somebody else made or
// could write in, as with each folder in it: what lies there decides what is
// installed, and how far back koshin lets itself be set. One that this user may
// only read is judged all the same, before it is [protect.ErrReadOnly].
func (u *Updater) protectState() error {
	err := protect.Make(u.options.StateDir, protect.Everyone)
	if err != nil && !errors.Is(err, protect.ErrReadOnly) {
		return err
	}
	if unsafe := u.judgeState(); unsafe != nil {
		return unsafe
	}
	if err != nil {
		return err
	}
	for _, name := range []string{"trust", "seen", "products", "run"} {
		// Here, and not where they are first used: whatever the umask of an
		// administrator's shell, operators can read what they are to be told.
		if err := protect.Make(filepath.Join(u.options.StateDir, name), protect.Everyone); err != nil {
			return err
		}
	}
	return nil
}

func (u *Updater) judgeState() error {
	err := protect.Folder(u.options.StateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // and could not be made
	}
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(u.options.StateDir)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			continue
		}
		if err := protect.Folder(filepath.Join(u.options.StateDir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// installation is this PC's random name, made once. It says nothing about the
// PC; it only places it in a rollout. Empty where it would have to be made and
// this user may not write.
func (u *Updater) installation() (string, error) {
	file := filepath.Join(u.options.StateDir, "installation")
	id, err := readSmall(file)
	if err == nil && len(id) > 0 {
		return string(id), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if u.mute {
		return "", nil
	}
	fresh := rand.Text()
	return fresh, u.keep(file, []byte(fresh))
}
