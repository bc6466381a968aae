package main

import (
	"context"
	"os"
	"time"

	"github.com/koshin-updater/koshin/cmd/koshin/window/native"
	"github.com/koshin-updater/koshin/installer/process"
	"github.com/koshin-updater/koshin/installer/uninstallkey"
	"github.com/koshin-updater/koshin/updater/config"
	"github.com/koshin-updater/koshin/updater/confirm"
	"github.com/koshin-updater/koshin/updater/confirm/winstack"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	"github.com/koshin-updater/koshin/updater/doctor/ownstore"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/eventlog"
	"github.com/koshin-updater/koshin/updater/request"
	"github.com/koshin-updater/koshin/updater/schedule"
	usersession "github.com/koshin-updater/koshin/updater/session"
	"github.com/koshin-updater/koshin/updater/startmenu"
	"github.com/koshin-updater/koshin/updater/systemproxy"
)

// machine is what there is once on a PC: the configuration of the whole PC, the
// system's own start, and the settings and TLS stacks of Windows. A trial beside
// it touches none of them.
type machine struct {
	config    string                 // file
	policy    winsettings.Registry   // where group policy lies; nil: nowhere
	computer  func() (string, error) // its name in the network
	scheduler scheduler
	menu      *menu                // the Start menu; nil: this system has none
	events    *eventLog            // nil: this system has none
	programs  uninstallkey.OwnList // Windows' list of installed programs
	requests  requests
	windows   *windowsPC                     // nil: this is not Windows
	stacks    confirm.AskFunc                // WinINet and WinHTTP; nil: there are none
	show      showFunc                       // draws the window; nil: this system has none
	raise     func() bool                    // brings one that is open to the front, if there is one; may be nil
	desktop   func() (dir string, err error) // of the user whose process this is
	operator  process.RunFunc                // runs a client's program without the rights of the whole system
}

// scheduler is what the system starts by itself, see package schedule.
type scheduler struct {
	install func(context.Context, schedule.Task) error
	look    func(context.Context, schedule.Task) (schedule.Seen, error)
	remove  func(ctx context.Context, name string) error
	pause   func(ctx context.Context, within time.Duration, enough <-chan struct{}) error
}

// menu is the Start menu of everybody who works at this PC.
type menu struct {
	install func(context.Context, startmenu.Entry) error
	look    func(context.Context, startmenu.Entry) (there, same bool, err error)
	remove  func(ctx context.Context, name string) error
}

// requests is how an operator has the run of SYSTEM begin now, see package request.
type requests struct {
	listen  func(stateDir string) (request.Listener, error)
	way     func(stateDir string) request.Way
	listens func(stateDir string) (bool, error)
}

// windowsPC is what doctor sees of Windows, and may mend.
type windowsPC struct {
	registry     winsettings.Registry
	kernel       winsettings.Windows
	myself       func() (mend.Who, error)
	explorers    func() ([]mend.Explorer, error)
	tell         func() mend.Told
	certificates func(context.Context) ([]doctor.OwnCertificate, error)
	inSession    errandFunc // does an errand in the operator's session, where this is SYSTEM
	proxyScript  systemproxy.ScriptFunc
}

func thisMachine() machine {
	m := machine{
		config:   config.DefaultFile(),
		computer: os.Hostname,
		scheduler: scheduler{
			install: func(ctx context.Context, t schedule.Task) error { return t.Install(ctx) },
			look:    func(ctx context.Context, t schedule.Task) (schedule.Seen, error) { return t.Look(ctx) },
			remove:  schedule.Remove,
			pause:   schedule.Pause,
		},
		requests: requests{
			listen: request.Listen,
			way: func(stateDir string) request.Way {
				return request.Way{
					Dial:  func(ctx context.Context) (request.Peer, error) { return request.Dial(ctx, stateDir) },
					Start: schedule.Start,
				}
			},
			listens: request.Listens,
		},
		programs: uninstallkey.SystemOwn(),
		operator: usersession.AsOperator,
		desktop:  desktop,
	}
	if kernel, err := winsettings.Kernel(); err == nil {
		m.policy = winsettings.System()
		m.events = &eventLog{eventlog.Register, eventlog.Unregister, eventlog.Write}
		m.windows = &windowsPC{winsettings.System(), kernel, mend.Myself, mend.Explorers, mend.Tell, ownstore.List, mend.Through(inSession("tick", mend.MaxAnswer)), systemproxy.Script()}
		m.show, m.raise = native.Show, native.Raise
		m.menu = &menu{
			install: func(ctx context.Context, e startmenu.Entry) error { return e.Install(ctx) },
			look:    func(ctx context.Context, e startmenu.Entry) (bool, bool, error) { return e.Look(ctx) },
			remove:  startmenu.Remove,
		}
		m.stacks = asOperator(mend.Myself, winstack.Ask, winstack.Through(inSession("probe", winstack.MaxReply)))
		m.operator = triedByOperator(usersession.AsOperator, usersession.TrialThrough(inSession("try", usersession.MaxVerdict)))
	}
	return m
}
