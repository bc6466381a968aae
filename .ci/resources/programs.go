package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tc-hib/winres"
)

// program is one of those that Windows users get.
type program struct {
	name              string // without .exe
	folder            string // of the package that links its objects, as seen from here
	english, japanese string
	manifest          string
	icons             []icon
}

// programs differ in what they are to Windows: koshin.exe shows a window.
func programs() []program {
	return []program{
		{
			"koshin", "../../cmd/koshin/window/native",
			"koshin - checks and updates the claims software", "koshin　アップデートの確認",
			windowManifest, append([]icon{programIcon(blue)}, signs()...),
		},
		{
			"koshin-release", "../../cmd/koshin-release",
			"koshin-release - publishes signed releases", "koshin-release　リリースの署名と公開",
			consoleManifest, []icon{programIcon(green)},
		},
	}
}

// programOf finds the program by its file's name.
func programOf(file string) (program, error) {
	all := programs()
	name := strings.TrimSuffix(filepath.Base(file), ".exe")
	i := slices.IndexFunc(all, func(p program) bool { return p.name == name })
	if i < 0 {
		return program{}, fmt.Errorf("no program is called %s", name)
	}
	return all[i], nil
}

// resources are all that a program of this version carries.
func (p program) resources(number string) (*winres.ResourceSet, error) {
	set := &winres.ResourceSet{}
	// winres' own manifests know no consoleAllocationPolicy.
	if err := set.Set(winres.RT_MANIFEST, winres.ID(1), winres.LCIDDefault, []byte(strings.TrimSpace(p.manifest))); err != nil {
		return nil, err
	}
	info, err := p.description(number)
	if err != nil {
		return nil, err
	}
	set.SetVersionInfo(info)
	return set, setIcons(set, p.icons)
}
