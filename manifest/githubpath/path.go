package githubpath

import (
	"fmt"
	"strings"

	"github.com/koshin-updater/koshin/manifest"
)

// Asset is a package as GitHub holds it: a file of a release.
type Asset struct {
	Tag  string // of the release; see [Tag]
	Name string
}

// Tag names the git tag and the release of one build. Two builds never share
// one: a product has no dot, and a version has one in its first two numbers.
func Tag(product manifest.ProductID, version string) string { return string(product) + "-" + version }

// Split tells packages, which are assets, from everything else, which is in
// the branch (ok is false). A name that koshin would not publish, or git not
// take as a tag, is [manifest.ErrName].
func Split(path string) (asset Asset, ok bool, err error) {
	if err := manifest.CheckTargetName(path); err != nil {
		return Asset{}, false, err
	}
	parts := strings.Split(path, "/")
	if len(parts) != 4 || parts[0] != "targets" {
		return Asset{}, false, nil
	}
	product, err := manifest.ParseProductID(parts[1])
	if err != nil {
		return Asset{}, false, err
	}
	if _, err := manifest.ParseVersion(parts[2]); err != nil {
		return Asset{}, false, fmt.Errorf("%w: %q: a package's folder is its version: %w", manifest.ErrName, path, err)
	}
	asset = Asset{Tag: Tag(product, parts[2]), Name: parts[3]}
	if strings.HasSuffix(asset.Tag, ".lock") {
		return Asset{}, false, fmt.Errorf("%w: git takes no tag that ends in .lock: %q", manifest.ErrName, asset.Tag)
	}
	if strings.HasPrefix(asset.Name, ".") { // GitHub would call the asset something else
		return Asset{}, false, fmt.Errorf("%w: asset %q begins with a dot", manifest.ErrName, asset.Name)
	}
	return asset, true, nil
}
