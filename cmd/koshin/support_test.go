package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// bundleCommands are for scripts about the zip of koshin support.
func bundleCommands() map[string]command {
	return map[string]command{"unpack": unpack, "nowhere": nowhere, "append": appendTo, "utf-16": toUTF16, "fill-up": fillUp}
}

// unpack: unpack ZIP DIR unpacks a zip, whose names must stay inside the folder.
func unpack(ts script, neg bool, args []string) {
	usage(ts, neg, args, "unpack ZIP DIR")
	zipped, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer zipped.Close()
	for _, f := range zipped.File {
		if !filepath.IsLocal(f.Name) || strings.ContainsAny(f.Name, `\:*`) {
			ts.Fatalf("%s: name %q", args[0], f.Name)
		}
		in, err := f.Open()
		ts.Check(err)
		data, err := io.ReadAll(in)
		ts.Check(err)
		ts.Check(in.Close())
		name := filepath.Join(ts.MkAbs(args[1]), filepath.FromSlash(f.Name))
		ts.Check(os.MkdirAll(filepath.Dir(name), 0o700))
		ts.Check(os.WriteFile(name, data, 0o600))
	}
}

// nowhere: nowhere DIR TEXTS looks in every byte and every name below a folder for
// each line of a file, in three encodings.
func nowhere(ts script, neg bool, args []string) {
	usage(ts, neg, args, "nowhere DIR TEXTS")
	planted := strings.Fields(ts.ReadFile(args[1]))
	count := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		count++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, secret := range planted {
			name, err := filepath.Rel(ts.MkAbs(args[0]), path)
			if err != nil {
				return err
			}
			for _, form := range [][]byte{[]byte(secret), in16(secret), []byte(strings.ToUpper(secret))} {
				if i := bytes.Index(data, form); i >= 0 {
					ts.Fatalf("%s is in %s: …%s…", secret, name, data[max(0, i-100):min(len(data), i+60)])
				}
			}
			if strings.Contains(name, secret) {
				ts.Fatalf("%s is in the name %s", secret, name)
			}
		}
		return nil
	}))
	if count < 3 || len(planted) == 0 {
		ts.Fatalf("%d files below %s, %d texts", count, args[0], len(planted))
	}
}

func in16(text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

// appendTo: append FILE TEXTS adds a file to another one.
func appendTo(ts script, neg bool, args []string) {
	usage(ts, neg, args, "append FILE TEXTS")
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	ts.Check(err)
	_, err = f.WriteString(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(f.Close())
}

// toUTF16: utf-16 FILE writes a file anew as Notepad's "Unicode".
func toUTF16(ts script, neg bool, args []string) {
	usage(ts, neg, args, "utf-16 FILE")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append([]byte{0xFF, 0xFE}, in16(ts.ReadFile(args[0]))...), 0o600))
}

// fillUp: fill-up FILE puts three megabytes of lines before what a file has.
func fillUp(ts script, neg bool, args []string) {
	usage(ts, neg, args, "fill-up FILE")
	lines := strings.Repeat("time=2026-11-01T00:00:00Z level=INFO msg=old\n", 65_000)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(lines+ts.ReadFile(args[0])), 0o600))
}
