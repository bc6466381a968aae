package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
)

// selfProduct is koshin as a product of its own publisher.
const selfProduct = string(manifest.SelfID)

// The builds of koshin itself: real ones, each says its own version.
const (
	oldestSelf = "5.1.0"
	beforeSelf = "5.2.0"
	afterSelf  = "5.3.0"
)

func selfBuilds() []string { return []string{oldestSelf, beforeSelf, afterSelf} }

// ownKoshin is a file on a PC whose koshin stands where the client does on the
// others, and replaces itself there. On the others it stands outside.
const ownKoshin = "koshin-of-its-own"

// published is the program of one version, as build made it.
func (w *world) published(version string) string {
	return filepath.Join(w.programs, "koshin-"+version, program("koshin"))
}

func (w *world) publishSelf(ctx context.Context) error {
	if err := w.release(ctx, "product", "--id", selfProduct, "--title-ja", "koshin", "--title-en", "koshin", "--confirm-url", w.host); err != nil {
		return err
	}
	for _, version := range selfBuilds() {
		name := w.file("builds", version, program("koshin"))
		if err := errors.Join(os.Mkdir(filepath.Dir(name), 0o755), copyProgram(w.published(version), name)); err != nil {
			return err
		}
		if err := w.add(ctx, selfProduct, version, filepath.Dir(name), "--kind", "exe", name); err != nil {
			return err
		}
	}
	return nil
}

// installSelf makes a PC whose koshin has replaced itself once, so that there is
// a copy that recovers. Its client is another folder, and not installed.
func (p *pc) installSelf(ctx context.Context) error {
	if err := p.enroll(ctx, product, oldestSelf); err != nil {
		return err
	}
	config, err := os.ReadFile(p.file("koshin.toml"))
	if err != nil {
		return err
	}
	elsewhere := strings.Replace(string(config), "'apps/client'", "'apps/another'", 1)
	if err := errors.Join(os.WriteFile(p.file("koshin.toml"), []byte(elsewhere), 0o644), writeFile(p.file(ownKoshin), ""), os.MkdirAll(p.client(), 0o755)); err != nil {
		return err
	}
	if err := copyProgram(p.w.published(oldestSelf), p.own()); err != nil {
		return err
	}
	if err := p.must(ctx, updateSelf(beforeSelf)(p.w)...); err != nil {
		return err
	}
	return os.RemoveAll(p.file("state", "downloads")) // only makes the copies slower
}

func updateSelf(version string) func(*world) []string {
	return func(w *world) []string { return []string{"self-update", "--yes", "--from", w.repository(version)} }
}

// replacesItself says whether this is a PC of [pc.installSelf].
func (p *pc) replacesItself() bool { return exists(p.file(ownKoshin)) }

func (p *pc) own() string    { return filepath.Join(p.client(), program("koshin")) }
func (p *pc) rescue() string { return p.file("state", "rescue", program("koshin")) }

// program is the koshin that a verb is started with. The start of the PC runs
// the copy that recovers, a person the one in its place, as long as there is one.
func (p *pc) program(verb string) string {
	switch {
	case !p.replacesItself():
		return p.w.program("koshin")
	case verb == "recover" && !p.byHand && exists(p.rescue()), !exists(p.own()):
		return p.rescue()
	}
	return p.own()
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// ownVersion is what the koshin that stands in its place says it is.
func (p *pc) ownVersion(ctx context.Context) (string, error) {
	r, err := p.koshin(ctx, "version")
	if err != nil {
		return "", err
	}
	var doc struct{ Version string }
	if err := json.Unmarshal(r.answer, &doc); err != nil || r.exit != 0 {
		return "", fmt.Errorf("koshin version: %w: %s", err, r)
	}
	return doc.Version, nil
}

// moved tells a koshin that its PC is a copy, in another folder: where it belongs
// is the one path that it writes down. It is flushed, or a power cut takes it.
func (p *pc) moved() error {
	if !p.replacesItself() {
		return nil
	}
	name := p.file("state", "self.json")
	data, err := os.ReadFile(name)
	record := map[string]any{}
	if err != nil || json.Unmarshal(data, &record) != nil {
		return nil //nolint:nilerr // a PC that is kept as it ended, to be looked at
	}
	folder, err := filepath.EvalSymlinks(p.client()) // as koshin sees itself
	if err != nil {
		return err
	}
	record["executable"] = filepath.Join(folder, program("koshin"))
	if data, err = json.Marshal(record); err != nil {
		return err
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// rescueDiffers says why the copy that recovers is none of the published builds.
func (w *world) rescueDiffers(p *pc) ([]string, error) {
	if !p.replacesItself() {
		return nil, nil
	}
	copies, err := walk(filepath.Dir(p.rescue()))
	if err != nil {
		return nil, err
	}
	name := program("koshin")
	for _, version := range selfBuilds() {
		if copies[name] == w.builds[version][name] {
			return nil, nil
		}
	}
	return []string{"the copy that recovers is " + missingOr(copies[name])}, nil
}
