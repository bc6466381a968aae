package githubtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// States of an asset. What an upload leaves that did not arrive is a starter:
// its name is taken, it has no bytes, and it can be deleted.
const (
	starter  = "starter"
	uploaded = "uploaded"
)

type asset struct {
	id    int64
	name  string
	kind  string
	state string
	data  []byte
}

const (
	maxAssets = 1000    // of one release
	maxAsset  = 2 << 30 // bytes; an asset must be below
)

func (c *call) showAsset(rel *release, a *asset) map[string]any {
	out := map[string]any{
		"id": a.id, "url": c.url(fmt.Sprintf("/releases/assets/%d", a.id)), "name": a.name, "label": nil,
		"state": a.state, "content_type": a.kind, "size": len(a.data), "digest": nil, "download_count": 0,
		"browser_download_url": fmt.Sprintf("%s/%s/%s/releases/download/%s/%s", c.g.webBase(c.r), c.repo.owner, c.repo.name, rel.tag, a.name),
	}
	if a.state == uploaded {
		sum := sha256.Sum256(a.data)
		out["digest"] = "sha256:" + hex.EncodeToString(sum[:])
	}
	return out
}

// listAssets is GET releases/{id}/assets: all of them, halves too.
func (c *call) listAssets() reply {
	rel := c.release()
	if rel == nil {
		return notFound()
	}
	var all []map[string]any
	for _, a := range rel.assets {
		all = append(all, c.showAsset(rel, a))
	}
	return page(c, all)
}

func (c *call) asset() (*release, *asset) {
	id := int64(number(c.r.PathValue("id"), 0))
	for _, rel := range c.repo.releases {
		for _, a := range rel.assets {
			if a.id == id && c.sees(rel) {
				return rel, a
			}
		}
	}
	return nil, nil
}

// getAsset is GET releases/assets/{id}: about it, or with the right Accept a
// redirect to its bytes.
func (c *call) getAsset() reply {
	rel, a := c.asset()
	switch {
	case a == nil, a.state != uploaded && c.r.Header.Get("Accept") == "application/octet-stream":
		return notFound()
	case c.r.Header.Get("Accept") == "application/octet-stream":
		return reply{status: http.StatusFound}.with("Location", c.g.signed(c.r, a))
	}
	return reply{status: http.StatusOK, body: c.showAsset(rel, a)}
}

// deleteAsset is DELETE releases/assets/{id}.
func (c *call) deleteAsset() reply {
	rel, a := c.asset()
	switch {
	case a == nil:
		return notFound()
	case c.repo.Immutable && !rel.draft:
		return refuse(http.StatusUnprocessableEntity, "Cannot delete asset from an immutable release")
	}
	rel.assets = slices.DeleteFunc(rel.assets, func(have *asset) bool { return have == a })
	return reply{status: http.StatusNoContent}
}

// uploadAsset is POST releases/{id}/assets on the upload host. The name is
// taken as soon as the upload begins.
func (c *call) uploadAsset() (*asset, reply) {
	limit := int64(maxAsset)
	if c.repo.MaxAsset != 0 {
		limit = c.repo.MaxAsset
	}
	rel, name := c.release(), assetName(c.r.URL.Query().Get("name"))
	switch {
	case rel == nil:
		return nil, notFound()
	case c.r.Header.Get("Content-Type") == "":
		return nil, invalid("ReleaseAsset", "missing_field", "content_type")
	case c.r.ContentLength <= 0:
		return nil, refuse(http.StatusBadRequest, "Bad Content-Length: "+strconv.FormatInt(c.r.ContentLength, 10))
	case name == "":
		return nil, invalid("ReleaseAsset", "missing_field", "name")
	case c.repo.Immutable && !rel.draft:
		return nil, refuse(http.StatusUnprocessableEntity, "Cannot upload assets to an immutable release.")
	case c.r.ContentLength >= limit:
		return nil, invalidBecause("ReleaseAsset", "size", fmt.Sprintf("size must be less than %d", limit))
	case len(rel.assets) >= maxAssets:
		return nil, invalidBecause("ReleaseAsset", "file_count", "file_count limited to 1000 assets per release")
	case slices.ContainsFunc(rel.assets, func(a *asset) bool { return a.name == name }):
		return nil, invalid("ReleaseAsset", "already_exists", "name")
	}
	a := &asset{id: c.g.id(), name: name, kind: c.r.Header.Get("Content-Type"), state: starter}
	rel.assets = append(rel.assets, a)
	return a, reply{}
}

// receive reads an upload's bytes. GitHub is not held meanwhile: several
// uploads run at once.
func (c *call) receive(a *asset) reply {
	data, err := io.ReadAll(c.r.Body)
	c.g.mu.Lock()
	defer c.g.mu.Unlock()
	rel, have := c.assetOf(a)
	switch {
	case err != nil || int64(len(data)) != c.r.ContentLength:
		return refuse(http.StatusBadGateway, "Server Error")
	case have == nil: // it was deleted meanwhile
		return notFound()
	}
	a.data, a.state = data, uploaded
	return reply{status: http.StatusCreated, body: c.showAsset(rel, a)}.with("Location", c.url(fmt.Sprintf("/releases/assets/%d", a.id)))
}

func (c *call) assetOf(a *asset) (*release, *asset) {
	for _, rel := range c.repo.releases {
		if slices.Contains(rel.assets, a) {
			return rel, a
		}
	}
	return nil, nil
}

var oddCharacters = regexp.MustCompile(`[^A-Za-z0-9._+-]+`)

// assetName renames as GitHub does: odd characters become a dot, and no name
// begins or ends with one.
func assetName(name string) string {
	name = oddCharacters.ReplaceAllString(name, ".")
	if strings.HasPrefix(name, ".") {
		name = "default" + name
	}
	if strings.HasSuffix(name, ".") {
		name += "default"
	}
	return name
}
