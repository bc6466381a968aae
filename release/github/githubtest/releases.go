package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

type release struct {
	id         int64
	tag        string
	target     string
	name, body string
	draft, pre bool
	created    time.Time
	published  *time.Time
	assets     []*asset
}

// showRelease: a release lists the assets that are whole. Half an upload is in
// the list of its assets only.
func (c *call) showRelease(rel *release) map[string]any {
	assets := []map[string]any{}
	for _, a := range rel.assets {
		if a.state == uploaded {
			assets = append(assets, c.showAsset(rel, a))
		}
	}
	where := c.url(fmt.Sprintf("/releases/%d", rel.id))
	return map[string]any{
		"id": rel.id, "url": where, "assets_url": where + "/assets",
		"upload_url": fmt.Sprintf("%s/repos/%s/%s/releases/%d/assets{?name,label}", c.g.uploadBase(c.r), c.repo.owner, c.repo.name, rel.id),
		"html_url":   fmt.Sprintf("%s/%s/%s/releases/tag/%s", c.g.webBase(c.r), c.repo.owner, c.repo.name, rel.tag),
		"tag_name":   rel.tag, "target_commitish": rel.target, "name": rel.name, "body": rel.body,
		"draft": rel.draft, "prerelease": rel.pre, "immutable": c.repo.Immutable && !rel.draft,
		"created_at": rel.created, "published_at": rel.published, "assets": assets,
	}
}

// sees: drafts are there for whoever may push.
func (c *call) sees(rel *release) bool {
	_, may := c.mayWrite()
	return !rel.draft || may || c.repo.Archived && c.token != nil && c.token.Member
}

// listReleases is GET releases, newest first.
func (c *call) listReleases() reply {
	var all []map[string]any
	for _, rel := range slices.Backward(c.repo.releases) {
		if c.sees(rel) {
			all = append(all, c.showRelease(rel))
		}
	}
	return page(c, all)
}

// releaseByTag is GET releases/tags/{tag}, which never finds a draft.
func (c *call) releaseByTag() reply {
	rel := c.repo.published(c.r.PathValue("tag"))
	if rel == nil {
		return notFound()
	}
	return reply{status: http.StatusOK, body: c.showRelease(rel)}
}

func (p *repo) published(tag string) *release {
	for _, rel := range p.releases {
		if rel.tag == tag && !rel.draft {
			return rel
		}
	}
	return nil
}

func (c *call) release() *release {
	id := int64(number(c.r.PathValue("id"), 0))
	for _, rel := range c.repo.releases {
		if rel.id == id && c.sees(rel) {
			return rel
		}
	}
	return nil
}

func (c *call) getRelease() reply {
	rel := c.release()
	if rel == nil {
		return notFound()
	}
	return reply{status: http.StatusOK, body: c.showRelease(rel)}
}

// releaseEdit is the body of creating and of changing a release.
type releaseEdit struct {
	Tag    *string `json:"tag_name"`
	Target *string `json:"target_commitish"`
	Name   *string `json:"name"`
	Body   *string `json:"body"`
	Draft  *bool   `json:"draft"`
	Pre    *bool   `json:"prerelease"`
}

// maxBody is the documented length of a release's notes.
const maxBody = 125_000

// createRelease is POST releases. Any number of drafts may have the same tag.
func (c *call) createRelease() reply {
	var in releaseEdit
	if out, ok := c.read(&in); !ok {
		return out
	}
	if c.repo.empty() {
		return refuse(http.StatusUnprocessableEntity, "Repository is empty.")
	}
	rel := &release{id: c.g.id(), target: defaultBranch, created: time.Now().UTC().Truncate(time.Second)}
	if out, ok := c.change(rel, in); !ok {
		return out
	}
	c.repo.releases = append(c.repo.releases, rel)
	return reply{status: http.StatusCreated, body: c.showRelease(rel)}
}

// editRelease is PATCH releases/{id}.
func (c *call) editRelease() reply {
	var in releaseEdit
	if out, ok := c.read(&in); !ok {
		return out
	}
	rel := c.release()
	if rel == nil {
		return notFound()
	}
	if out, ok := c.change(rel, in); !ok {
		return out
	}
	return reply{status: http.StatusOK, body: c.showRelease(rel)}
}

// change applies an edit, all of it or nothing, and publishes: a published
// release has its tag to itself, and the tag is made when it is not there.
func (c *call) change(rel *release, in releaseEdit) (reply, bool) {
	next := *rel
	set(&next.tag, in.Tag)
	set(&next.target, in.Target)
	set(&next.name, in.Name)
	set(&next.body, in.Body)
	set(&next.draft, in.Draft)
	set(&next.pre, in.Pre)
	switch {
	case next.tag == "":
		return invalid("Release", "missing_field", "tag_name"), false
	case !validRef(next.tag):
		return invalidBecause("Release", "tag_name", "tag_name is not a valid tag"), false
	case len([]rune(next.body)) > maxBody:
		return invalidBecause("Release", "body", "body is too long (maximum is 125000 characters)"), false
	case c.target(next.target) == "":
		return invalid("Release", "invalid", "target_commitish"), false
	}
	if !next.draft {
		if other := c.repo.published(next.tag); other != nil && other != rel && other.id != rel.id {
			return invalid("Release", "already_exists", "tag_name"), false
		}
		if ref := "refs/tags/" + next.tag; c.repo.refs[ref] == "" {
			c.repo.refs[ref] = c.target(next.target)
		}
		if next.published == nil {
			now := time.Now().UTC().Truncate(time.Second)
			next.published = &now
		}
	}
	*rel = next
	return reply{}, true
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// target is the commit that a branch's name or a commit's own says.
func (c *call) target(commitish string) string {
	if c.repo.objects[commitish].kind == "commit" {
		return commitish
	}
	return c.repo.refs["refs/heads/"+commitish]
}

// validRef is git-check-ref-format for one part.
func validRef(name string) bool {
	return name != "" && !strings.ContainsAny(name, " ~^:?*[\\\x7f") && !strings.Contains(name, "..") && !strings.Contains(name, "@{") &&
		!strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, ".lock") && !strings.HasSuffix(name, "/")
}

// deleteRelease is DELETE releases/{id}; the tag stays.
func (c *call) deleteRelease() reply {
	rel := c.release()
	if rel == nil {
		return notFound()
	}
	c.repo.releases = slices.DeleteFunc(c.repo.releases, func(r *release) bool { return r == rel })
	return reply{status: http.StatusNoContent}
}
