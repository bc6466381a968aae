package main

import (
	"context"
	"os"
	"runtime"
	"time"

	"github.com/koshin-updater/koshin/cmd/internal/messages"
	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/redact"
	"github.com/koshin-updater/koshin/updater/transport"
)

// patient gathers what an examination is told. A configuration that is missing
// or of no use is a finding, and no reason not to look at the rest.
func (a *app) patient(ctx context.Context) (doctor.Input, error) {
	in := doctor.Input{
		System: a.system(ctx),
		Reach:  doctor.Reach{Setting: "auto", Environment: proxyVariables()},
		Clean:  redact.System().Text, Built: built(), Log: a.log,
	}
	in.Reach.Proxy, _ = transport.ProxyOn("auto", a.systemProxy())
	c, err := a.loadConfig()
	if err != nil {
		in.Setup = a.unusable(err)
		return in, nil
	}
	if language, ok := messages.ParseLanguage(c.Language); ok && a.lang == "" {
		a.language = language
	}
	in.Setup.State = doctor.SelfSends
	if c.Submission == config.Delegated {
		in.Setup.State = doctor.DelegatedSends
	}
	options, err := a.options(c)
	if err != nil {
		in.Setup = a.unusable(err)
		return in, nil
	}
	in.Reach.Setting, in.Reach.Proxy = redact.Address(c.Source.Proxy), options.Reach.Proxy
	in.Reach.CAFile, in.Reach.Roots, in.Reach.Stacks = options.Reach.CAFile, options.Reach.Roots, options.Reach.Stacks
	in.Reach.AsOperator = options.Reach.AsOperator
	u := updater.New(options)
	products, err := u.Select(a.products)
	if err != nil {
		return in, err
	}
	for _, s := range u.Subjects(ctx, products) {
		in.Products = append(in.Products, examined(s))
	}
	return in, nil
}

// system is what this PC is, with the settings of Windows where it is one.
func (a *app) system(ctx context.Context) doctor.System {
	s := doctor.System{OS: runtime.GOOS, Arch: runtime.GOARCH}
	w := a.machine.windows
	if w == nil {
		return s
	}
	registry := w.registry
	if who, err := w.myself(); err == nil {
		way, err := who.Way()
		s.WrongUser = err != nil || way != mend.Here
		if err == nil && way == mend.InSession {
			if profile, err := w.profile(ctx); err == nil {
				registry, s.WrongUser = winsettings.WithProfile(registry, profile), false
			} else {
				a.log.InfoContext(ctx, "settings of the user not read", "error", err)
			}
		}
	}
	settings := winsettings.ReadAll(registry, w.kernel)
	s.OS, s.Settings, s.Certificates = "windows", &settings, w.certificates
	return s
}

// profileWait is how long the operator's process may take to read some values.
const profileWait = 10 * time.Second

// profile is the user's part of the settings, read by the operator's own process
// where this is SYSTEM.
func (w *windowsPC) profile(ctx context.Context) (winsettings.Profile, error) {
	ctx, cancel := context.WithTimeout(ctx, profileWait)
	defer cancel()
	result, err := w.inSession(ctx, mend.Errand{Do: mend.ReadProfile})
	return result.Profile, err
}

func examined(s updater.Subject) doctor.Product {
	p := doctor.Product{
		ID: s.Product.ID, Dir: s.Product.Dir, Installed: s.Installed, Err: s.Err, Known: s.Known, Floor: s.Floor, Ready: s.Ready,
		MinOS: s.MinOS, RunningOK: s.RunningKnown, Confirm: s.Confirm,
	}
	for _, one := range s.Running { // never whose they are
		p.Running = append(p.Running, one.Name)
	}
	return p
}

// proxyVariables are the environment's proxies, without names and passwords.
func proxyVariables() []doctor.Fact {
	var facts []doctor.Fact
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy"} {
		if value := os.Getenv(name); value != "" {
			facts = append(facts, doctor.Fact{Key: name, Value: redact.Address(value)})
		}
	}
	return facts
}
