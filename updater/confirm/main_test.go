package confirm

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain lets copies of the test binary, under another name, be the clients
// of the tests: real processes that do what their first argument says.
func TestMain(m *testing.M) {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	if strings.HasPrefix(filepath.Base(exe), "client") {
		os.Exit(client(os.Args[1:]))
	}
	os.Exit(m.Run())
}

func client(args []string) int {
	switch args[0] {
	case "exit":
		code, _ := strconv.Atoi(args[1])
		return code
	case "print":
		fmt.Fprintln(os.Stdout, strings.Join(args[1:], "|"))
		fmt.Fprintln(os.Stderr, "on stderr")
	case "where":
		dir, _ := os.Getwd()
		fmt.Fprintln(os.Stdout, dir)
	case "hang":
		time.Sleep(time.Hour)
	case "flood":
		for range 1 << 10 {
			fmt.Fprintln(os.Stdout, strings.Repeat("x", 10<<10))
		}
	case "child": // leaves a child behind that holds the output open
		exe, _ := os.Executable()
		cmd := exec.Command(exe, "hang")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			return 9
		}
		fmt.Fprintln(os.Stdout, "child", cmd.Process.Pid)
		if args[1] == "wait" {
			time.Sleep(time.Hour)
		}
	}
	return 0
}

// install puts a client into a folder of the test.
func install(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := "client"
	if strings.HasSuffix(exe, ".exe") {
		name += ".exe"
	}
	in, err := os.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}
