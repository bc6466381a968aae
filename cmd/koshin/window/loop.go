package window

import (
	"context"
	"sync"
	"time"

	"github.com/koshin-updater/koshin/updater"
	"github.com/koshin-updater/koshin/updater/doctor"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
)

// World is what the window's deeds are done with. Each may be called from any
// goroutine, several at a time.
type World struct {
	// Show draws the views until they end, see the function of that name.
	Show     func(ctx context.Context, views <-chan View, pressed func(Action)) error
	Check    func(context.Context) ([]updater.Finding, error)
	Update   func(ctx context.Context, c Command, happened func(Event)) (Result, error)
	Examine  func(context.Context) (doctor.Diagnosis, error)
	Fix      func(context.Context, mend.Choice) (mend.Result, error)
	Postpone func(time.Duration) error
	Save     func(context.Context) (file string, err error)
}

// Run shows the window until it is closed. ctx ends it sooner; an update that
// koshin makes in this process is then interrupted as by Ctrl-C. The error is
// only ever why the window could not be shown.
func Run(ctx context.Context, words Words, world World) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loop{world: world, told: make(chan Message, 64), views: make(chan View, 1), opened: make(chan struct{})}
	shown := make(chan error, 1)
	go func() {
		var first sync.Once
		shown <- world.Show(ctx, l.views, func(a Action) {
			if a == Opened {
				first.Do(func() { close(l.opened) })
				return
			}
			l.tell(ctx, Pressed{a})
		})
	}()
	err := l.run(ctx, words, shown)
	cancel()
	l.deeds.Wait()
	return err
}

// loop carries messages to the model, its deeds into the world and its views to
// the screen.
type loop struct {
	world World
	told  chan Message
	views chan View // holds the newest one only: a slow screen leaves some out
	deeds sync.WaitGroup

	// opened is closed when the window is there: until then the PC has nothing
	// better to do than to draw it, which takes a third less time so (measured).
	opened chan struct{}
}

// run returns when the window is closed: its End, its own end, or ctx's.
func (l *loop) run(ctx context.Context, words Words, shown <-chan error) error {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	m, commands := New(words)
	for {
		l.publish(m.View())
		for _, c := range commands {
			if c.Do == End {
				close(l.views)
				return <-shown
			}
			l.deeds.Go(func() {
				select {
				case <-l.opened:
					l.tell(ctx, l.do(ctx, c))
				case <-ctx.Done():
				}
			})
		}
		select {
		case message := <-l.told:
			m, commands = m.Told(message)
		case now := <-second.C:
			m, commands = m.Told(Ticked{now})
		case err := <-shown:
			return err
		}
	}
}

// publish replaces a view that was not drawn yet.
func (l *loop) publish(v View) {
	select {
	case <-l.views:
	default:
	}
	l.views <- v
}

func (l *loop) tell(ctx context.Context, m Message) {
	select {
	case l.told <- m:
	case <-ctx.Done():
	}
}

// do is one deed, and what there is to say of it.
func (l *loop) do(ctx context.Context, c Command) Message {
	switch c.Do {
	case DoUpdate:
		r, err := l.world.Update(ctx, c, func(e Event) { l.tell(ctx, Happened{e}) })
		return Ended{r, err}
	case DoExamine:
		d, err := l.world.Examine(ctx)
		return Examined{d, err}
	case DoFix:
		r, err := l.world.Fix(ctx, c.SSL2)
		return Mended{r, err}
	case DoPostpone:
		return Postponed{l.world.Postpone(c.For)}
	case DoSave:
		file, err := l.world.Save(ctx)
		return Saved{file, err}
	}
	found, err := l.world.Check(ctx)
	return Checked{found, err}
}

// IDs are the products of an update as flags and requests name them.
func (c Command) IDs() []string {
	all := make([]string, 0, len(c.Products))
	for _, id := range c.Products {
		all = append(all, string(id))
	}
	return all
}
