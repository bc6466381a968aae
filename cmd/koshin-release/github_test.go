package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/koshin-updater/koshin/release/github/githubtest"
	"github.com/koshin-updater/koshin/updater/transport/localca"
	"github.com/koshin-updater/koshin/updater/transport/transporttest"
)

// TestGitHub tells the stories of publishing to GitHub, with the real program
// and the stand-in of package githubtest as an Enterprise host.
func TestGitHub(t *testing.T) {
	t.Parallel()
	ca := transporttest.Authority(t)
	caFile := transporttest.CAFile(t, ca)
	hub := githubtest.Start(t, transporttest.Issue(t, ca, localca.Leaf{Names: githubtest.Hosts()}))
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "github"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("HUB", hub.Enterprise())
			e.Setenv("CA", caFile)
			e.Setenv("GITHUB_SERVER_URL", "https://"+hub.Enterprise())
			e.Setenv("GIT_CONFIG_GLOBAL", "none")
			e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits,
			// hub-repo OWNER/NAME [private|archived|empty|immutable|protected]...: there is a repository.
			"hub-repo": func(ts *testscript.TestScript, _ bool, args []string) { hub.AddRepo(args[0], likeRepo(args[1:])) },
			// hub-token SECRET [read|none|classic=SCOPES]: there is a token; without more it may publish.
			"hub-token": func(ts *testscript.TestScript, _ bool, args []string) { hub.AddToken(args[0], likeToken(args[1:])) },
		},
	})
}

func likeRepo(words []string) githubtest.Repo {
	like := githubtest.Repo{Files: map[string]string{"README.md": "clients\n"}}
	for _, word := range words {
		switch word {
		case "private":
			like.Private = true
		case "archived":
			like.Archived = true
		case "empty":
			like.Files = nil
		case "immutable":
			like.Immutable = true
		case "protected":
			like.Protected = []string{"koshin"}
		}
	}
	return like
}

func likeToken(words []string) githubtest.Token {
	token := githubtest.Publisher()
	for _, word := range words {
		scopes, classic := strings.CutPrefix(word, "classic=")
		switch {
		case classic:
			token.Classic, token.Scopes = true, strings.Split(scopes, ",")
		case word == "read":
			token.Contents = "read"
		case word == "none":
			token.Contents = ""
		case word == "guest":
			token.Member = false
		}
	}
	return token
}
