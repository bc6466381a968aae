package githubtest

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of the Git data API.
const (
	maxBlob     = 100 << 20 // of a blob that is read or made
	maxTree     = 100_000   // entries of a tree that is listed
	maxTreeSize = 7 << 20   // of a recursive list
)

func emptyRepository() reply { return refuse(http.StatusConflict, "Git Repository is empty.") }

type gitRef struct {
	Ref    string    `json:"ref"`
	URL    string    `json:"url"`
	Object gitObject `json:"object"`
}

type gitObject struct {
	Type string `json:"type,omitempty"`
	SHA  string `json:"sha"`
	URL  string `json:"url"`
}

func (c *call) url(path string) string {
	return c.g.base(c.r) + "/repos/" + c.repo.owner + "/" + c.repo.name + path
}

func (c *call) showRef(status int, name string) reply {
	sha := c.repo.refs[name]
	return reply{status: status, body: gitRef{
		Ref: name, URL: c.url("/git/" + name),
		Object: gitObject{Type: "commit", SHA: sha, URL: c.url("/git/commits/" + sha)},
	}}
}

// getRef is GET git/ref/{ref}.
func (c *call) getRef() reply {
	name := "refs/" + c.r.PathValue("ref")
	if c.repo.refs[name] == "" {
		return notFound()
	}
	return c.showRef(http.StatusOK, name)
}

// createRef is POST git/refs.
func (c *call) createRef() reply {
	var in struct{ Ref, SHA string }
	if out, ok := c.read(&in); !ok {
		return out
	}
	switch {
	case !strings.HasPrefix(in.Ref, "refs/") || strings.Count(in.Ref, "/") < 2:
		return refuse(http.StatusUnprocessableEntity, "Reference name must start with 'refs/' and have at least two slashes")
	case c.repo.objects[in.SHA].kind != "commit":
		return refuse(http.StatusUnprocessableEntity, "Object does not exist")
	case c.repo.refs[in.Ref] != "":
		return refuse(http.StatusUnprocessableEntity, "Reference already exists")
	case c.repo.protects(in.Ref):
		return refuse(http.StatusUnprocessableEntity, "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n")
	}
	c.repo.refs[in.Ref] = in.SHA
	return c.showRef(http.StatusCreated, in.Ref)
}

// updateRef is PATCH git/refs/{ref}.
func (c *call) updateRef() reply {
	var in struct {
		SHA   string
		Force bool
	}
	if out, ok := c.read(&in); !ok {
		return out
	}
	name := "refs/" + c.r.PathValue("ref")
	old := c.repo.refs[name]
	switch {
	case old == "":
		return refuse(http.StatusUnprocessableEntity, "Reference does not exist")
	case c.repo.objects[in.SHA].kind != "commit":
		return refuse(http.StatusUnprocessableEntity, "Object does not exist")
	case c.repo.protects(name):
		return refuse(http.StatusUnprocessableEntity, "Repository rule violations found\n\nChanges must be made through a pull request.\n\n")
	case !in.Force && !c.repo.objects.descends(in.SHA, old):
		return refuse(http.StatusUnprocessableEntity, "Update is not a fast forward")
	}
	c.repo.refs[name] = in.SHA
	return c.showRef(http.StatusOK, name)
}

func (c *call) showCommit(status int, sha string) reply {
	parents := []gitObject{}
	for _, parent := range c.repo.objects.header(sha, "parent") {
		parents = append(parents, gitObject{SHA: parent, URL: c.url("/git/commits/" + parent)})
	}
	tree := c.repo.objects.treeOf(sha)
	_, message, _ := strings.Cut(string(c.repo.objects[sha].data), "\n\n")
	return reply{status: status, body: map[string]any{
		"sha": sha, "url": c.url("/git/commits/" + sha), "message": message,
		"tree": gitObject{SHA: tree, URL: c.url("/git/trees/" + tree)}, "parents": parents,
	}}
}

// getCommit is GET git/commits/{sha}.
func (c *call) getCommit() reply {
	if c.repo.objects[c.r.PathValue("sha")].kind != "commit" {
		return notFound()
	}
	return c.showCommit(http.StatusOK, c.r.PathValue("sha"))
}

// createCommit is POST git/commits. Author and committer are the user, now.
func (c *call) createCommit() reply {
	var in struct {
		Message string
		Tree    string
		Parents []string
	}
	if out, ok := c.read(&in); !ok {
		return out
	}
	if in.Message == "" || c.repo.objects[in.Tree].kind != "tree" {
		return refuse(http.StatusUnprocessableEntity, "Tree SHA does not exist")
	}
	for _, parent := range in.Parents {
		if c.repo.objects[parent].kind != "commit" {
			return refuse(http.StatusUnprocessableEntity, "Parent SHA does not exist or is not a commit object")
		}
	}
	return c.showCommit(http.StatusCreated, c.repo.objects.commit(in.Tree, in.Parents, in.Message, time.Now()))
}

// getTree is GET git/trees/{sha}; recursive with any value of that name.
func (c *call) getTree() reply {
	sha := c.r.PathValue("sha")
	if commit := c.target(sha); commit != "" { // a branch or a commit will do
		sha = c.repo.objects.treeOf(commit)
	}
	if c.repo.objects[sha].kind != "tree" {
		return notFound()
	}
	entries, truncated := c.repo.objects.entries(sha), false
	if c.r.URL.Query().Has("recursive") {
		entries, truncated = c.repo.objects.recursive(sha, "", maxTreeSize)
	}
	if len(entries) > maxTree {
		entries, truncated = entries[:maxTree], true
	}
	return reply{status: http.StatusOK, body: map[string]any{"sha": sha, "url": c.url("/git/trees/" + sha), "tree": entries, "truncated": truncated}}
}

// recursive lists what is below a tree, until the answer would be too large.
func (o objects) recursive(tree, prefix string, room int) (all []treeEntry, truncated bool) {
	for _, e := range o.entries(tree) {
		name := e.Path
		e.Path = prefix + name
		if room -= 200 + len(e.Path); room < 0 {
			return all, true
		}
		all = append(all, e)
		if e.Type == "tree" {
			below, cut := o.recursive(e.SHA, e.Path+"/", room)
			all = append(all, below...)
			room -= 200 * len(below)
			truncated = truncated || cut
		}
	}
	return all, truncated
}

// createTree is POST git/trees: entries with either a SHA or content.
func (c *call) createTree() reply {
	var in struct {
		BaseTree string `json:"base_tree"`
		Tree     []struct {
			Path, Mode, Type string
			SHA, Content     *string
		}
	}
	if out, ok := c.read(&in); !ok {
		return out
	}
	o := c.repo.objects
	tree := in.BaseTree
	if o[tree].kind == "commit" {
		tree = o.treeOf(tree)
	}
	if in.BaseTree != "" && o[tree].kind != "tree" {
		return refuse(http.StatusUnprocessableEntity, "base_tree is not a valid tree oid")
	}
	if len(in.Tree) == 0 {
		return refuse(http.StatusUnprocessableEntity, "Invalid tree info")
	}
	for _, e := range in.Tree {
		entry := treeEntry{Mode: e.Mode}
		switch {
		case !validTreePath(e.Path):
			return refuse(http.StatusUnprocessableEntity, "tree.path contains a malformed path component")
		case e.Mode != "100644" && e.Mode != "100755" && e.Mode != "040000" && e.Mode != "120000":
			return refuse(http.StatusUnprocessableEntity, "Must supply a valid tree.mode")
		case e.SHA != nil && e.Content != nil:
			return refuse(http.StatusUnprocessableEntity, "Must supply either tree.sha or tree.content, not both")
		case e.Content != nil:
			entry.SHA = o.add("blob", []byte(*e.Content))
		case e.SHA != nil && o[*e.SHA].kind != e.Type:
			return refuse(http.StatusUnprocessableEntity, "tree.sha "+*e.SHA+" is not a valid "+e.Type)
		case e.SHA != nil:
			entry.SHA = *e.SHA
		}
		next, err := o.put(tree, strings.Split(e.Path, "/"), entry)
		if err != nil {
			return refuse(http.StatusUnprocessableEntity, "GitRPC::BadObjectState")
		}
		tree = next
	}
	return reply{status: http.StatusCreated, body: map[string]any{"sha": tree, "url": c.url("/git/trees/" + tree), "tree": o.entries(tree), "truncated": false}}
}

func validTreePath(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") {
			return false
		}
	}
	return utf8.ValidString(path)
}

// getBlob is GET git/blobs/{sha}, as JSON or raw.
func (c *call) getBlob() reply {
	blob := c.repo.objects[c.r.PathValue("sha")]
	switch {
	case blob.kind != "blob":
		return notFound()
	case len(blob.data) > maxBlob:
		return tooLarge("blob")
	case wantsRaw(c.r):
		return reply{status: http.StatusOK, body: blob.data}.with("Content-Type", "application/vnd.github.raw+json; charset=utf-8")
	}
	return reply{status: http.StatusOK, body: map[string]any{
		"sha": c.r.PathValue("sha"), "size": len(blob.data), "encoding": "base64",
		"content": base64.StdEncoding.EncodeToString(blob.data),
	}}
}

// createBlob is POST git/blobs.
func (c *call) createBlob() reply {
	var in struct{ Content, Encoding string }
	if out, ok := c.read(&in); !ok {
		return out
	}
	data := []byte(in.Content)
	if in.Encoding == "base64" {
		var err error
		if data, err = base64.StdEncoding.DecodeString(in.Content); err != nil {
			return refuse(http.StatusUnprocessableEntity, "content is not valid Base64")
		}
	}
	if len(data) > maxBlob {
		return tooLarge("blob")
	}
	sha := c.repo.objects.add("blob", data)
	return reply{status: http.StatusCreated, body: gitObject{SHA: sha, URL: c.url("/git/blobs/" + sha)}}
}

func tooLarge(resource string) reply {
	return refuse(http.StatusForbidden, "This API returns blobs up to 100 MB in size.", field{Resource: resource, Code: "too_large", Field: "data"})
}

func wantsRaw(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/vnd.github") && strings.Contains(accept, "raw")
}
