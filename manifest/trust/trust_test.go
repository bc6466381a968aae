package trust_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/trust"
	"github.com/koshin-updater/koshin/release/releasetest"
)

func TestAFreshPCGetsTheManifestAndItsPromises(t *testing.T) {
	w := newWorld(t)
	r := w.accept()
	pkg := r.Manifest.Builds[0].Packages[0]
	p, err := r.Promise(pkg)
	w.must(err)
	if !p.Made() || p.Name() != pkg.Target || p.Length() != pkg.Size || p.SHA256() != pkg.SHA256 {
		t.Errorf("promise %v does not fit package %v", p, pkg)
	}
	if _, err := w.Fetch(t.Context(), p.Path(), p.Length()); err != nil {
		t.Errorf("the promised file is not there: %v", err)
	}
	pkg.Size++
	if _, err := r.Promise(pkg); !errors.Is(err, trust.ErrWrongRelease) {
		t.Errorf("a package that the role does not know: %v", err)
	}
}

// The promise of DESIGN section 10: two small requests, however much there is.
func TestNothingNewCostsTwoRequests(t *testing.T) {
	w := newWorld(t)
	for _, v := range []string{"2.2.1", "2.2.2", "2.2.3"} {
		w.publish(v)
	}
	w.accept()
	w.accept()
	if want := []string{"metadata/2.root.json", "metadata/timestamp.json"}; !slices.Equal(w.requests, want) {
		t.Errorf("requests: %v, want %v", w.requests, want)
	}
}

func TestANewBuildIsSeen(t *testing.T) {
	w := newWorld(t)
	w.accept()
	w.publish("2.3.0")
	if r := w.accept(); len(r.Manifest.Builds) != 2 {
		t.Errorf("%d builds", len(r.Manifest.Builds))
	}
}

// A truncated or empty file bricks go-tuf's own updater for ever.
func TestADamagedCacheCostsADownloadOnly(t *testing.T) {
	w := newWorld(t)
	w.rotateOnline()
	w.accept()
	names := []string{}
	for name := range w.cache {
		names = append(names, name)
	}
	if len(names) < 5 {
		t.Fatalf("cache holds only %v", names)
	}
	for _, name := range names {
		for _, damage := range []func([]byte) []byte{
			func([]byte) []byte { return nil },
			func(b []byte) []byte { return b[:len(b)/2] },
			func(b []byte) []byte { return append(slices.Clone(b[:len(b)-3]), "xyz"...) },
		} {
			w.cache[name] = damage(w.cache[name])
			w.accept()
		}
	}
}

func TestSignatures(t *testing.T) {
	for _, role := range []string{"root", "targets", "snapshot", "timestamp", product} {
		t.Run(role, func(t *testing.T) {
			w := newWorld(t)
			w.must(releasetest.ForgeAs(w.repo, w.keys, role, []string{wrongKey(role)}, func(map[string]any) {}))
			w.refused(trust.ErrSignature)
		})
	}
}

// wrongKey is one real key that alone must not sign for the role.
func wrongKey(role string) string {
	if role == "root" || role == "targets" {
		return role + "-1" // of two
	}
	return "targets-1"
}

func TestExpiry(t *testing.T) {
	for _, role := range []string{"root", "targets", "snapshot", "timestamp", product} {
		t.Run(role, func(t *testing.T) {
			w := newWorld(t)
			w.accept()
			w.forge(role, func(signed map[string]any) { signed["expires"] = "2020-01-01T00:00:00Z" })
			w.refused(trust.ErrExpired)
			w.cache = trust.Memory{}
			w.refused(trust.ErrExpired)
		})
	}
}

func TestAFrozenHostIsRefusedOnceItsTimestampIsOld(t *testing.T) {
	w := newWorld(t)
	w.accept()
	w.now = w.now.Add(8 * 24 * time.Hour)
	w.refused(trust.ErrExpired)
}

// A clock set back does not make an expired signature good again: a date that
// the product's key signed is a floor.
func TestTheClockFloor(t *testing.T) {
	expire := func(w *world) {
		w.forge("timestamp", func(signed map[string]any) {
			signed["expires"] = w.now.Add(-48 * time.Hour).UTC().Format(time.RFC3339)
		})
	}
	t.Run("signed date", func(t *testing.T) {
		w := newWorld(t)
		w.accept() // the build was released today
		expire(w)
		w.now = w.now.Add(-72 * time.Hour)
		w.refused(trust.ErrExpired)
	})
	t.Run("build time", func(t *testing.T) {
		w := newWorld(t)
		w.built = w.now
		expire(w)
		w.now = w.now.Add(-72 * time.Hour)
		w.refused(trust.ErrExpired)
	})
}

func TestReplayIsRefused(t *testing.T) {
	w := newWorld(t)
	old := w.snapshotOfHost()
	w.publish("2.3.0")
	w.accept()
	w.replay(old)
	w.refused(trust.ErrRollback)
	cache := w.cache
	w.cache = trust.Memory{} // the second memory alone
	w.refused(trust.ErrRollback)
	w.cache, w.seen = cache, trust.Memory{} // the cache alone
	w.refused(trust.ErrRollback)
	w.cache = trust.Memory{} // neither: a new PC cannot know
	w.accept()
}

// Only the timestamp is older; everything that it names is current.
func TestAnOlderTimestampIsRefused(t *testing.T) {
	w := newWorld(t)
	old := w.snapshotOfHost()
	w.forge("timestamp", func(map[string]any) {})
	w.accept()
	w.replay(old)
	w.refused(trust.ErrRollback)
}

// A new timestamp and snapshot over an old product role.
func TestMixAndMatchIsRefused(t *testing.T) {
	w := newWorld(t)
	old := w.snapshotOfHost()
	w.publish("2.3.0")
	var newest, older string
	for name := range w.snapshotOfHost() {
		if strings.HasSuffix(name, "."+product+".json") && old[name] == nil {
			newest = max(newest, name)
		}
	}
	for name := range old {
		if strings.HasSuffix(name, "."+product+".json") {
			older = max(older, name)
		}
	}
	w.replace(filepath.Base(newest), func([]byte) []byte { return old[older] })
	w.refused(trust.ErrMismatch)
}

func TestEndlessMetadataIsCutOff(t *testing.T) {
	for _, suffix := range []string{"timestamp.json", ".snapshot.json", ".targets.json", "." + product + ".json", "stable.v1.json"} {
		t.Run(suffix, func(t *testing.T) {
			w := newWorld(t)
			w.replace(suffix, func(data []byte) []byte { return append(data, make([]byte, 5<<20)...) })
			_, err := w.check()
			if !errors.Is(err, manifest.ErrTooLarge) || !errors.Is(err, trust.ErrRefused) {
				t.Errorf("error is %v, want ErrTooLarge", err)
			}
		})
	}
}

// The measured hole of go-tuf's own updater: a mirror hides the new root, and a
// stolen, revoked key is good again.
func TestAHiddenRootDoesNotReviveAStolenKey(t *testing.T) {
	w := newWorld(t)
	w.accept()
	w.rotateOnline()
	w.accept()
	for _, role := range []string{"snapshot", "timestamp"} {
		w.must(releasetest.ForgeAs(w.repo, w.keys, role, []string{"stolen"}, func(map[string]any) {}))
	}
	w.attack = func(path string) ([]byte, error, bool) {
		return nil, fs.ErrNotExist, strings.HasSuffix(path, ".root.json")
	}
	w.refused(trust.ErrSignature)
}

func TestManifests(t *testing.T) {
	edit := func(t *testing.T, edit func(m map[string]any)) *world {
		w := newWorld(t)
		w.must(releasetest.EditManifest(w.repo, w.keys, product, "stable", edit))
		return w
	}
	t.Run("unknown field", func(t *testing.T) {
		w := edit(t, func(m map[string]any) { m["color"] = "red" })
		w.refused(trust.ErrManifest)
		_, err := w.check()
		if field, ok := errors.AsType[*manifest.FieldError](err); !ok || field.Path != "color" {
			t.Errorf("the field is not named: %v", err)
		}
	})
	t.Run("another product", func(t *testing.T) {
		edit(t, func(m map[string]any) { m["product"] = "kani-nyuryoku" }).refused(trust.ErrWrongRelease)
	})
	t.Run("another channel", func(t *testing.T) {
		edit(t, func(m map[string]any) { m["channel"] = "pilot" }).refused(trust.ErrWrongRelease)
	})
	t.Run("another size than the role says", func(t *testing.T) {
		edit(t, func(m map[string]any) {
			build := m["builds"].([]any)[0].(map[string]any)
			build["packages"].([]any)[0].(map[string]any)["size"] = 1
		}).refused(trust.ErrWrongRelease)
	})
	t.Run("older seq under newer metadata", func(t *testing.T) {
		w := newWorld(t)
		w.publish("2.3.0")
		w.accept()
		w.must(releasetest.EditManifest(w.repo, w.keys, product, "stable", func(m map[string]any) { m["seq"] = 1 }))
		w.refused(trust.ErrRollback)
	})
	t.Run("other bytes", func(t *testing.T) {
		w := newWorld(t)
		w.replace("stable.v1.json", func(data []byte) []byte { data[len(data)/2] ^= 1; return data })
		w.refused(trust.ErrMismatch)
	})
	t.Run("second hash algorithm", func(t *testing.T) {
		w := newWorld(t)
		w.forge(product, func(signed map[string]any) {
			target := signed["targets"].(map[string]any)[product+"/stable.v1.json"].(map[string]any)
			target["hashes"].(map[string]any)["sha512"] = strings.Repeat("00", 64)
		})
		w.refused(trust.ErrMalformed)
	})
	t.Run("a name outside the delegation", func(t *testing.T) {
		w := newWorld(t)
		w.forge("targets", func(signed map[string]any) {
			role := signed["delegations"].(map[string]any)["roles"].([]any)[0].(map[string]any)
			role["paths"] = []any{"somebody-else/*"}
		})
		w.refused(trust.ErrWrongRelease)
	})
}

func TestWhatIsNotOfferedIsNoAttack(t *testing.T) {
	w := newWorld(t)
	if _, err := w.checkChannel(manifest.Pilot); !errors.Is(err, trust.ErrUnknownProduct) || errors.Is(err, trust.ErrRefused) {
		t.Errorf("a channel without builds: %v", err)
	}
	w.attack = func(path string) ([]byte, error, bool) {
		return nil, fs.ErrNotExist, strings.HasSuffix(path, ".snapshot.json")
	}
	w.cache = trust.Memory{}
	if _, err := w.check(); !errors.Is(err, trust.ErrIncomplete) || errors.Is(err, trust.ErrRefused) {
		t.Errorf("a missing snapshot: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client, err := trust.Open(trust.Options{Anchor: w.anchor})
	w.must(err)
	if _, err := client.Refresh(ctx, w); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

func TestAnAnchorThatIsNone(t *testing.T) {
	for _, data := range []string{"", "{}", "not json", `{"signed":{"_type":"root"},"signatures":[]}`} {
		if _, err := trust.Open(trust.Options{Anchor: []byte(data)}); !errors.Is(err, trust.ErrAnchor) {
			t.Errorf("%q: %v", data, err)
		}
	}
}
