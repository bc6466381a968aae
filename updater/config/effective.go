package config

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/policy"
)

// Apply puts what a policy says above what the file says. It reaches how releases
// are fetched, which channel is taken and where this PC reports to, never where
// releases come from or what is believed of them.
func (c *Config) Apply(p policy.Values) {
	c.Policy = p
	if p.Proxy.Set() {
		c.Source.Proxy = p.Proxy.Value
	}
	if p.ReportFolder.Set() {
		c.Report = &Report{Folder: p.ReportFolder.Value}
	}
	for i := range c.Products {
		if channel := p.Product(c.Products[i].ID).Channel; channel.Set() {
			c.Products[i].Channel = channel.Value
		}
	}
}

// ProductIDs are the configured products.
func (c *Config) ProductIDs() []manifest.ProductID {
	var ids []manifest.ProductID
	for _, p := range c.Products {
		ids = append(ids, p.ID)
	}
	return ids
}

// Origin is who says a setting.
type Origin string

// The origins, the strongest first.
const (
	ByPolicy  Origin = "policy"
	ByFile    Origin = "file"
	ByDefault Origin = "default"
)

// Setting is one effective value and where it comes from.
type Setting struct {
	Name    string             // as in koshin.toml where it can be set there
	Product manifest.ProductID // ""; of all
	Value   string             // "" for none
	Origin  Origin
	Place   string // the path in the registry, or the file
	Line    int    // in the file, from 1
}

// The settings that only a policy has.
const (
	CheckPeriod     = "check_period_minutes"
	SuppressedHours = "suppressed_hours"
	InstallAllowed  = "install_allowed"
	TargetVersion   = "target_version"
)

// Settings are all effective values after [Config.Apply].
func (c *Config) Settings() []Setting {
	p := c.Policy
	all := []Setting{
		c.written("language", c.Language),
		c.written("submission", string(c.Submission)),
		c.written("state_dir", c.StateDir),
		c.written("source.urls", strings.Join(c.Source.URLs, ", ")),
		c.written("source.anchor", c.Source.Anchor),
		c.written("source.ca_file", c.Source.CAFile),
		ruled(c.written("source.proxy", withoutUser(c.Source.Proxy)), p.Proxy.From),
		c.written("window.days", c.windowText()),
		ruled(c.written("report.folder", c.ReportFolder()), p.ReportFolder.From),
		ruled(Setting{Name: CheckPeriod, Value: minutes(p.CheckPeriod.Value)}, p.CheckPeriod.From),
		ruled(Setting{Name: SuppressedHours, Value: hours(p.Suppressed)}, p.Suppressed.From),
	}
	for i, product := range c.Products {
		key, said := fmt.Sprintf("product[%d].", i), p.Product(product.ID)
		dir, channel := c.written(key+"dir", product.Dir), c.written(key+"channel", string(product.Channel))
		dir.Name, channel.Name = "product.dir", "product.channel"
		dir.Product, channel.Product = product.ID, product.ID
		all = append(all, dir, ruled(channel, said.Channel.From))
		all = append(all, gates(said)...)
	}
	return append(all, gates(p.Product(manifest.SelfID))...)
}

// written is a value of the file, or its default.
func (c *Config) written(key, value string) Setting {
	if line := c.lines[key]; line > 0 {
		return Setting{Name: key, Value: value, Origin: ByFile, Place: c.File, Line: line}
	}
	return Setting{Name: key, Value: value, Origin: ByDefault}
}

// ruled is the same where the policy says it.
func ruled(s Setting, from string) Setting {
	switch {
	case from != "":
		s.Origin, s.Place, s.Line = ByPolicy, from, 0
	case s.Origin == "":
		s.Origin = ByDefault
	}
	return s
}

// gates is what the policy says of one product's installing.
func gates(p policy.Product) []Setting {
	allowed := "yes"
	if p.Install.Set() && !p.Install.Value {
		allowed = "no"
	}
	target := ""
	if p.Target.Set() {
		target = p.Target.Value.String()
	}
	return []Setting{
		ruled(Setting{Name: InstallAllowed, Product: p.ID, Value: allowed}, p.Install.From),
		ruled(Setting{Name: TargetVersion, Product: p.ID, Value: target}, p.Target.From),
	}
}

func (c *Config) windowText() string {
	if c.Window == nil {
		return ""
	}
	return c.Window.String()
}

func minutes(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprint(int(d / time.Minute))
}

func hours(h policy.Setting[policy.Hours]) string {
	if !h.Set() {
		return ""
	}
	return h.Value.String()
}

// withoutUser leaves a name and a password out of a proxy's address.
func withoutUser(proxy string) string {
	u, err := url.Parse(proxy)
	if err != nil || u.User == nil {
		return proxy
	}
	u.User = nil
	return u.String()
}
