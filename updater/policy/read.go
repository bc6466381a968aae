package policy

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/transport"
)

// maxText bounds a text in characters: the longest path that Windows takes
// without asking is 260, and a version has a dozen.
const maxText = 1024

// Read reads what the policy says, for all and for these products. Nil is a
// system without a registry: nothing is said. It never fails as a whole; what
// cannot be used is a [Fault].
func Read(r winsettings.Registry, products []manifest.ProductID) Values {
	if r == nil {
		return Values{}
	}
	p := &reader{registry: r}
	v := Values{
		CheckPeriod:  minutes(p.number(checkPeriod)),
		Suppressed:   p.hours(),
		Proxy:        p.proxy(),
		Channel:      convert(p, p.text(targetChannel, ""), manifest.ParseChannel),
		Install:      yes(p.number(installAll)),
		ReportFolder: convert(p, p.text(reportFolder, ""), folder),
	}
	for _, id := range products {
		one := Product{ID: id}
		one.Install = convert(p, p.text(installEach, id), func(text string) (bool, error) { return text == "1", nil })
		one.Channel = convert(p, p.text(channelEach, id), manifest.ParseChannel)
		one.Target = convert(p, p.text(versionEach, id), manifest.ParseVersion)
		v.products = append(v.products, one)
	}
	p.unknown()
	v.faults = p.faults
	return v
}

// reader collects the faults while it reads.
type reader struct {
	registry winsettings.Registry
	faults   []Fault
}

func known(name string) Name {
	i := slices.IndexFunc(Names(), func(n Name) bool { return n.Name == name })
	return Names()[i]
}

func placeOf(name string, id manifest.ProductID) winsettings.Place {
	if id == "" {
		return winsettings.Place{Hive: winsettings.Machine, Key: Key, Name: name}
	}
	return winsettings.Place{Hive: winsettings.Machine, Key: Key + `\` + name, Name: string(id)}
}

// unknown names the values that nobody reads: a name that was written by hand, or
// is of another version. Products are not looked at: one policy is for many PCs,
// and not all have the same clients.
func (p *reader) unknown() {
	lister, can := p.registry.(winsettings.Lister)
	if !can {
		return
	}
	names, err := lister.Names(placeOf("", ""))
	if err != nil {
		return // then its values could not be read either, which is said
	}
	for _, name := range names {
		if !slices.ContainsFunc(Names(), func(n Name) bool { return !n.Each && strings.EqualFold(n.Name, name) }) {
			refuse[string](p, placeOf(short(name), "").String(), "", ErrName)
		}
	}
}

// number reads a REG_DWORD within its bounds.
func (p *reader) number(name string) Setting[uint32] {
	n, reading := known(name), winsettings.Read(p.registry, placeOf(name, ""))
	value, ok := reading.Value.Number()
	ok = ok && reading.Value.Type == winsettings.TypeNumber
	switch {
	case reading.Err != nil:
		return failed[uint32](p, reading, fmt.Errorf("%w: %w", ErrUnread, reading.Err))
	case !reading.Found:
		return Setting[uint32]{}
	case !ok:
		return failed[uint32](p, reading, ErrType)
	case value < n.Min || value > n.Max:
		return failed[uint32](p, reading, fmt.Errorf("%w: %d to %d", ErrValue, n.Min, n.Max))
	}
	return Setting[uint32]{Value: value, From: reading.Place.String()}
}

// text reads a REG_SZ that is one of its choices, where it has any; with an id,
// the product's own.
func (p *reader) text(name string, id manifest.ProductID) Setting[string] {
	n, reading := known(name), winsettings.Read(p.registry, placeOf(name, id))
	value, ok := reading.Value.Text()
	value = strings.TrimSpace(value)
	switch {
	case reading.Err != nil:
		return failed[string](p, reading, fmt.Errorf("%w: %w", ErrUnread, reading.Err))
	case !reading.Found, ok && value == "" && reading.Value.Type == winsettings.TypeText: // as an editor leaves a box that nobody filled in
		return Setting[string]{}
	case !ok || reading.Value.Type != winsettings.TypeText:
		return failed[string](p, reading, ErrType)
	case n.Choices != nil && !slices.Contains(n.Choices, value):
		return failed[string](p, reading, fmt.Errorf("%w: %s", ErrValue, strings.Join(n.Choices, ", ")))
	case len(value) > maxText || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }):
		return failed[string](p, reading, ErrValue)
	}
	return Setting[string]{Value: value, From: reading.Place.String()}
}

// failed notes a fault.
func failed[T any](p *reader, r winsettings.Reading, why error) Setting[T] {
	return refuse[T](p, r.Place.String(), shown(r), why)
}

func refuse[T any](p *reader, path, value string, why error) Setting[T] {
	fault := Fault{Path: path, Value: value, Err: why}
	p.faults = append(p.faults, fault)
	return Setting[T]{Fault: &fault}
}

// maxShown is how much of a value that does not count is said again.
const maxShown = 80

// shown is what is there, as it is said to people.
func shown(r winsettings.Reading) string {
	if !r.Found {
		return ""
	}
	return short(r.Value.String())
}

// short is a text of a length that can be shown. What may be a password is not.
func short(text string) string {
	if strings.Contains(text, "@") {
		return ""
	}
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return text
}

// convert makes of a text what it means.
func convert[T any](p *reader, s Setting[string], parse func(string) (T, error)) Setting[T] {
	if !s.Set() {
		return Setting[T]{Fault: s.Fault}
	}
	value, err := parse(s.Value)
	if err != nil {
		return refuse[T](p, s.From, short(fmt.Sprintf("%q", s.Value)), fmt.Errorf("%w: %w", ErrValue, err))
	}
	return Setting[T]{Value: value, From: s.From}
}

func minutes(s Setting[uint32]) Setting[time.Duration] {
	return Setting[time.Duration]{time.Duration(s.Value) * time.Minute, s.From, s.Fault}
}

func yes(s Setting[uint32]) Setting[bool] { return Setting[bool]{s.Value == 1, s.From, s.Fault} }

// hours puts the suppressed hours together: an hour and a length, or nothing.
func (p *reader) hours() Setting[Hours] {
	hour, minute, length := p.number(startHour), p.number(startMinute), p.number(duration)
	for _, part := range []Setting[uint32]{hour, minute, length} {
		if part.Fault != nil {
			return Setting[Hours]{Fault: part.Fault}
		}
	}
	switch {
	case !hour.Set() && !minute.Set() && !length.Set():
		return Setting[Hours]{}
	case !hour.Set():
		return refuse[Hours](p, placeOf(startHour, "").String(), "", ErrPart)
	case !length.Set():
		return refuse[Hours](p, placeOf(duration, "").String(), "", ErrPart)
	}
	start := time.Duration(hour.Value)*time.Hour + time.Duration(minute.Value)*time.Minute
	return Setting[Hours]{Value: Hours{start, time.Duration(length.Value) * time.Minute}, From: hour.From}
}

// proxy is koshin.toml's word for what the two values say. A name and a password
// have no place in a registry that every user may read.
func (p *reader) proxy() Setting[string] {
	mode, server := p.text(proxyMode, ""), p.text(proxyServer, "")
	switch {
	case mode.Fault != nil:
		return Setting[string]{Fault: mode.Fault}
	case !mode.Set() && server.Set():
		return refuse[string](p, placeOf(proxyMode, "").String(), "", ErrPart)
	case mode.Value == direct:
		return Setting[string]{Value: "none", From: mode.From}
	case mode.Value == system:
		return Setting[string]{Value: "auto", From: mode.From}
	case !mode.Set() || server.Fault != nil:
		return Setting[string]{Fault: server.Fault}
	case !server.Set():
		return refuse[string](p, placeOf(proxyServer, "").String(), "", ErrPart)
	}
	return convert(p, server, func(text string) (string, error) {
		if !strings.Contains(text, "://") {
			text = "http://" + text
		}
		if strings.Contains(text, "@") {
			return "", fmt.Errorf("%w: no name and no password here", transport.ErrProxySetting)
		}
		_, err := transport.ParseProxy(text)
		return text, err
	})
}

// folder takes a share or a folder that is named from its root.
func folder(text string) (string, error) {
	if strings.Contains(text, "://") || !filepath.IsAbs(text) {
		return "", errors.New("no folder that is named from its root")
	}
	return filepath.Clean(text), nil
}
