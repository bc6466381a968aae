package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// The builds of the client that the publisher makes.
const (
	oldest  = "2.1.0" // what a rollback goes back to
	before  = "2.2.0" // what is installed
	after   = "2.3.0" // what an update brings
	waiting = "2.3.1" // the same, and may be left for the restart of the PC
	faulty  = "2.4.0" // starts, but cannot connect: is taken out again
)

// The builds of another product, which is a single executable.
const (
	oldestExe = "3.1.0"
	beforeExe = "3.2.0"
	afterExe  = "3.3.0"
)

// The builds of a third one, which comes with a setup program of its own.
const (
	oldestSetup = "4.1.0"
	beforeSetup = "4.2.0"
	afterSetup  = "4.3.0"
)

// setupScript installs a version as such programs do: not at all in one go. It
// ends at its first error: what a program leaves out and calls a success, only its
// version could show.
const setupScript = `#!/bin/sh
set -e
mkdir -p "$1"
cd "$1"
rm -f VERSION client
printf 'program %s' >client
printf '%s\n' >VERSION
`

// preserve are the publisher's globs of the operator's data.
var preserve = [...]string{"data/**", "conf/user.ini"}

// texts are the files of a build beside the program. A build has every name
// that it is listed for; the content differs where same is false.
var texts = [...]struct {
	path string
	in   string // builds that have it
	same bool
}{
	{"VERSION", oldest + before + after + faulty, false},
	{"settings.ini", oldest + before + after + faulty, false},
	{"conf/default.ini", oldest + before + after + faulty, false},
	{"docs/readme.txt", oldest + before + after + faulty, false},
	{"docs/license.txt", oldest + before + after + faulty, true},
	{"docs/手引き/第一章.txt", oldest + before + after + faulty, false},
	{"docs/手引き/第二章.txt", before + after + faulty, true},
	{"lib/common.dll", oldest + before + after + faulty, true},
	{"lib/network.dll", oldest + before + after + faulty, false},
	{"lib/deep/er/codes.dat", oldest + before + after + faulty, false},
	{"lib/deep/er/tables.dat", oldest + before + after + faulty, true},
	{"lib/only-old.dll", oldest + before, false},
	{"lib/only-new.dll", after + faulty, false},
	{"plugins/a.dll", oldest + before + after + faulty, false},
	{"plugins/b.dll", before + after, false},
	{"retired/in/its/own/folder.dat", oldest + before, false}, // names of the work folder's own folders
	{"staging/new.dat", after + faulty, false},
	{"form", oldest + before, false},                 // a file that becomes a folder
	{"form/様式第一.tpl", after + faulty, false},         //
	{"report/様式第二.tpl", oldest + before, false},      // a folder that becomes a file
	{"report", after + faulty, false},                //
	{"data/seed.db", oldest + before + after, false}, // data: the first one stays
	{"data/sample.db", after + faulty, false},        // data that the new build brings
	{"帳票/一覧.txt", after, false},                      // where the operator has a file
	{"large.bin", oldest + before + after + faulty, false},
}

// folders are empty ones.
var folders = [...]string{"empty", "log/old"}

// mine is what the operator put there. Data is preserved, the rest is in
// nobody's list, and one file stands where the new build wants a folder.
var mine = [...]struct{ path, content string }{
	{"data/claims.txt", "請求 令和3年4月 0001\n"},
	{"data/請求書/令和3年4月分.dat", "被保険者番号,0000000001\n"},
	{"data/deep/er/with space and ｶﾅ.txt", "x"},
	{"data/empty.txt", ""},
	{"conf/user.ini", "mine = yes\n"},
	{"notes.txt", "the operator's own\n"},
	{"lib/mine.txt", "in a folder of the build\n"},
	{"lib/deep/er/メモ.txt", "deep in it\n"},
	{"帳票", "a file where the new build has a folder\n"},
	{"plugins/b.dll.bak", "a copy\n"},
}

// mineBesideExe is what the operator has in the folder of the executable.
var mineBesideExe = [...]struct{ path, content string }{
	{"data/claims.txt", "請求 令和3年4月 0002\n"},
	{"another program", "not koshin's\n"},
	{"." + exeProduct + ".old", "a name that koshin uses for a moment\n"},
	{"." + selfProduct + ".old", "and another one\n"},
}

// edited is a file of the installed build that the operator changed. Its length
// is the same, or koshin would ask for --retry before it does anything.
const edited, editedContent = "conf/default.ini", "edited by hand some day ...\n"

// writeBuild writes one build into dir, for publishing.
func writeBuild(dir, version, client string) error {
	for _, t := range texts {
		if !strings.Contains(t.in, version) && (version != waiting || !strings.Contains(t.in, after)) {
			continue
		}
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(t.path)), content(t.path, version, t.same)); err != nil {
			return err
		}
	}
	for _, name := range folders {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(name)), 0o755); err != nil {
			return err
		}
	}
	return copyProgram(client, filepath.Join(dir, program("sample-client")))
}

func content(path, version string, same bool) string {
	switch {
	case path == "VERSION":
		return version + "\n"
	case path == "settings.ini" && version == faulty:
		return "max_tls = 1.1\n"
	case path == "settings.ini":
		return "max_tls = 1.2\n"
	case path == "large.bin": // more than what is written in one go
		return strings.Repeat(version+" large ", 60_000)
	case same:
		return "the same in every build: " + path
	}
	return fmt.Sprintf("%s of %s..\n", path, version)
}

func writeFile(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// program is the file name of a program on this system.
func program(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}

// copyTree copies a folder with modes and times: koshin looks at both.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, info.Mode().Perm())
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := writeApart(target, data, info.Mode().Perm()); err != nil {
			return err
		}
		return os.Chtimes(target, info.ModTime(), info.ModTime())
	})
}

// writeApart writes while nobody starts a program: a child would have the new
// file open for writing for a moment, and a program that is open for writing
// cannot be started.
func writeApart(name string, data []byte, mode fs.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(name, data, mode)
}
