package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/transport"
)

// ErrScript: what a proxy script, or Windows in its place, said is of no use.
var ErrScript = errors.New("no answer from the proxy script")

// ScriptFunc asks the script which way leads to an https address. An empty from
// looks for the script in the network. The answer is a list as WinHTTP writes
// it, "" for directly.
type ScriptFunc func(ctx context.Context, from, address string) (list string, err error)

// How long a script may take. One that is named is waited for like a host. One
// that is looked for is not there on most PCs, though Windows looks by default;
// Windows gives up within some seconds, and remembers it for the next program.
const (
	patience       = 10 * time.Second
	detectPatience = 5 * time.Second
)

// Follow goes the ways that the setting names; nil where it names none. script
// is nil where there is nobody to ask it of. It is safe for concurrent use and
// asks the script once for each host.
func Follow(p winsettings.Proxy, script ScriptFunc, log *slog.Logger) transport.ProxyFunc {
	if p.Direct() {
		return nil
	}
	f := &follower{setting: p, script: script, log: log, known: map[string]*url.URL{}}
	return f.way
}

type follower struct {
	setting winsettings.Proxy
	script  ScriptFunc
	log     *slog.Logger

	mu    sync.Mutex
	known map[string]*url.URL // by host:port; nil: directly
}

// way is a [transport.ProxyFunc].
func (f *follower) way(r *http.Request) (*url.URL, error) {
	if f.setting.Loopback(r.URL.Hostname()) {
		return nil, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	host := r.URL.Hostname() + ":" + portOf(r.URL)
	if u, ok := f.known[host]; ok {
		return u, nil
	}
	u, err := f.find(r.Context(), r.URL, host)
	if err == nil && r.Context().Err() == nil { // who was interrupted has learned nothing
		f.known[host] = u
	}
	return u, err
}

// find keeps WinINet's order.
func (f *follower) find(ctx context.Context, to *url.URL, host string) (*url.URL, error) {
	for _, from := range f.scripts() {
		list, err := f.ask(ctx, from.address, to)
		if err == nil {
			var u *url.URL
			if u, err = first(list); err == nil {
				return u, nil
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.log.WarnContext(ctx, "proxy script is passed over", "script", from.shown, "host", host, "error", err)
	}
	return first(f.setting.For(host))
}

// place is where a script comes from.
type place struct {
	address string // "" is the network
	shown   string // in logs
}

func (f *follower) scripts() (all []place) {
	if f.setting.Detect {
		all = append(all, place{"", "detected"})
	}
	if f.setting.Script != "" {
		all = append(all, place{f.setting.ScriptAddress(), f.setting.Script})
	}
	return all
}

// ask waits no longer than it wants to. Whoever is still being asked then ends
// by itself, and nobody listens.
func (f *follower) ask(ctx context.Context, from string, to *url.URL) (string, error) {
	if f.script == nil {
		return "", fmt.Errorf("%w: nobody to run it", ErrScript)
	}
	wait := patience
	if from == "" {
		wait = detectPatience
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	type answer struct {
		list string
		err  error
	}
	said := make(chan answer, 1)
	// The script is told the host and nothing of the address behind it, as
	// browsers do: it is somebody else's program.
	address := "https://" + to.Host + "/"
	go func() {
		list, err := f.script(ctx, from, address)
		said <- answer{list, err}
	}()
	select {
	case a := <-said:
		return a.list, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", ErrScript, ctx.Err())
	}
}

// first is the first way of a list such as "proxy:8080;other:3128" or
// "http=a:80;https=b:80". An empty list is directly.
func first(list string) (*url.URL, error) {
	address := winsettings.Proxy{Server: strings.Join(strings.FieldsFunc(list, func(c rune) bool { return c == ';' || c == ' ' }), ";")}.HTTPS()
	if address == "" {
		return nil, nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" {
		return nil, fmt.Errorf("%w: %q is no http proxy", transport.ErrProxySetting, address)
	}
	if u.Port() == "" {
		u.Host += ":80" // as WinINet
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return "443"
}
