// The resources command makes what koshin.exe and koshin-release.exe carry for
// Windows: a manifest, icons and the description that Explorer shows. `go build`
// links the objects that lie beside a package's sources, so they are committed.
//
// winres is nothing that koshin itself needs: this is a module of its own.
//
//	go run -C .ci/resources .                              writes them
//	go run -C .ci/resources . -check                       fails where they are not these
//	go run -C .ci/resources . -version 1.2.3 /…/koshin.exe writes the version into a built program
//	go run -C .ci/resources . -look 1.2.3 /…/koshin.exe    fails where a built program carries anything else
//	go run -C .ci/resources . -icon /…/koshin.ico          writes the icon alone, for the installer
//	go run -C .ci/resources . -picture /…/koshin.bmp       draws the picture on the installer's pages
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

func main() {
	check := flag.Bool("check", false, "only compare")
	version := flag.String("version", "", "`version` to write into the programs named")
	look := flag.String("look", "", "`version` that the programs named must carry")
	icon := flag.String("icon", "", "only write koshin.exe's icon to this `file`")
	picture := flag.String("picture", "", "only draw the installer's picture into this `file`")
	flag.Parse()
	var err error
	switch {
	case *version != "":
		err = each(flag.Args(), func(file string) error { return stamp(*version, file) })
	case *look != "":
		err = each(flag.Args(), func(file string) error { return carries(*look, file) })
	case *icon != "":
		err = writeIcon(*icon)
	case *picture != "":
		err = writePicture(*picture)
	default:
		err = objects(*check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "resources:", err)
		os.Exit(1)
	}
}

func objects(check bool) error {
	for _, p := range programs() {
		set, err := p.resources("0.0.0") // a build from a checkout
		if err != nil {
			return err
		}
		for _, arch := range []winres.Arch{winres.ArchAMD64, winres.ArchI386, winres.ArchARM64} {
			var object bytes.Buffer
			if err := set.WriteObject(&object, arch); err != nil {
				return err
			}
			file := filepath.Join(p.folder, "rsrc_windows_"+string(arch)+".syso")
			if err := write(file, object.Bytes(), check); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(file string, object []byte, check bool) error {
	if !check {
		return os.WriteFile(file, object, 0o644)
	}
	have, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(have, object) {
		return fmt.Errorf("%s is not what this program makes: run make resources", file)
	}
	return nil
}

func each(files []string, do func(string) error) error {
	if len(files) == 0 {
		return errors.New("name the programs")
	}
	for _, file := range files {
		if !strings.HasSuffix(file, ".exe") {
			continue // goreleaser calls this for every system
		}
		if err := do(file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}
