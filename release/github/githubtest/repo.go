package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Repo says what a repository is like. The zero Repo is public and empty.
type Repo struct {
	Private  bool
	Archived bool
	// Immutable says that a release takes no asset and gives none away once it
	// is published ("immutable releases" in the repository's settings).
	Immutable bool
	// Protected are branches that are only changed through a pull request.
	Protected []string
	// Files are those of the first commit, on the branch main. Nil is a
	// repository without any commit.
	Files map[string]string
	// MaxAsset, where set, stands for the 2 GiB that no test wants to send.
	MaxAsset int64
}

type repo struct {
	Repo
	owner, name string
	objects     objects
	refs        map[string]string // "refs/heads/main" → commit
	releases    []*release        // oldest first
}

const defaultBranch = "main"

// AddRepo makes a repository, "owner/name".
func (g *GitHub) AddRepo(fullName string, like Repo) {
	owner, name, _ := strings.Cut(fullName, "/")
	p := &repo{Repo: like, owner: owner, name: name, objects: objects{}, refs: map[string]string{}}
	if len(like.Files) > 0 {
		tree := ""
		for path, content := range like.Files {
			tree, _ = p.objects.put(tree, strings.Split(path, "/"), treeEntry{Mode: "100644", SHA: p.objects.add("blob", []byte(content))})
		}
		p.refs["refs/heads/"+defaultBranch] = p.objects.commit(tree, nil, "initial commit", time.Unix(1600000000, 0))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.repos[strings.ToLower(fullName)] = p
}

// Change alters a repository's settings, as its owner does on the web.
func (g *GitHub) Change(fullName string, edit func(*Repo)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	edit(&g.repos[strings.ToLower(fullName)].Repo)
}

func (p *repo) empty() bool { return len(p.refs) == 0 }

func (p *repo) protects(ref string) bool {
	for _, branch := range p.Protected {
		if ref == "refs/heads/"+branch {
			return true
		}
	}
	return false
}

// about is GET /repos/{owner}/{repo}.
func (c *call) about() reply {
	visibility := "public"
	if c.repo.Private {
		visibility = "private"
	}
	body := map[string]any{
		"id": 1, "name": c.repo.name, "full_name": c.repo.owner + "/" + c.repo.name,
		"private": c.repo.Private, "visibility": visibility, "archived": c.repo.Archived,
		"disabled": false, "default_branch": defaultBranch, "size": 0,
		"html_url": fmt.Sprintf("%s/%s/%s", c.g.webBase(c.r), c.repo.owner, c.repo.name),
	}
	if c.token != nil { // what the user may do, whatever the token may
		body["permissions"] = map[string]bool{"admin": false, "maintain": false, "push": c.token.Member, "triage": c.token.Member, "pull": true}
	}
	out := reply{status: http.StatusOK, body: body}
	if c.token != nil && c.token.Classic {
		out = out.with("X-OAuth-Scopes", strings.Join(c.token.Scopes, ", "))
	}
	return out
}

// Commit changes a file of a branch as somebody with git does, past the API.
func (g *GitHub) Commit(fullName, branch, path string, data []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.repos[strings.ToLower(fullName)]
	ref, o := "refs/heads/"+branch, p.objects
	tree, _ := o.put(o.treeOf(p.refs[ref]), strings.Split(path, "/"), treeEntry{Mode: "100644", SHA: o.add("blob", data)})
	var parents []string
	if p.refs[ref] != "" {
		parents = []string{p.refs[ref]}
	}
	p.refs[ref] = o.commit(tree, parents, "by hand", time.Now())
}

// Upload puts an asset into a release as somebody on the web does, in the
// place of one of that name.
func (g *GitHub) Upload(fullName, tag, name string, data []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, rel := range g.repos[strings.ToLower(fullName)].releases {
		if rel.tag != tag {
			continue
		}
		rel.assets = slices.DeleteFunc(rel.assets, func(a *asset) bool { return a.name == name })
		rel.assets = append(rel.assets, &asset{id: g.id(), name: name, kind: "application/octet-stream", state: uploaded, data: data})
	}
}
