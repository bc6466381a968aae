package github

import (
	"strings"

	"github.com/koshin-updater/koshin/release"
)

// ours ends every text that koshin wrote. Where somebody took it out, the text
// is theirs, and is left alone.
const ours = "<!-- koshin-release writes this text; delete this line to write your own -->"

// notes is what people read on a release's page. A build that the channel
// stable does not offer is a pre-release, which GitHub never shows as the
// latest.
type notes struct {
	name, body string
	prerelease bool
}

// describe makes a release's page of what the manifest says, in both
// languages, Japanese first.
func describe(b release.PublishedBuild) notes {
	title := b.Title.JA
	if title == "" {
		title = string(b.Product)
	}
	var parts []string
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" {
			parts = append(parts, text)
		}
	}
	if b.Withdrawn != "" {
		add("**取り下げ / Withdrawn:** " + b.Withdrawn)
	}
	add(b.Notes.JA)
	if b.Notes.EN != b.Notes.JA {
		add(b.Notes.EN)
	}
	if b.Title.EN != "" && b.Title.EN != title {
		add("(" + b.Title.EN + ", " + b.Released.String() + ")")
	}
	parts = append(parts, ours)
	version := b.Version.String()
	return notes{name: title + " " + version, body: strings.Join(parts, "\n\n"), prerelease: !b.Stable || strings.Contains(version, "-")}
}

// over is what has to be changed of a release on GitHub: a draft is described
// and published; of a published one the text follows, as long as it is ours.
func (n notes) over(b *build) map[string]any {
	if b.Draft {
		return map[string]any{"draft": false, "name": n.name, "body": n.body, "prerelease": n.prerelease}
	}
	change := map[string]any{}
	if !strings.Contains(b.Body, ours) {
		return change
	}
	if strings.ReplaceAll(b.Body, "\r\n", "\n") != n.body {
		change["body"] = n.body
	}
	if b.Prerelease != n.prerelease {
		change["prerelease"] = n.prerelease
	}
	return change
}
