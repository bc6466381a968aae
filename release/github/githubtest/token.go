package githubtest

import (
	"net/http"
	"strings"
)

// Token is what a secret may do. The zero Token is a fine-grained one without
// any permission, of a user with no role in the repository.
type Token struct {
	// Classic says that it is a personal access token of the first kind, which
	// has scopes instead of permissions.
	Classic bool
	Scopes  []string // of a classic token: "repo", "public_repo", ...
	// Contents is the repository permission "Contents" of a fine-grained token:
	// "", "read" or "write".
	Contents string
	// Actions says that it is the GITHUB_TOKEN of a workflow.
	Actions bool
	// Member says that its user may push to every repository here.
	Member bool
}

// AddToken lets a secret in.
func (g *GitHub) AddToken(secret string, t Token) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens[secret] = &t
}

// Publisher is a token that may do all that publishing needs.
func Publisher() Token { return Token{Contents: "write", Member: true} }

// authenticate finds whose request it is. A secret that nobody has is refused
// even where none is needed.
func (g *GitHub) authenticate(r *http.Request) (*Token, string, bool) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, "", true
	}
	kind, secret, _ := strings.Cut(header, " ")
	t, ok := g.tokens[secret]
	if !ok || !strings.EqualFold(kind, "Bearer") && !strings.EqualFold(kind, "token") {
		return nil, "", false
	}
	return t, secret, true
}

func (t *Token) scope(names ...string) bool {
	for _, scope := range t.Scopes {
		for _, name := range names {
			if scope == name {
				return true
			}
		}
	}
	return false
}

// mayRead: what is private is not there for whoever has no right to it.
func (c *call) mayRead() bool {
	if !c.repo.Private {
		return true
	}
	switch {
	case c.token == nil || !c.token.Member:
		return false
	case c.token.Classic:
		return c.token.scope("repo")
	}
	return c.token.Contents != ""
}

// mayWrite answers who may not: 401 for nobody, 403 for a fine-grained token
// without the permission, 404 for a classic one without the scope or a user
// without the role.
func (c *call) mayWrite() (reply, bool) {
	switch t := c.token; {
	case t == nil:
		return refuse(http.StatusUnauthorized, "Requires authentication"), false
	case t.Classic && !t.scope("repo") && (c.repo.Private || !t.scope("public_repo")):
		return notFound().with("X-OAuth-Scopes", strings.Join(t.Scopes, ", ")).with("X-Accepted-OAuth-Scopes", ""), false
	case t.Actions && t.Contents != "write":
		return c.forbidden("Resource not accessible by integration"), false
	case !t.Classic && t.Contents != "write":
		return c.forbidden("Resource not accessible by personal access token"), false
	case !t.Member:
		return notFound(), false
	case c.repo.Archived:
		return refuse(http.StatusForbidden, "Repository was archived so is read-only."), false
	}
	return reply{}, true
}

func (c *call) forbidden(message string) reply {
	return refuse(http.StatusForbidden, message).with("X-Accepted-GitHub-Permissions", "contents=write")
}
