package readiness

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/koshin-updater/koshin/manifest"
)

// What a document may be. An honest one with three products takes 3 KiB.
const (
	maxDocument = 16 << 10
	maxProducts = 16
	maxList     = 16  // gates or held builds of one product
	maxName     = 64  // characters of a name; DNS allows 63
	maxTitle    = 200 // characters of a product's title
)

// Why a file is left out.
var (
	// ErrTooLarge: longer than any honest document.
	ErrTooLarge = errors.New("longer than a document may be")
	// ErrMalformed: not the JSON that koshin writes.
	ErrMalformed = errors.New("not a document of koshin")
	// ErrSchema: a document, but of a kind that this koshin does not know.
	ErrSchema = errors.New("a document of another kind, or of a later koshin")
	// ErrName: the file bears another name than the PC inside it.
	ErrName = errors.New("the file's name is not the PC's")
	// ErrNotFile: a link, a folder or a device under a document's name.
	ErrNotFile = errors.New("not a plain file")
	// ErrUnreadable: it could not be opened or read.
	ErrUnreadable = errors.New("could not be read")
)

var (
	installationShape = regexp.MustCompile(`^[A-Z2-7]{26}$`)
	codeShape         = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// parse reads a document that anybody may have written. What a later koshin adds
// is passed over; everything that is known must be as koshin writes it, so that
// no text in it can be anything but what it stands for.
func parse(data []byte) (Document, error) {
	var d Document
	if len(data) > maxDocument {
		return d, ErrTooLarge
	}
	if err := jsonv2.Unmarshal(data, &d); err != nil {
		return d, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if d.Schema != Schema {
		return d, ErrSchema
	}
	if field := d.fault(); field != "" {
		return d, fmt.Errorf("%w: %s", ErrMalformed, field)
	}
	return d, nil
}

// fault is the first field that is not as koshin writes it; "" where all are.
func (d Document) fault() string {
	switch {
	case !isText(d.Computer, 1, maxName):
		return "computer"
	case !installationShape.MatchString(d.Installation):
		return "installation"
	case !isText(d.Koshin, 1, maxName):
		return "koshin"
	case !isText(d.System, 1, maxName):
		return "system"
	case !isCode(d.Submission):
		return "submission"
	case !isMoment(d.Written):
		return "written"
	case d.LastRun != nil && (!isMoment(d.LastRun.Time) || d.LastRun.Code < 0 || d.LastRun.Code > 255):
		return "last_run"
	case len(d.Products) > maxProducts:
		return "products"
	}
	seen := map[string]bool{}
	for i, p := range d.Products {
		field := p.fault()
		if seen[string(p.Product)] {
			field = "product"
		}
		if field != "" {
			return fmt.Sprintf("products[%d].%s", i, field)
		}
		seen[string(p.Product)] = true
	}
	return ""
}

func (p Product) fault() string {
	switch {
	case p.Product == "":
		return "product"
	case !isText(p.Title.JA, 0, maxTitle) || !isText(p.Title.EN, 0, maxTitle):
		return "title"
	case p.State != "" && !isCode(p.State):
		return "state"
	case !areVersions(p.Installed, p.Previous, p.Floor, p.Latest):
		return "installed"
	case len(p.Held) > maxList || slices.ContainsFunc(p.Held, func(v string) bool { return !areVersions(&v) }):
		return "held"
	case p.Restart != nil && (!isMoment(p.Restart.Since) || !areVersions(&p.Restart.Version)):
		return "restart"
	case p.Confirmed != nil && (!isMoment(p.Confirmed.Time) || !isCode(p.Confirmed.Verdict) || !isCode(p.Confirmed.Reason)):
		return "confirmed"
	case p.Ended != nil && (!isMoment(p.Ended.Time) || !isCode(p.Ended.Verb) || !isCodeOrNone(p.Ended.Outcome) || !isCodeOrNone(p.Ended.Error)):
		return "ended"
	case p.Error != nil && !isCode(p.Error.Code):
		return "error"
	case p.Decided != nil && !p.Decided.valid():
		return "decided"
	}
	return ""
}

func (d Decided) valid() bool {
	if !isMoment(d.Time) || !isCode(d.Action) || len(d.Gates) > maxList {
		return false
	}
	for _, g := range d.Gates {
		if !isCode(g.Name) || !isCode(g.Verdict) || g.Until != nil && !isMoment(*g.Until) {
			return false
		}
	}
	return true
}

// isText says that a text has so many characters and none that would steer a
// display: no control, no turning of the direction of writing, nothing unseen.
func isText(s string, least, most int) bool {
	count := utf8.RuneCountInString(s)
	return count >= least && count <= most && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// areVersions says that each is a version, or null.
func areVersions(all ...*string) bool {
	return !slices.ContainsFunc(all, func(v *string) bool {
		if v == nil {
			return false
		}
		_, err := manifest.ParseVersion(*v)
		return err != nil
	})
}

func isCode(s string) bool       { return len(s) <= maxName && codeShape.MatchString(s) }
func isCodeOrNone(s string) bool { return s == "" || isCode(s) }

// isMoment leaves out what cannot be written as a date any more.
func isMoment(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 9999 }
