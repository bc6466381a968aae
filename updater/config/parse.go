package config

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/koshin-updater/koshin/manifest"
)

// parse decodes strictly, fills defaults and makes paths absolute.
func parse(file string, data []byte) (*Config, error) {
	c := &Config{File: file}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // Notepad writes the mark
	decoder := toml.NewDecoder(bytes.NewReader(data))
	if err := decoder.DisallowUnknownFields().Decode(c); err != nil {
		return nil, located(file, err)
	}
	if err := c.complete(); err != nil {
		return nil, err
	}
	c.lines = linesOf(data)
	return c, nil
}

// located gives the decoder's error its line.
func located(file string, err error) error {
	if missing, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(missing.Errors) > 0 {
		first := missing.Errors[0]
		row, _ := first.Position()
		return &Error{File: file, Line: row, Key: strings.Join(first.Key(), "."), Reason: "unknown key"}
	}
	if syntax, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := syntax.Position()
		return &Error{File: file, Line: row, Key: strings.Join(syntax.Key(), "."), Reason: strings.TrimPrefix(syntax.Error(), "toml: ")}
	}
	return &Error{File: file, Reason: err.Error()}
}

func (c *Config) complete() error {
	fault := func(key, format string, args ...any) error {
		return &Error{File: c.File, Key: key, Reason: fmt.Sprintf(format, args...)}
	}
	if !slices.Contains([]string{"", "ja", "en"}, c.Language) {
		return fault("language", "%q is neither %q nor %q", c.Language, "ja", "en")
	}
	switch c.Submission {
	case "":
		c.Submission = Self
	case Self, Delegated:
	default:
		return fault("submission", "%q is neither %q nor %q", c.Submission, Self, Delegated)
	}
	if c.StateDir == "" {
		c.StateDir = DefaultStateDir()
	}
	c.StateDir = c.absolute(c.StateDir)
	if len(c.Source.URLs) == 0 {
		return fault("source.urls", "needs at least one address")
	}
	if c.Source.Anchor == "" {
		return fault("source.anchor", "is missing")
	}
	c.Source.Anchor = c.absolute(c.Source.Anchor)
	if c.Source.CAFile != "" {
		c.Source.CAFile = c.absolute(c.Source.CAFile)
	}
	if c.Source.Proxy == "" {
		c.Source.Proxy = "auto"
	}
	if err := c.completeWindow(fault); err != nil {
		return err
	}
	if err := c.completeReport(fault); err != nil {
		return err
	}
	return c.completeProducts(fault)
}

func (c *Config) completeProducts(fault func(string, string, ...any) error) error {
	if len(c.Products) == 0 {
		return fault("product", "needs at least one [[product]]")
	}
	for i := range c.Products {
		p := &c.Products[i]
		key := fmt.Sprintf("product[%d]", i)
		if _, err := manifest.ParseProductID(string(p.ID)); err != nil {
			return fault(key+".id", "%v", err)
		}
		if p.ID == manifest.SelfID {
			return &Error{File: c.File, Key: key + ".id", Reason: ErrItself.Error(), Err: ErrItself}
		}
		if p.Dir == "" {
			return fault(key+".dir", "is missing")
		}
		p.Dir = c.absolute(p.Dir)
		if p.Channel == "" {
			p.Channel = manifest.Stable
		}
		if _, err := manifest.ParseChannel(string(p.Channel)); err != nil {
			return fault(key+".channel", "%v", err)
		}
		for _, other := range c.Products[:i] {
			if other.ID == p.ID || strings.EqualFold(other.Dir, p.Dir) {
				return fault(key, "%s has the same id or folder as %s", p.ID, other.ID)
			}
		}
	}
	return nil
}

// absolute resolves a path beside the configuration file.
func (c *Config) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(filepath.Dir(c.File), path)
}
