package setup

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

// ErrSwitch is an argument that the installer does not take. Nothing was changed.
var ErrSwitch = errors.New("argument not possible")

// Verb is which of the two is asked.
type Verb int

// The verbs.
const (
	Install Verb = iota
	Remove
)

// Request is what an installer was told.
type Request struct {
	Config   string   // /CONFIG=: a koshin.toml
	Anchor   string   // /ANCHOR=: a root.json
	CAFile   string   // /CAFILE=: root certificates
	URLs     []string // /URL=, repeatable
	Products []string // /PRODUCT=, each ID=DIR
	Proxy    string   // /PROXY=
	Log      string   // /LOG=: instead of setup.log beside the configuration
	Purge    bool     // /PURGE
}

// Parse reads the arguments as Windows took them apart. Files are relative to
// here, where the installer was started; addresses and products are checked by
// koshin enroll. The error is [ErrSwitch].
func Parse(verb Verb, here string, args []string) (Request, error) {
	var r Request
	single := map[string]*string{"LOG": &r.Log, "LANG": new(string)}
	many := map[string]*[]string{}
	files := []*string{&r.Log}
	if verb == Install {
		single["CONFIG"], single["ANCHOR"], single["CAFILE"], single["PROXY"] = &r.Config, &r.Anchor, &r.CAFile, &r.Proxy
		many["URL"], many["PRODUCT"] = &r.URLs, &r.Products
		files = append(files, &r.Config, &r.Anchor, &r.CAFile)
	}
	for _, arg := range args {
		name, value, valued := strings.Cut(strings.TrimPrefix(arg, "/"), "=")
		name = strings.ToUpper(name)
		switch {
		case !strings.HasPrefix(arg, "/"):
			return r, fmt.Errorf("%w: %q", ErrSwitch, arg)
		case !valued && (name == "S" || name == "NCRC"): // the shell's own
		case !valued && name == "PURGE" && verb == Remove:
			r.Purge = true
		case !valued || single[name] == nil && many[name] == nil:
			return r, fmt.Errorf("%w: %q", ErrSwitch, arg)
		case value == "" || strings.ContainsFunc(value, isOdd):
			return r, fmt.Errorf("%w: %q has no value that can be used", ErrSwitch, arg)
		case many[name] != nil:
			*many[name] = append(*many[name], value)
		case *single[name] != "":
			return r, fmt.Errorf("%w: /%s= is there twice", ErrSwitch, name)
		default:
			*single[name] = value
		}
	}
	if language := *single["LANG"]; language != "" && language != "ja" && language != "en" {
		return r, fmt.Errorf("%w: /LANG=%s: ja or en", ErrSwitch, language)
	}
	r.Products = products(r.Products)
	for _, file := range files {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(here, *file)
		}
	}
	return r, r.whole()
}

// isOdd says whether a value can have this rune. A quote inside one is what is left
// of a folder that ends with a backslash before its quote: "C:\Client\" /S.
func isOdd(r rune) bool { return r == '"' || r == unicode.ReplacementChar || unicode.IsControl(r) }

// whole refuses what belongs together and is not.
func (r Request) whole() error {
	switch {
	case r.Config != "" && (len(r.URLs) > 0 || len(r.Products) > 0 || r.Proxy != ""):
		return fmt.Errorf("%w: /CONFIG= says the addresses, products and proxy itself", ErrSwitch)
	case r.Config != "":
		return nil
	case len(r.URLs) > 0 && (r.Anchor == "" || len(r.Products) == 0):
		return fmt.Errorf("%w: /URL= needs /ANCHOR= and /PRODUCT=", ErrSwitch)
	case len(r.URLs) == 0 && (r.Anchor != "" || r.CAFile != "" || r.Proxy != "" || len(r.Products) > 0):
		return fmt.Errorf("%w: /URL= or /CONFIG= is missing", ErrSwitch)
	}
	return nil
}

// Enrolls says whether the PC is to be enrolled from these arguments.
func (r Request) Enrolls() bool { return len(r.URLs) > 0 }

// beginsProduct is how ID=DIR begins.
var beginsProduct = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*=`) // ids as in [manifest.ParseProductID]

// products takes a=C:\A;b=C:\B apart. The name of a folder may have a semicolon.
func products(given []string) []string {
	var all []string
	for _, text := range given {
		for i, part := range strings.Split(text, ";") {
			if i > 0 && !beginsProduct.MatchString(part) {
				all[len(all)-1] += ";" + part
				continue
			}
			all = append(all, part)
		}
	}
	return all
}

// EnrollArgs is the command line of koshin enroll for this request. Scheduling is
// left to koshin schedule install, which also makes the entry in the Start menu.
func (r Request) EnrollArgs(language string) []string {
	args := []string{"enroll", "--schedule=false", "--lang=" + language, "--anchor=" + r.Anchor}
	for _, url := range r.URLs {
		args = append(args, "--url="+url)
	}
	for _, product := range r.Products {
		args = append(args, "--product="+product)
	}
	if r.CAFile != "" {
		args = append(args, "--ca-file="+r.CAFile)
	}
	if r.Proxy != "" {
		args = append(args, "--proxy="+r.Proxy)
	}
	return args
}
