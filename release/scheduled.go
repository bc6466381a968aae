package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release/internal/durable"
)

const (
	scheduledSchema = "koshin/scheduled/1"
	scheduledDir    = "scheduled"
	// maxSchedule bounds the file: sixteen promotions of the largest real
	// products, each a role and two manifests.
	maxSchedule = 32 << 20
)

// schedule is scheduled/<product>.json: what was signed ahead, by time.
type schedule struct {
	Schema     string             `json:"schema"`
	Product    manifest.ProductID `json:"product"`
	Spent      spent              `json:"spent"`
	Promotions []scheduled        `json:"promotions"`

	wanted []Promotion // what is to be scheduled after this change
}

// spent is the highest numbers that were ever signed ahead, also for what was
// cancelled: they never stand for something else.
type spent struct {
	Role int64                      `json:"role"`
	Seq  map[manifest.Channel]int64 `json:"seq"`
}

// scheduled is one promotion with what will be published then, byte for byte.
type scheduled struct {
	Promotion
	Role      string                      `json:"role"`
	Manifests map[manifest.Channel]string `json:"manifests"`
}

func (p Promotion) String() string {
	return fmt.Sprintf("%s in %s for %d %% at %s", p.Version, p.Channel, p.Percent, p.At.Format(time.RFC3339))
}

func schedulePath(id manifest.ProductID) string { return scheduledDir + "/" + string(id) + ".json" }

// empty says whether nothing was ever scheduled.
func (s *schedule) empty() bool { return s.Spent.Role == 0 }

// due is the promotions whose time has come.
func (s *schedule) due(now time.Time) []scheduled {
	n := 0
	for n < len(s.Promotions) && !s.Promotions[n].At.After(now) {
		n++
	}
	return s.Promotions[:n]
}

func (s *schedule) String() string {
	words := make([]string, len(s.Promotions))
	for i, p := range s.Promotions {
		words[i] = p.String()
	}
	return "scheduled are: " + list(words)
}

// schedule is a product's; an empty one where nothing was ever scheduled.
func (s *state) schedule(id manifest.ProductID) *schedule {
	if s.schedules[id] == nil {
		s.schedules[id] = &schedule{Schema: scheduledSchema, Product: id, Spent: spent{Seq: map[manifest.Channel]int64{}}, Promotions: []scheduled{}}
	}
	return s.schedules[id]
}

func readSchedules(dir string, products map[manifest.ProductID]*Product) (map[manifest.ProductID]*schedule, error) {
	found := map[manifest.ProductID]*schedule{}
	for id := range products {
		s, err := readSchedule(filepath.Join(dir, filepath.FromSlash(schedulePath(id))))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && s.Product != id {
			err = fmt.Errorf("it is about %q", s.Product)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", schedulePath(id), err)
		}
		found[id] = s
	}
	return found, nil
}

func readSchedule(file string) (*schedule, error) {
	data, err := durable.ReadFile(file, maxSchedule)
	if err != nil {
		return nil, err
	}
	s := new(schedule)
	if err := json.Unmarshal(data, s, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	if s.Schema != scheduledSchema || len(s.Promotions) > maxScheduled {
		return nil, fmt.Errorf("schema %q with %d promotions is none of ours", s.Schema, len(s.Promotions))
	}
	if s.Spent.Seq == nil {
		s.Spent.Seq = map[manifest.Channel]int64{}
	}
	for i, p := range s.Promotions {
		if i > 0 && p.At.Before(s.Promotions[i-1].At) {
			return nil, errors.New("the promotions are not in the order of time")
		}
		s.wanted = append(s.wanted, p.Promotion)
	}
	return s, nil
}

// step is one scheduled promotion: the product before it and after it.
type step struct {
	Promotion
	before, after *Product
	role          *metadata.Metadata[metadata.TargetsType]
	manifests     map[string][]byte
}

// steps are what is wanted, one on top of the other, from the product as this
// change leaves it.
func (c *change) steps(id manifest.ProductID) ([]step, error) {
	s, before, role := c.schedule(id), c.products[id], c.roles[id]
	number := max(role.Signed.Version, s.Spent.Role)
	if c.changed[id] {
		number++ // the role's own next one
	}
	numbers := maps.Clone(s.Spent.Seq)
	var all []step
	for _, p := range s.wanted {
		after, err := before.clone()
		if err != nil {
			return nil, err
		}
		after.promote(p.Version, p.Channel, p.Percent)
		channel := after.Channels[p.Channel]
		channel.Seq = max(channel.Seq, numbers[p.Channel])
		next := metadata.Targets(expiry(p.At, productDays))
		number++
		next.Signed.Version = number
		next.Signed.Targets = maps.Clone(role.Signed.Targets)
		manifests, err := after.fill(&next.Signed)
		if err != nil {
			return nil, err
		}
		numbers[p.Channel] = channel.Seq
		all = append(all, step{p, before, after, next, manifests})
		before, role = after, next
	}
	return all, nil
}

// clone is a copy that shares nothing.
func (p *Product) clone() (*Product, error) {
	data, err := p.encode()
	if err != nil {
		return nil, err
	}
	copied := new(Product)
	return copied, json.Unmarshal(data, copied)
}

// sealSchedule signs every step and keeps it.
func (c *change) sealSchedule(id manifest.ProductID) error {
	s := c.schedule(id)
	s.Promotions = []scheduled{}
	for _, step := range c.ahead[id] {
		signers, err := c.repo.options.Keys.signers(string(id), []string{productKey(id)}, delegation(&c.targets.Signed, id))
		if err != nil {
			return err
		}
		data, err := sign(step.role, signers)
		if err != nil {
			return err
		}
		kept := scheduled{Promotion: step.Promotion, Role: string(data), Manifests: map[manifest.Channel]string{}}
		for name := range step.after.Channels {
			target := manifest.TargetName(id, name)
			path := targetPath(target, [32]byte(step.role.Signed.Targets[target].Hashes["sha256"]))
			kept.Manifests[name] = string(step.manifests[path])
		}
		s.Promotions = append(s.Promotions, kept)
		s.Spent.Role = max(s.Spent.Role, step.role.Signed.Version)
		for name, channel := range step.after.Channels {
			s.Spent.Seq[name] = max(s.Spent.Seq[name], channel.Seq)
		}
	}
	return c.writeSchedule(id)
}

func (c *change) writeSchedule(id manifest.ProductID) error {
	data, err := json.Marshal(c.schedule(id), jsontext.WithIndent("  "), json.Deterministic(true))
	if err != nil {
		return err
	}
	return c.write(schedulePath(id), append(data, '\n'))
}

// product is the definition as it will be, made from the one before it.
func (s scheduled) product(before *Product) (*Product, error) {
	after, err := before.clone()
	if err != nil {
		return nil, err
	}
	if err := after.promotable(s.Promotion); err != nil {
		return nil, err
	}
	after.promote(s.Version, s.Channel, s.Percent)
	for name, channel := range after.Channels {
		m, err := manifest.Parse([]byte(s.Manifests[name]))
		if err != nil {
			return nil, err
		}
		channel.Seq = m.Seq
	}
	return after, nil
}

func (s scheduled) role() (*metadata.Metadata[metadata.TargetsType], error) {
	return new(metadata.Metadata[metadata.TargetsType]).FromBytes([]byte(s.Role))
}

// takeIn makes the last of the due promotions the product's current state; the
// ones before it are part of it.
func (c *change) takeIn(id manifest.ProductID, due []scheduled) error {
	product := c.products[id]
	for _, one := range due {
		var err error
		if product, err = one.product(product); err != nil {
			return err
		}
	}
	last := due[len(due)-1]
	role, err := last.role()
	if err != nil {
		return err
	}
	for name, text := range last.Manifests {
		path := targetPath(manifest.TargetName(id, name), digestOf([]byte(text)))
		if _, err := (tree{c.repo.dir}).find(path); err == nil {
			continue // says the same as before
		}
		if err := c.write(path, []byte(text)); err != nil {
			return err
		}
	}
	definition, err := product.encode()
	if err != nil {
		return err
	}
	if err := c.write(productPath(id), definition); err != nil {
		return err
	}
	s := c.schedule(id)
	s.Promotions = append([]scheduled{}, s.Promotions[len(due):]...)
	if err := c.writeSchedule(id); err != nil {
		return err
	}
	c.products[id], c.roles[id] = product, role
	c.snapshot.Signed.Meta[string(id)+".json"] = metaFile(role.Signed.Version, []byte(last.Role))
	return c.write(rolePath(role.Signed.Version, string(id)), []byte(last.Role))
}

// ahead is a repository as clients will see it: the working copy, with some
// files in front of it.
type ahead struct {
	tree
	files map[string][]byte
}

// Fetch makes it a trust.Fetcher. Of the roots it has its own alone.
func (a ahead) Fetch(ctx context.Context, path string, limit int64) ([]byte, error) {
	if data, ok := a.files[path]; ok {
		return data, ctx.Err()
	}
	if strings.HasSuffix(path, ".root.json") {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	return a.tree.Fetch(ctx, path, limit)
}
