package main

import (
	"context"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/manifest/githubpath"
	"github.com/koshin-updater/koshin/release"
	"github.com/koshin-updater/koshin/release/folder"
	"github.com/koshin-updater/koshin/release/github"
	"github.com/koshin-updater/koshin/updater/transport"
)

// destinationHelp is the forms of --to.
const destinationHelp = "" +
	"  DIR                          a folder: the root of a web server, a share, a disk\n" +
	"  s3://BUCKET/PREFIX           an S3-compatible bucket; credentials from AWS_* or ~/.aws\n" +
	"  github:[HOST/]OWNER/REPO     releases and a branch of a repository; token from GITHUB_TOKEN or git\n"

// destination is how the publishing PC reaches a host. Credentials are no
// flags: everybody on the PC can read a command line.
type destination struct{ to, caFile, proxy string }

func (d *destination) flags(c *cobra.Command) {
	c.Flags().StringVar(&d.to, "to", "", "`DESTINATION`: a folder, s3://BUCKET/PREFIX or github:[HOST/]OWNER/REPO")
	c.Flags().StringVar(&d.caFile, "ca-file", "", "PEM `FILE` with the root certificate of a host of one's own")
	c.Flags().StringVar(&d.proxy, "proxy", "auto", "`PROXY`: auto, none or http://host:port")
}

// open makes the destination that --to means.
func (d *destination) open(ctx context.Context, a *app) (release.Destination, error) {
	scheme, _, hasScheme := strings.Cut(d.to, "://")
	switch {
	case d.to == "":
		return nil, usagef("--to is empty")
	case hasScheme && scheme == "s3":
		return d.bucket(a)
	case hasScheme:
		return nil, usagef("--to %s: %s:// is not a destination; a folder, s3://BUCKET/PREFIX and github:OWNER/REPO are", d.to, scheme)
	case strings.HasPrefix(d.to, githubpath.Scheme+":"):
		return d.openGitHub(ctx, a)
	}
	return folder.Open(d.to)
}

func (d *destination) openGitHub(ctx context.Context, a *app) (release.Destination, error) {
	place, err := githubpath.Parse(d.to)
	if err != nil {
		return nil, usagef("--to: %w", err)
	}
	client, err := d.client(a)
	if err != nil {
		return nil, err
	}
	token, err := github.FindToken(ctx, place, os.Getenv)
	if err != nil {
		return nil, err
	}
	return github.Open(place, github.Options{Client: client, Token: token, API: github.APIFrom(place, os.Getenv), Log: a.log})
}

// client is the program's one way to a host, over TLS 1.2 as the operators'.
func (d *destination) client(a *app) (*http.Client, error) {
	client, err := transport.NewClient(transport.Options{Proxy: d.proxy, CAFile: d.caFile, UserAgent: "koshin-release/" + version, Log: a.log})
	if err != nil {
		return nil, usagef("%w", err)
	}
	return client, nil
}
