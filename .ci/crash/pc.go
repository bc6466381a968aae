package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// pc is an operator's PC: a folder with the configuration, and in it apps/ and
// state/, which may be volumes of their own.
type pc struct {
	w      *world
	dir    string
	byHand bool // recover is started by a person, and not by the start of the PC
}

func (p *pc) file(parts ...string) string {
	return filepath.Join(append([]string{p.dir}, parts...)...)
}
func (p *pc) client() string { return p.file("apps", "client") }
func (p *pc) work() string   { return p.file("apps", "client.koshin") }

// command is one run of the real program on this PC.
func (p *pc) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.program(args[0]), append([]string{"--config", p.file("koshin.toml"), "--json", "--lang", "en"}, args...)...)
	c.Dir = p.w.dir
	return c
}

// result is how a run ended.
type result struct {
	exit   int // -1: it was killed
	answer []byte
	talk   []byte
}

func (r result) String() string { return fmt.Sprintf("exit %d\n%s%s", r.exit, r.answer, r.talk) }

// koshin runs the program to its end.
func (p *pc) koshin(ctx context.Context, args ...string) (result, error) {
	return finish(p.command(ctx, args...), (*exec.Cmd).Run)
}

func finish(c *exec.Cmd, run func(*exec.Cmd) error) (result, error) {
	var answer, talk bytes.Buffer
	c.Stdout, c.Stderr, c.WaitDelay = &answer, &talk, 10*time.Second
	err := run(c)
	if _, failed := errors.AsType[*exec.ExitError](err); failed || errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	if err != nil {
		return result{}, err
	}
	return result{c.ProcessState.ExitCode(), answer.Bytes(), talk.Bytes()}, nil
}

// must runs the program and wants exit code 0.
func (p *pc) must(ctx context.Context, args ...string) error {
	r, err := p.koshin(ctx, args...)
	if err == nil && r.exit != 0 {
		err = fmt.Errorf("koshin %q: %s", args, r)
	}
	return err
}

// recovered is what `koshin recover` said; version is the build that it says
// stands there now.
type recovered struct {
	outcome, version string
	exit             int
}

// answered are the exit codes with which a recovery has done its work: all of
// it, or it has put an update into place that waited for the restart, and then
// the new build could not connect and was taken out again (5), or nobody could
// say whether it connects (8), as when the machine is too busy to ask.
func answered() []int { return []int{0, 5, 8} }

type recoveredProduct struct {
	Product  string
	From, To *string
	Outcome  string
}

// recover ends what was interrupted. An error of it is the run's verdict.
func (p *pc) recover(ctx context.Context) (recovered, error) {
	r, err := p.koshin(ctx, "recover")
	if err != nil {
		return recovered{}, err
	}
	var doc struct {
		Products []recoveredProduct
	}
	if err := json.Unmarshal(r.answer, &doc); !slices.Contains(answered(), r.exit) || err != nil {
		return recovered{}, fmt.Errorf("koshin recover: %s", r)
	}
	itself := slices.IndexFunc(doc.Products, func(one recoveredProduct) bool { return one.Product == selfProduct })
	if p.replacesItself() && itself < 0 { // it is only named when it had something to recover
		own, err := p.ownVersion(ctx)
		return recovered{"nothing", own, r.exit}, err
	}
	if !p.replacesItself() && (len(doc.Products) != 1 || itself >= 0) {
		return recovered{}, fmt.Errorf("koshin recover: %s", r)
	}
	one, version := doc.Products[max(itself, 0)], ""
	switch {
	case one.Outcome == "rolled-back" && one.From != nil:
		version = *one.From
	case one.Outcome != "rolled-back" && one.To != nil:
		version = *one.To
	}
	return recovered{one.Outcome, version, r.exit}, nil
}

// copyTo makes another PC in the same state.
func (p *pc) copyTo(dir string) (*pc, error) {
	other := &pc{w: p.w, dir: dir}
	if err := copyTree(p.dir, dir); err != nil {
		return nil, err
	}
	return other, other.moved()
}
