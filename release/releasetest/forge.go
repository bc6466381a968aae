// Package releasetest makes repositories that no honest publisher makes:
// correctly signed with the real keys, and wrong. Only tests import it.
//
// Each function takes the folder of a working copy, or of a destination, and a
// key folder without passphrase. It leaves versions, lengths and hashes
// consistent up to timestamp.json, so that a client refuses the fault that was
// put in and not another one.
package releasetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/theupdateframework/go-tuf/v2/metadata"
	"golang.org/x/crypto/ssh"

	"github.com/koshin-updater/koshin/manifest"
)

// Forge lets edit change the signed part of a role's newest file and signs it
// again with the role's own keys, under the next version. The role is root,
// targets, snapshot, timestamp or a product. Numbers in signed are json.Number;
// edit may put any Go value there.
func Forge(repoDir, keysDir, role string, edit func(signed map[string]any)) error {
	return ForgeAs(repoDir, keysDir, role, signers(role), edit)
}

// ForgeAs is [Forge] with other keys: "online" for a role that it may not sign,
// or only one of the three of root.
func ForgeAs(repoDir, keysDir, role string, keys []string, edit func(signed map[string]any)) error {
	f := forger{repo: repoDir, keys: keysDir}
	if err := f.forge(role, keys, edit); err != nil {
		return fmt.Errorf("forge %s: %w", role, err)
	}
	return nil
}

// ReplaceTarget puts other bytes at a product's target, such as
// "torikomi-soshin/stable.v1.json", as correctly signed as the ones before.
func ReplaceTarget(repoDir, keysDir, product, target string, data []byte) error {
	sum := sha256.Sum256(data)
	dir, base := path.Split(target)
	file := filepath.Join(repoDir, "targets", filepath.FromSlash(dir), hex.EncodeToString(sum[:])+"."+base)
	if err := write(file, data); err != nil {
		return err
	}
	return Forge(repoDir, keysDir, product, func(signed map[string]any) {
		targets := object(signed, "targets")
		targets[target] = map[string]any{"length": len(data), "hashes": map[string]any{"sha256": hex.EncodeToString(sum[:])}}
	})
}

// EditManifest lets edit change a channel's manifest, under the next seq, and
// signs it.
func EditManifest(repoDir, keysDir, product, channel string, edit func(m map[string]any)) error {
	f := forger{repo: repoDir, keys: keysDir}
	target := manifest.TargetName(manifest.ProductID(product), manifest.Channel(channel))
	data, err := f.target(product, target)
	if err != nil {
		return fmt.Errorf("edit manifest: %w", err)
	}
	m, err := decode(data)
	if err != nil {
		return err
	}
	m["seq"] = integer(m["seq"]) + 1
	edit(m)
	if data, err = json.MarshalIndent(m, "", "  "); err != nil {
		return err
	}
	return ReplaceTarget(repoDir, keysDir, product, target, data)
}

// ReplacePackage puts other bytes at a package's target and signs a manifest
// of the channel that says so too. tree, unless zero, becomes its tree_sha256.
func ReplacePackage(repoDir, keysDir, product, channel, target string, data []byte, tree manifest.Digest) error {
	if err := ReplaceTarget(repoDir, keysDir, product, target, data); err != nil {
		return err
	}
	found := false
	err := EditManifest(repoDir, keysDir, product, channel, func(m map[string]any) {
		for _, b := range array(m, "builds") {
			for _, p := range array(b, "packages") {
				if p["target"] != target {
					continue
				}
				found = true
				p["size"], p["sha256"] = len(data), manifest.Digest(sha256.Sum256(data)).String()
				if !tree.IsZero() {
					p["tree_sha256"] = tree.String()
				}
			}
		}
	})
	if err == nil && !found {
		err = fmt.Errorf("no package %s in %s: %w", target, channel, fs.ErrNotExist)
	}
	return err
}

// signers are the key files of a role.
func signers(role string) []string {
	switch role {
	case metadata.ROOT, metadata.TARGETS:
		return []string{role + "-1", role + "-2", role + "-3"}
	case metadata.SNAPSHOT, metadata.TIMESTAMP:
		return []string{"online"}
	}
	return []string{"product-" + role}
}

type forger struct{ repo, keys string }

func (f forger) forge(role string, keys []string, edit func(map[string]any)) error {
	before, err := f.newest(role)
	if err != nil {
		return err
	}
	before["version"] = integer(before["version"]) + 1
	edit(before)
	data, err := f.sign(before, keys)
	if err != nil {
		return err
	}
	version := integer(before["version"])
	name := fmt.Sprintf("%d.%s.json", version, role)
	switch role {
	case metadata.TIMESTAMP:
		return write(f.metadata("timestamp.json"), data)
	case metadata.ROOT:
		return write(f.metadata(name), data)
	}
	if err := write(f.metadata(name), data); err != nil {
		return err
	}
	next := metadata.SNAPSHOT
	if role == metadata.SNAPSHOT {
		next = metadata.TIMESTAMP
	}
	sum := sha256.Sum256(data)
	return f.forge(next, signers(next), func(signed map[string]any) {
		object(signed, "meta")[role+".json"] = map[string]any{
			"version": version, "length": len(data), "hashes": map[string]any{"sha256": hex.EncodeToString(sum[:])},
		}
	})
}

// newest is the signed part of a role's current file.
func (f forger) newest(role string) (map[string]any, error) {
	name := "timestamp.json"
	switch role {
	case metadata.TIMESTAMP:
	case metadata.ROOT:
		version := 1
		for exists(f.metadata(fmt.Sprintf("%d.root.json", version+1))) {
			version++
		}
		name = fmt.Sprintf("%d.root.json", version)
	default:
		parent := metadata.SNAPSHOT
		if role == metadata.SNAPSHOT {
			parent = metadata.TIMESTAMP
		}
		from, err := f.newest(parent)
		if err != nil {
			return nil, err
		}
		meta, ok := object(from, "meta")[role+".json"].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("no role %s: %w", role, fs.ErrNotExist)
		}
		name = fmt.Sprintf("%d.%s.json", integer(meta["version"]), role)
	}
	data, err := os.ReadFile(f.metadata(name))
	if err != nil {
		return nil, err
	}
	whole, err := decode(data)
	if err != nil {
		return nil, err
	}
	return object(whole, "signed"), nil
}

// target reads a product's target as it is now.
func (f forger) target(product, target string) ([]byte, error) {
	role, err := f.newest(product)
	if err != nil {
		return nil, err
	}
	entry, ok := object(role, "targets")[target].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("no target %s: %w", target, fs.ErrNotExist)
	}
	dir, base := path.Split(target)
	return os.ReadFile(filepath.Join(f.repo, "targets", filepath.FromSlash(dir), fmt.Sprint(object(entry, "hashes")["sha256"])+"."+base))
}

func (f forger) metadata(name string) string { return filepath.Join(f.repo, "metadata", name) }

func (f forger) sign(signed map[string]any, keys []string) ([]byte, error) {
	payload, err := cjson.EncodeCanonical(signed)
	if err != nil {
		return nil, err
	}
	var signatures []map[string]string
	for _, name := range keys {
		data, err := os.ReadFile(filepath.Join(f.keys, name))
		if err != nil {
			return nil, err
		}
		raw, err := ssh.ParseRawPrivateKey(data)
		if err != nil {
			return nil, err
		}
		private, ok := raw.(*ed25519.PrivateKey)
		if !ok {
			return nil, errors.New("not an ed25519 key")
		}
		public, err := metadata.KeyFromPublicKey(private.Public())
		if err != nil {
			return nil, err
		}
		id, err := public.ID()
		if err != nil {
			return nil, err
		}
		signatures = append(signatures, map[string]string{"keyid": id, "sig": hex.EncodeToString(ed25519.Sign(*private, payload))})
	}
	return json.MarshalIndent(map[string]any{"signed": signed, "signatures": signatures}, "", "\t")
}

func decode(data []byte) (map[string]any, error) {
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return m, d.Decode(&m)
}

func object(m map[string]any, name string) map[string]any {
	if inner, ok := m[name].(map[string]any); ok {
		return inner
	}
	return map[string]any{}
}

func array(m map[string]any, name string) []map[string]any {
	var found []map[string]any
	list, _ := m[name].([]any)
	for _, one := range list {
		if inner, ok := one.(map[string]any); ok {
			found = append(found, inner)
		}
	}
	return found
}

func integer(v any) int64 {
	switch n := v.(type) {
	case json.Number:
		i, _ := n.Int64()
		return i
	case int:
		return int64(n)
	case int64:
		return n
	}
	return 0
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func write(file string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
