package github_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release/github"
)

func TestFindToken(t *testing.T) {
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	for _, c := range []struct {
		name, place string
		env         map[string]string
		want        string
		err         error
	}{
		{"the workflow's", "github:acme/clients", map[string]string{"GITHUB_TOKEN": "one", "GH_TOKEN": "two"}, "one", nil},
		{"the program's", "github:acme/clients", map[string]string{"GH_TOKEN": " two\n"}, "two", nil},
		{"none", "github:acme/clients", nil, "", github.ErrNoToken},
		{"two lines", "github:acme/clients", map[string]string{"GH_TOKEN": "a\nb"}, "", github.ErrToken},
		{"another host's", "github:git.example/acme/clients", map[string]string{"GITHUB_TOKEN": "one", "GH_TOKEN": "two"}, "", github.ErrNoToken},
		{"another host's, in a workflow of github.com", "github:git.example/acme/clients",
			map[string]string{"GITHUB_TOKEN": "one", "GITHUB_SERVER_URL": "https://github.com"}, "", github.ErrNoToken},
		{"in a workflow of the host", "github:git.example/acme/clients",
			map[string]string{"GITHUB_TOKEN": "one", "GITHUB_SERVER_URL": "https://git.example"}, "one", nil},
		{"for Enterprise", "github:git.example/acme/clients", map[string]string{"GITHUB_TOKEN": "one", "GH_ENTERPRISE_TOKEN": "three"}, "three", nil},
		{"data residency", "github:acme.ghe.com/acme/clients", map[string]string{"GITHUB_TOKEN": "one"}, "one", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			place, err := githubpath.Parse(c.place)
			if err != nil {
				t.Fatal(err)
			}
			got, err := github.FindToken(t.Context(), place, func(name string) string { return c.env[name] })
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("got %q, %v", got, err)
			}
			for _, secret := range c.env {
				if err != nil && len(secret) < 5 && strings.Contains(err.Error(), " "+secret) {
					t.Errorf("the error tells %q: %v", secret, err)
				}
			}
		})
	}
}

// TestFindTokenAsksGit runs the real git with a real helper, git's own store.
func TestFindTokenAsksGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	dir := t.TempDir()
	store, config := filepath.Join(dir, "store"), filepath.Join(dir, "config")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(store, "https://publisher:"+secret+"@github.com\n")
	write(config, "[credential]\n\thelper = store --file="+filepath.ToSlash(store)+"\n")
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	// A program that would ask a person must not be run.
	asked := filepath.Join(dir, "asked")
	write(filepath.Join(dir, "ask"), "#!/bin/sh\ntouch "+asked+"\necho answer\n")
	if err := os.Chmod(filepath.Join(dir, "ask"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_ASKPASS", filepath.Join(dir, "ask"))
	t.Setenv("SSH_ASKPASS", filepath.Join(dir, "ask"))
	nothing := func(string) string { return "" }

	here, _ := githubpath.Parse("github:acme/clients")
	if got, err := github.FindToken(t.Context(), here, nothing); err != nil || got != secret {
		t.Errorf("got %q, %v", got, err)
	}
	elsewhere, _ := githubpath.Parse("github:git.example/acme/clients")
	if got, err := github.FindToken(t.Context(), elsewhere, nothing); !errors.Is(err, github.ErrNoToken) || got != "" {
		t.Errorf("for another host: got %q, %v", got, err)
	}
	if _, err := os.Stat(asked); err == nil {
		t.Error("a person was asked")
	}
}
