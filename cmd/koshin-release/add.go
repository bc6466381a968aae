package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/release"
)

type addFlags struct {
	build
	os, arch, kind, released string
	notesJA, notesEN, minOS  string
	restartAllowed           bool

	installer installerFlags
	signing   signFlags
	review    reviewing
}

func (a *app) addCommand() *cobra.Command {
	f := &addFlags{}
	c := &cobra.Command{
		Use:   "add PATH",
		Short: "Package a folder, a program or an installer as a build",
		Long: "Makes a package of PATH and adds it to a build; the same content gives the same bytes.\n" +
			"Nobody is offered the build before promote; a further platform of a promoted build is\n" +
			"offered at once, and that is shown first. Adding the same content again changes\n" +
			"nothing; other content needs a new version.\n\n" +
			"PATH is a folder for kind tree, and one file for the others: a program that is replaced\n" +
			"(exe), a Windows Installer package (msi) or a setup program with silent arguments (setup).\n" +
			"The product's --detect rule must read the version that an msi or a setup has installed.\n\n" +
			"With --signer, every program in it (PE or MSI, also a library of somebody else's) must be\n" +
			"signed by that publisher with a time stamp, and operators' PCs install nothing else. It\n" +
			"stays so for later builds. --sign-command signs those that are not, for instance\n" +
			"  'signtool sign /fd SHA256 /tr http://stamps.example /td SHA256 /n \"NAME\" {file}'",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.add(c, f, args[0]) },
	}
	f.flags(c)
	flags := c.Flags()
	flags.StringVar(&f.os, "os", "", "operating `system`, as Go calls it: windows, linux, darwin")
	flags.StringVar(&f.arch, "arch", "", "`architecture`, as Go calls it: amd64, arm64, 386")
	flags.StringVar(&f.kind, "kind", "", "`kind` of package: tree, exe, msi or setup")
	flags.StringVar(&f.released, "released", "", "`date` of release (default today)")
	flags.StringVar(&f.notesJA, "notes-ja", "", "Japanese release `notes`")
	flags.StringVar(&f.notesEN, "notes-en", "", "English release `notes`")
	flags.StringVar(&f.minOS, "min-os", "", "lowest `version` of the operating system, such as 10.0.17763")
	flags.BoolVar(&f.restartAllowed, "restart-allowed", false, "where the client is in use, the update may be finished at the PC's next restart")
	f.installer.flags(c)
	f.signing.flags(c)
	f.review.yesFlag(c)
	require(c, "os", "arch", "kind")
	return c
}

func (a *app) add(c *cobra.Command, f *addFlags, path string) error {
	b, err := f.parse(c)
	if err != nil {
		return err
	}
	if b.Sign, err = f.signing.sign(a); err != nil {
		return err
	}
	bar := terminal.NewProgress(a.Streams)
	f.review.quiet, f.review.before = true, bar.Finish
	r, err := a.openReviewed(f.review)
	if err != nil {
		return err
	}
	added, err := r.Add(c.Context(), b, path, func(done, total int64) { bar.Step("packing", done, total) })
	bar.Finish()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%s %s %s/%s", b.Product, b.Version, b.OS, b.Arch)
	if added.Unchanged {
		a.sayf("%s is there already, with the same content; nothing changed", what)
		return nil
	}
	a.sayf("added %s: package %s, installed %s", what, readable(added.Package.Size), readable(added.Package.InstalledSize))
	if signer := added.Package.Signer; signer != "" {
		a.sayf("operators' PCs take its programs from: %s", signer)
	}
	return nil
}

func (f *addFlags) parse(c *cobra.Command) (release.Build, error) {
	b := release.Build{OS: f.os, Arch: f.arch, Notes: manifest.Text{JA: f.notesJA, EN: f.notesEN}, RestartAllowed: f.restartAllowed, Signer: f.signing.signer}
	var err error
	if b.Product, b.Version, err = f.build.parse(); err != nil {
		return b, err
	}
	switch b.Kind = manifest.Kind(f.kind); b.Kind {
	case manifest.Tree, manifest.Exe, manifest.MSI, manifest.Setup:
	default:
		return b, usagef("--kind %q is not a kind of package: tree, exe, msi or setup", f.kind)
	}
	if b.Installer, err = f.installer.parse(c, b.Kind); err != nil {
		return b, err
	}
	if f.released != "" {
		if b.Released, err = manifest.ParseDate(f.released); err != nil {
			return b, usagef("--released: %w", err)
		}
	}
	if f.minOS != "" {
		if b.MinOS, err = manifest.ParseVersion(f.minOS); err != nil {
			return b, usagef("--min-os: %w", err)
		}
	}
	return b, nil
}

// readable writes a size for people.
func readable(n int64) string {
	const units = "KMGT"
	if n < 1<<10 {
		return fmt.Sprintf("%d B", n)
	}
	size, unit := float64(n)/(1<<10), 0
	for size >= 1<<10 && unit < len(units)-1 {
		size, unit = size/(1<<10), unit+1
	}
	return strings.Replace(fmt.Sprintf("%.1f %ciB", size, units[unit]), ".0 ", " ", 1)
}
