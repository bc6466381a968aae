package release

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/internal/durable"
)

const productSchema = "koshin/product/1"

// maxProduct is the longest definition: every build of a full manifest, twice.
const maxProduct = 2 * manifest.MaxSize

// Product is a product's definition, products/<id>.json: what a publisher says
// about it, every build ever added, and which channels carry which build. All
// manifests are made from it.
type Product struct {
	Schema   string                        `json:"schema"`
	ID       manifest.ProductID            `json:"id"`
	Title    manifest.Text                 `json:"title"`
	Confirm  manifest.Confirm              `json:"confirm"`
	Preserve []string                      `json:"preserve,omitempty"`
	Detect   string                        `json:"detect"`
	Deadline *manifest.Date                `json:"deadline,omitzero"`
	Floor    *manifest.Floor               `json:"floor,omitzero"`
	Builds   []manifest.Build              `json:"builds"` // newest first, none with a rollout
	Channels map[manifest.Channel]*Channel `json:"channels"`
}

// Channel is the builds that one channel carries.
type Channel struct {
	Seq    int64      `json:"seq"` // of the manifest last signed
	Builds []Promoted `json:"builds"`
}

// Promoted is a build in a channel.
type Promoted struct {
	Version manifest.Version `json:"version"`
	Percent *int             `json:"percent,omitzero"` // share of the PCs; absent: everybody
}

func productPath(id manifest.ProductID) string { return productsDir + "/" + string(id) + ".json" }

func (p *Product) encode() ([]byte, error) {
	data, err := json.Marshal(p, jsontext.WithIndent("  "), json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

func readProducts(dir string) (map[manifest.ProductID]*Product, error) {
	products := map[manifest.ProductID]*Product{}
	entries, err := os.ReadDir(filepath.Join(dir, productsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		name, isDefinition := strings.CutSuffix(e.Name(), ".json")
		if !isDefinition {
			continue
		}
		p, err := readProduct(filepath.Join(dir, productsDir, e.Name()))
		if err != nil {
			return nil, err
		}
		if string(p.ID) != name {
			return nil, fmt.Errorf("%s/%s defines %q", productsDir, e.Name(), p.ID)
		}
		products[p.ID] = p
	}
	return products, nil
}

func readProduct(file string) (*Product, error) {
	data, err := durable.ReadFile(file, maxProduct)
	if err != nil {
		return nil, err
	}
	p := new(Product)
	if err := json.Unmarshal(data, p, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if p.Schema != productSchema {
		return nil, fmt.Errorf("%s: schema %q is not %q", file, p.Schema, productSchema)
	}
	if p.Channels == nil {
		p.Channels = map[manifest.Channel]*Channel{}
	}
	return p, nil
}

// build finds an added build.
func (p *Product) build(v manifest.Version) (*manifest.Build, error) {
	versions := make([]string, len(p.Builds))
	for i := range p.Builds {
		if p.Builds[i].Version.Equal(v) {
			return &p.Builds[i], nil
		}
		versions[i] = p.Builds[i].Version.String()
	}
	return nil, fmt.Errorf("%w: %s %s (added so far: %s)", ErrUnknownBuild, p.ID, v, list(versions))
}

// promoted finds a build in a channel.
func (c *Channel) promoted(v manifest.Version) *Promoted {
	for i := range c.Builds {
		if c.Builds[i].Version.Equal(v) {
			return &c.Builds[i]
		}
	}
	return nil
}

// manifest makes one channel's manifest, numbered seq.
func (p *Product) manifest(name manifest.Channel, seq int64) *manifest.Manifest {
	m := &manifest.Manifest{
		Schema:   manifest.Schema,
		Product:  p.ID,
		Channel:  name,
		Seq:      seq,
		Title:    p.Title,
		TLSReady: p.Floor,
		Builds:   []manifest.Build{},
		Confirm:  p.Confirm,
		Preserve: p.Preserve,
		Detect:   p.Detect,
		Deadline: p.Deadline,
	}
	for _, b := range p.Builds {
		carried := p.Channels[name].promoted(b.Version)
		if carried == nil {
			continue
		}
		if carried.Percent != nil {
			b.Rollout = &manifest.Rollout{Percent: *carried.Percent}
		}
		m.Builds = append(m.Builds, b)
	}
	return m
}

// check says whether a manifest can be made from the definition as it is,
// before there is any build.
func (p *Product) check() error {
	if p.hasInstaller() {
		if err := p.checkDetect(); err != nil {
			return err
		}
	}
	draft := *p
	draft.Channels = map[manifest.Channel]*Channel{manifest.Stable: {}}
	if err := draft.manifest(manifest.Stable, 1).Validate(); err != nil {
		return fmt.Errorf("%w: product %s: %w", ErrDefinition, p.ID, err)
	}
	return nil
}

// targetPath is where a target is kept: the hash in the name.
func targetPath(name string, sum [sha256.Size]byte) string {
	dir, base := path.Split(name)
	return fmt.Sprintf("%s/%s%x.%s", targetsDir, dir, sum, base)
}

// fill writes what the product's role promises: every package added, and a
// manifest for each channel. A manifest that says something new gets the next
// seq. It returns the manifests' bytes by path.
func (p *Product) fill(role *metadata.TargetsType) (map[string][]byte, error) {
	before := role.Targets
	role.Targets = map[string]*metadata.TargetFiles{}
	for _, b := range p.Builds {
		for _, pkg := range b.Packages {
			role.Targets[pkg.Target] = targetFile(pkg.Size, pkg.SHA256)
		}
	}
	files := map[string][]byte{}
	for name, channel := range p.Channels {
		target := manifest.TargetName(p.ID, name)
		data, err := p.manifest(name, max(channel.Seq, 1)).Encode()
		if err != nil {
			return nil, fmt.Errorf("%w: manifest of %s, %s: %w", ErrDefinition, p.ID, name, err)
		}
		sum := sha256.Sum256(data)
		if have := before[target]; have == nil || !slices.Equal(have.Hashes["sha256"], sum[:]) {
			channel.Seq++
			if data, err = p.manifest(name, channel.Seq).Encode(); err != nil {
				return nil, err
			}
			sum = sha256.Sum256(data)
		}
		files[targetPath(target, sum)] = data
		role.Targets[target] = targetFile(int64(len(data)), sum)
	}
	return files, nil
}
