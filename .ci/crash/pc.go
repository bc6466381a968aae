package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// pc is an operator's PC: a folder with the configuration, and in it apps/ and
// state/, which may be volumes of their own.
type pc struct {
	w   *world
	dir string
}

func (p *pc) file(parts ...string) string {
	return filepath.Join(append([]string{p.dir}, parts...)...)
}
func (p *pc) client() string { return p.file("apps", "client") }
func (p *pc) work() string   { return p.file("apps", "client.koshin") }

// command is one run of the real program on this PC.
func (p *pc) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.w.program("koshin"), append([]string{"--config", p.file("koshin.toml"), "--json", "--lang", "en"}, args...)...)
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
}

// recover ends what was interrupted. An error of it is the run's verdict.
func (p *pc) recover(ctx context.Context) (recovered, error) {
	r, err := p.koshin(ctx, "recover")
	if err != nil {
		return recovered{}, err
	}
	var doc struct {
		Products []struct {
			From, To *string
			Outcome  string
		}
	}
	if err := json.Unmarshal(r.answer, &doc); r.exit != 0 || err != nil || len(doc.Products) != 1 {
		return recovered{}, fmt.Errorf("koshin recover: %s", r)
	}
	one, version := doc.Products[0], ""
	switch {
	case one.Outcome == "rolled-back" && one.From != nil:
		version = *one.From
	case one.Outcome != "rolled-back" && one.To != nil:
		version = *one.To
	}
	return recovered{one.Outcome, version}, nil
}

// copyTo makes another PC in the same state.
func (p *pc) copyTo(dir string) (*pc, error) {
	return &pc{p.w, dir}, copyTree(p.dir, dir)
}
