//go:build unix

package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"

	"github.com/koshin-updater/koshin/installer/process"
)

// nobody is the user with the least rights, by the number that every system here
// gives it.
const nobody = 65534

// AsOperator runs a client's program for a koshin that is root, as the owner of
// the folder that it starts in: whoever could have changed the program gains
// nothing by it. In a folder of root's that others may write in it is nobody.
func AsOperator(ctx context.Context, s process.Short) (process.Answer, error) {
	info, err := os.Stat(s.Dir)
	if err != nil {
		return process.Answer{ExitCode: -1}, err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return process.Answer{ExitCode: -1}, fmt.Errorf("%w: %s has no owner", process.ErrNoOperator, s.Dir)
	}
	uid, gid := owner.Uid, owner.Gid
	if uid == 0 {
		uid, gid = nobody, nobody
	}
	answer, err := process.RunWith(ctx, s, func(cmd *exec.Cmd) error {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
		cmd.Env = environment(uid)
		return nil
	})
	if errors.Is(err, fs.ErrPermission) { // the folder is closed to its owner, or this is not root
		err = fmt.Errorf("%w: user %d: %w", process.ErrNoOperator, uid, err)
	}
	return answer, err
}

// environment is what that user's own shell would set, of what a program needs;
// nothing of root's.
func environment(uid uint32) []string {
	env := []string{"PATH=/usr/local/bin:/usr/bin:/bin"}
	for _, value := range os.Environ() {
		name, _, _ := strings.Cut(value, "=")
		if name == "LANG" || name == "TZ" || strings.HasPrefix(name, "LC_") {
			env = append(env, value)
		}
	}
	if who, err := user.LookupId(strconv.Itoa(int(uid))); err == nil {
		env = append(env, "HOME="+who.HomeDir, "USER="+who.Username, "LOGNAME="+who.Username)
	}
	return env
}
