package installer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/installer/atomicfile"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/pack"
)

// A record of kind tree keeps the first schema, so that any koshin can read it.
const (
	recordSchema1 = "koshin/record/1"
	recordSchema2 = "koshin/record/2" // kinds msi and setup
)

// maxRecord bounds a record in bytes: a hundred globs are far below it.
const maxRecord = 256 << 10

// Files in the state folder.
const (
	installedName = "installed" // .json and .index
	previousName  = "previous"  // .json and .index
	stagedName    = "staged"    // .json and .index
	fromName      = "from"      // .index, while a transaction is open
	toName        = "to"        // .index, while a transaction is open
	journalName   = "journal"
)

// Record says which build stands in a folder. Its index is beside it.
type Record struct {
	Schema  string             `json:"schema"`
	Product manifest.ProductID `json:"product"`
	Version manifest.Version   `json:"version,omitzero"`  // zero: a build that koshin does not know
	Tree    manifest.Digest    `json:"tree_sha256"`       // hash of the index: what really stands there
	When    time.Time          `json:"when"`              // installed; zero: by somebody else, and nobody here may delete it
	Stamp   time.Time          `json:"stamp,omitzero"`    // modification time that all its files were given
	Keep    []string           `json:"preserve,omitzero"` // globs of the user's data

	// Kinds msi and setup only. What koshin keeps of such a build is its
	// installer, and that is what the index lists.
	Kind      manifest.Kind       `json:"kind,omitzero"`      // zero: files that koshin put there itself
	Installer *manifest.Installer `json:"installer,omitzero"` // how it is run
	Detect    string              `json:"detect,omitzero"`    // rule that reads the installed version
}

func (p *Product) newRecord(version manifest.Version, index pack.Index, preserve []string) (*Record, error) {
	digest, err := index.Digest()
	if err != nil {
		return nil, err
	}
	return &Record{Schema: recordSchema1, Product: p.place.Product, Version: version, Tree: digest,
		When: p.now().UTC().Truncate(time.Second), Keep: preserve}, nil
}

func (r *Record) schema() string {
	if r.Kind == "" {
		return recordSchema1
	}
	return recordSchema2
}

// Installed is what koshin recorded when it last installed; nil when it never
// did. [Product.Detect] says whether it is still true.
func (p *Product) Installed() (*Record, error) { return p.loadRecord(installedName) }

// Previous is the build that a rollback would put back; nil when none is kept.
func (p *Product) Previous() (*Record, error) { return p.loadRecord(previousName) }

func (p *Product) loadRecord(name string) (*Record, error) {
	data, err := readAtMost(p.state(name+".json"), maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, explain(err))
	}
	return readRecord(data, p.place.Product)
}

func readRecord(data []byte, product manifest.ProductID) (*Record, error) {
	var r Record
	if err := json.Unmarshal(data, &r, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if r.Schema != r.schema() || r.Product != product {
		return nil, fmt.Errorf("%w: schema %q, product %q", ErrRecord, r.Schema, r.Product)
	}
	return &r, nil
}

// loadBuild reads a record with its index; both are nil when there is none.
func (p *Product) loadBuild(name string) (*Record, *listing, error) {
	r, err := p.loadRecord(name)
	if err != nil || r == nil {
		return nil, nil, err
	}
	l, err := p.loadIndex(name, r.Tree)
	return r, l, err
}

func (p *Product) loadIndex(name string, want manifest.Digest) (*listing, error) {
	file, err := os.Open(p.state(name + ".index"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecord, explain(err))
	}
	defer file.Close()
	hash := sha256.New() // of the bytes themselves: ParseIndex takes no others for this tree
	index, err := pack.ParseIndex(io.TeeReader(file, hash))
	if err != nil { // no longer what a package is refused for: this is koshin's own file
		return nil, fmt.Errorf("%w: %s", ErrRecord, err.Error())
	}
	if manifest.Digest(hash.Sum(nil)) != want {
		return nil, fmt.Errorf("%w: index of %s is another one", ErrRecord, name)
	}
	return list(index), nil
}

// saveBuild writes the index first: a record without its index is useless.
func (p *Product) saveBuild(ctx context.Context, name string, r *Record, index pack.Index) error {
	if err := p.saveIndex(ctx, name, index); err != nil {
		return err
	}
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return p.saveFile(ctx, name+".json", func(w io.Writer) error {
		_, err := w.Write(append(data, '\n'))
		return err
	})
}

func (p *Product) saveIndex(ctx context.Context, name string, index pack.Index) error {
	return p.saveFile(ctx, name+".index", index.Encode)
}

func (p *Product) saveFile(ctx context.Context, name string, content func(io.Writer) error) error {
	if err := p.disk.at("before write of " + name); err != nil {
		return err
	}
	wait := func(file string, do func() error) error { return p.patiently(ctx, file, do) }
	if err := atomicfile.WriteWith(p.state(name), atomicfile.Options{Wait: wait}, content); err != nil {
		return explain(err)
	}
	return p.disk.at("after write of " + name)
}

func (p *Product) removeState(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := p.disk.at("before removal of " + name); err != nil {
			return err
		}
		if err := p.patiently(ctx, p.state(name), func() error { return atomicfile.Remove(p.state(name)) }); err != nil {
			return explain(err)
		}
	}
	return p.disk.at("after removal of " + path.Join(names...))
}

func readAtMost(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s: %w", name, manifest.ErrTooLarge)
	}
	return data, err
}
