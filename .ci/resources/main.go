// The resources command makes what koshin.exe carries for Windows: its manifest,
// its icons and the description that Explorer shows. `go build` links the objects
// that lie beside the package which draws the window, so they are committed.
//
// winres is nothing that koshin itself needs: this is a module of its own.
//
//	go run -C .ci/resources .                              writes them
//	go run -C .ci/resources . -check                       fails where they are not these
//	go run -C .ci/resources . -version 1.2.3 /…/koshin.exe writes the version into a built program
//	go run -C .ci/resources . -icon /…/koshin.ico          writes the icon alone, for the installer
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tc-hib/winres"
)

const folder = "../../cmd/koshin/window/native" // as seen from here

func main() {
	check := flag.Bool("check", false, "only compare")
	version := flag.String("version", "", "`version` to write into the programs named")
	icon := flag.String("icon", "", "only write the icon to this `file`")
	flag.Parse()
	if *icon != "" {
		if err := writeIcon(*icon); err != nil {
			fmt.Fprintln(os.Stderr, "resources:", err)
			os.Exit(1)
		}
		return
	}
	err := objects(*check)
	if *version != "" {
		err = stampAll(*version, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "resources:", err)
		os.Exit(1)
	}
}

func objects(check bool) error {
	for _, arch := range []winres.Arch{winres.ArchAMD64, winres.ArchI386, winres.ArchARM64} {
		set, err := resources()
		if err != nil {
			return err
		}
		var object bytes.Buffer
		if err := set.WriteObject(&object, arch); err != nil {
			return err
		}
		file := filepath.Join(folder, "rsrc_windows_"+string(arch)+".syso")
		if !check {
			if err := os.WriteFile(file, object.Bytes(), 0o644); err != nil {
				return err
			}
			continue
		}
		have, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, object.Bytes()) {
			return fmt.Errorf("%s is not what this program makes: run make resources", file)
		}
	}
	return nil
}

func resources() (*winres.ResourceSet, error) {
	set := &winres.ResourceSet{}
	// winres' own manifests know no consoleAllocationPolicy.
	if err := set.Set(winres.RT_MANIFEST, winres.ID(1), winres.LCIDDefault, []byte(strings.TrimSpace(manifest))); err != nil {
		return nil, err
	}
	info, err := description("0.0.0")
	if err != nil {
		return nil, err
	}
	set.SetVersionInfo(info)
	return set, setIcons(set)
}

func stampAll(version string, programs []string) error {
	if len(programs) == 0 {
		return errors.New("-version wants programs")
	}
	for _, p := range programs {
		if !strings.HasSuffix(p, ".exe") {
			continue // goreleaser calls this for every system
		}
		if err := stamp(version, p); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}
