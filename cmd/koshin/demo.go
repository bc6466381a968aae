package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/koshin-updater/koshin/cmd/internal/exitcode"
	"github.com/koshin-updater/koshin/cmd/internal/terminal"
)

func (a *app) demoCommand() *cobra.Command {
	var keep bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole story inside this computer: publish, update, confirm, roll back",
		Long: "The demo makes signing keys, publishes builds of a small client, starts a release host and a\n" +
			"stand-in reception system that speak TLS 1.2 only, installs an old build that cannot connect,\n" +
			"updates it, confirms the connection, and lets a bad build be rolled back. Everything is real and\n" +
			"happens in a temporary folder on this computer; no network, no administrator rights.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "koshin-demo-")
			if err != nil {
				return err
			}
			d, err := newDemoWorld(c.Context(), dir)
			if err != nil {
				return err
			}
			err = a.demo(c.Context(), d)
			d.close()
			if keep {
				fmt.Fprintln(a.Out, dir)
				return err
			}
			if removeErr := os.RemoveAll(dir); removeErr != nil {
				a.log.Warn("demo folder cannot be removed", "error", removeErr)
			}
			return err
		},
	}
	c.Flags().BoolVar(&keep, "keep", false, "keep the demo's folder and print its name")
	return c
}

// demoStep is one row of the table: what is done, how it should end, and what
// to say of it.
type demoStep struct {
	name string // its sentence is demo-<name>
	want exitcode.Code
	do   func(ctx context.Context, d *demoWorld) (seen demoSeen, err error)
}

// demoSeen is how a step ended.
type demoSeen struct {
	code exitcode.Code
	text string
}

func (a *app) demoSteps() []demoStep {
	return []demoStep{
		{"keys", exitcode.Done, a.demoPublish},
		{"install-old", exitcode.Unconfirmed, a.demoInstall},
		{"old-fails", exitcode.Failed, a.demoOldFails},
		{"check", exitcode.Available, a.demoCheck},
		{"update", exitcode.Done, a.demoUpdate},
		{"confirm", exitcode.Done, a.demoConfirm},
		{"bad-build", exitcode.RolledBack, a.demoBadBuild},
		{"after", exitcode.Done, a.demoConfirm},
		{"data", exitcode.Done, a.demoData},
		{"history", exitcode.Done, a.demoHistory},
	}
}

func (a *app) demo(ctx context.Context, d *demoWorld) error {
	fmt.Fprintln(a.Err, a.say("demo-heading"))
	rows := [][]string{{a.say("demo-column-step"), a.say("demo-column-expected"), a.say("demo-column-seen"), a.say("demo-column-seconds")}}
	good := true
	for _, step := range a.demoSteps() {
		fmt.Fprintln(a.Err, "  "+a.say("demo-"+step.name)+"…")
		began := time.Now()
		seen, err := step.do(ctx, d)
		if err != nil {
			return fmt.Errorf("demo, %s: %w\n%s", step.name, err, d.talk.String())
		}
		mark := "✓"
		if seen.code != step.want {
			mark, good = "✗", false
		}
		rows = append(rows, []string{
			mark + " " + a.say("demo-"+step.name), fmt.Sprintf("exit %d", step.want), fmt.Sprintf("exit %d: %s", seen.code, seen.text),
			fmt.Sprintf("%.1f", time.Since(began).Seconds()),
		})
	}
	terminal.Table(a.Out, rows)
	if !good {
		fmt.Fprintln(a.Err, d.talk.String())
		a.sayln("demo-failed")
		a.code = exitcode.Failed
		return nil
	}
	a.sayln("demo-ok")
	return nil
}

// demoPublish makes the keys and the first two builds, and verifies what a
// client would see.
func (a *app) demoPublish(ctx context.Context, d *demoWorld) (demoSeen, error) {
	count, err := d.publishFirst(ctx)
	return demoSeen{text: a.say("demo-seen-published", "count", count)}, err
}

func (a *app) demoInstall(ctx context.Context, d *demoWorld) (demoSeen, error) {
	if code := a.koshin(ctx, d, nil, append([]string{"enroll"}, d.enrollFlags()...)...); code != exitcode.Done {
		return demoSeen{code: code, text: "enroll"}, nil
	}
	var doc reportsDoc
	code := a.koshin(ctx, d, &doc, "update", "--yes")
	if err := d.enterClaim(ctx); err != nil {
		return demoSeen{}, err
	}
	return demoSeen{code: code, text: a.say("demo-seen-installed", "version", doc.one().to())}, nil
}

func (a *app) demoOldFails(ctx context.Context, d *demoWorld) (demoSeen, error) {
	code, err := d.connectionTest(ctx)
	return demoSeen{code: exitcode.Code(code), text: a.say("demo-seen-cannot", "code", code)}, err
}

func (a *app) demoCheck(ctx context.Context, d *demoWorld) (demoSeen, error) {
	if err := errors.Join(d.announceFloor(ctx), d.offer(ctx, demoNew)); err != nil {
		return demoSeen{}, err
	}
	var doc struct{ Products []checkJSON }
	code := a.koshin(ctx, d, &doc, "check")
	if len(doc.Products) != 1 || doc.Products[0].Action != "required" {
		return demoSeen{code: exitcode.Failed, text: "check"}, nil
	}
	p := doc.Products[0]
	return demoSeen{code: code, text: a.say("demo-seen-required", "from", *p.Installed, "to", *p.Latest)}, nil
}

func (a *app) demoUpdate(ctx context.Context, d *demoWorld) (demoSeen, error) {
	var doc reportsDoc
	code := a.koshin(ctx, d, &doc, "update", "--yes")
	p := doc.one()
	return demoSeen{code: code, text: a.say("demo-seen-updated", "from", p.from(), "to", p.to(), "suite", p.suite())}, nil
}

func (a *app) demoConfirm(ctx context.Context, d *demoWorld) (demoSeen, error) {
	var doc confirmJSON
	code := a.koshin(ctx, d, &doc, "confirm")
	if len(doc.Hosts) != 1 || doc.Hosts[0].OldTLSRefused == nil || !*doc.Hosts[0].OldTLSRefused {
		return demoSeen{code: exitcode.Failed, text: "confirm"}, nil
	}
	return demoSeen{code: code, text: a.say("demo-seen-confirmed", "tls", doc.Hosts[0].Stacks[0].TLS)}, nil
}

func (a *app) demoBadBuild(ctx context.Context, d *demoWorld) (demoSeen, error) {
	if err := d.offer(ctx, demoBad); err != nil {
		return demoSeen{}, err
	}
	var doc reportsDoc
	code := a.koshin(ctx, d, &doc, "update", "--yes")
	p := doc.one()
	return demoSeen{code: code, text: a.say("demo-seen-rolled-back", "from", p.from(), "to", p.to())}, nil
}

func (a *app) demoData(_ context.Context, d *demoWorld) (demoSeen, error) {
	if err := d.checkClaims(); err != nil {
		return demoSeen{code: exitcode.Failed, text: err.Error()}, nil
	}
	return demoSeen{text: a.say("demo-seen-data")}, nil
}

func (a *app) demoHistory(ctx context.Context, d *demoWorld) (demoSeen, error) {
	var doc historyJSON
	code := a.koshin(ctx, d, &doc, "history")
	if !doc.Intact {
		code = exitcode.Failed
	}
	return demoSeen{code: code, text: a.say("demo-seen-records", "count", len(doc.Records))}, nil
}

// koshin runs a verb of this very program, as an operator would, and reads its
// JSON document. What it says goes to the demo's record, for the case that
// something is not as expected.
func (a *app) koshin(ctx context.Context, d *demoWorld, doc any, args ...string) exitcode.Code {
	var out bytes.Buffer
	args = append(args, "--json", "--config", d.config, "--lang", string(a.language))
	fmt.Fprintln(&d.talk, "koshin", args)
	code := Run(ctx, args, terminal.Streams{In: bytes.NewReader(nil), Out: &out, Err: &d.talk})
	d.talk.Write(out.Bytes())
	if doc != nil {
		if err := json.Unmarshal(out.Bytes(), doc); err != nil {
			fmt.Fprintln(&d.talk, err)
			return exitcode.Failed
		}
	}
	return code
}

// reportsDoc is what the demo reads of update's document.
type reportsDoc struct{ Products []reportJSON }

func (d reportsDoc) one() reportJSON {
	if len(d.Products) == 0 {
		return reportJSON{}
	}
	return d.Products[0]
}

func (r reportJSON) from() string { return text(r.From) }
func (r reportJSON) to() string   { return text(r.To) }

// suite is what the confirmation negotiated.
func (r reportJSON) suite() string {
	if r.Confirm == nil || len(r.Confirm.Hosts) == 0 || len(r.Confirm.Hosts[0].Stacks) == 0 {
		return "-"
	}
	stack := r.Confirm.Hosts[0].Stacks[0]
	return stack.TLS + " " + stack.Suite
}

func text(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}
