package authenticode_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
)

// Places in the programs of signtest.
const (
	atChecksum = 0x80 + 24 + 64
	atEntry    = 0x80 + 24 + 144
	atContent  = 0x200
)

func table(data []byte) int { return int(binary.LittleEndian.Uint32(data[atEntry:])) }

// edit is a changed copy.
func edit(data []byte, change func([]byte)) []byte {
	data = bytes.Clone(data)
	change(data)
	return data
}

// lengthen appends to a program and has the headers say so.
func lengthen(data, more []byte, entryToo bool) []byte {
	at := table(data)
	data = append(bytes.Clone(data), more...)
	binary.LittleEndian.PutUint32(data[atEntry+4:], uint32(len(data)-at))
	if entryToo {
		binary.LittleEndian.PutUint32(data[at:], uint32(len(data)-at))
	}
	return data
}

func TestAttacksOnPrograms(t *testing.T) {
	w := signtest.New(t)
	program := signtest.Program(bytes.Repeat([]byte("a program "), 100))
	signed := w.Sign(program)
	rogue := w.Make("rogue", nil, nil)
	u32 := binary.LittleEndian.PutUint32
	for name, attack := range map[string]struct {
		data []byte
		want error
	}{
		"unsigned":                      {program, authenticode.ErrUnsigned},
		"the signature cut off":         {edit(signed[:table(signed)], func(b []byte) { clear(b[atEntry : atEntry+8]) }), authenticode.ErrUnsigned},
		"the table only named away":     {edit(signed, func(b []byte) { clear(b[atEntry : atEntry+8]) }), authenticode.ErrUnsigned},
		"one byte of the code":          {edit(signed, func(b []byte) { b[atContent] ^= 1 }), authenticode.ErrTampered},
		"the entry point":               {edit(signed, func(b []byte) { b[0x80+24+16] ^= 1 }), authenticode.ErrTampered},
		"the DOS header":                {edit(signed, func(b []byte) { b[2] ^= 1 }), authenticode.ErrTampered},
		"one byte appended":             {append(bytes.Clone(signed), 0), authenticode.ErrTampered},
		"a program appended":            {append(bytes.Clone(signed), program...), authenticode.ErrTampered},
		"zeros appended to the table":   {lengthen(signed, make([]byte, 8), false), authenticode.ErrTampered},
		"padding (CVE-2013-3900)":       {lengthen(signed, []byte("payload!payload!"), true), authenticode.ErrTampered},
		"padding with zeros":            {lengthen(signed, make([]byte, 16), true), authenticode.ErrTampered},
		"a second entry":                {lengthen(signed, signed[table(signed):], false), authenticode.ErrTampered},
		"cut off in the table":          {signed[:len(signed)-8], authenticode.ErrTampered},
		"the table in the middle":       {edit(signed, func(b []byte) { u32(b[atEntry:], uint32(table(signed)-8)) }), authenticode.ErrTampered},
		"the table in the headers":      {edit(signed, func(b []byte) { u32(b[atEntry:], 8); u32(b[atEntry+4:], uint32(len(b)-8)) }), authenticode.ErrMalformed},
		"a table of 4 GiB":              {edit(signed, func(b []byte) { u32(b[atEntry+4:], 0xFFFFFFF8) }), authenticode.ErrTampered},
		"a table at 4 GiB":              {edit(signed, func(b []byte) { u32(b[atEntry:], 0xFFFFFFF8) }), authenticode.ErrMalformed},
		"an entry of 4 GiB":             {edit(signed, func(b []byte) { u32(b[table(b):], 0xFFFFFFF8) }), authenticode.ErrTampered},
		"an entry of no bytes":          {edit(signed, func(b []byte) { u32(b[table(b):], 0) }), authenticode.ErrTampered},
		"an entry of X.509":             {edit(signed, func(b []byte) { b[table(b)+6] = 1 }), authenticode.ErrMalformed},
		"an entry of revision 1":        {edit(signed, func(b []byte) { b[table(b)+5] = 1 }), authenticode.ErrMalformed},
		"four data directories":         {edit(signed, func(b []byte) { u32(b[0x80+24+108:], 4) }), authenticode.ErrMalformed},
		"a short optional header":       {edit(signed, func(b []byte) { b[0x80+20], b[0x80+21] = 96, 0 }), authenticode.ErrMalformed},
		"an unknown optional header":    {edit(signed, func(b []byte) { b[0x80+24] = 7 }), authenticode.ErrMalformed},
		"no program":                    {[]byte("#!/bin/sh\necho this runs, too, where a shell reads it ........................"), authenticode.ErrMalformed},
		"nothing":                       {nil, authenticode.ErrMalformed},
		"another program's signature":   {append(bytes.Clone(program), signed[len(program):]...), authenticode.ErrUnsigned},
		"the signature of another":      {graft(signed, w.Sign(signtest.Program([]byte("another")))), authenticode.ErrTampered},
		"two signatures":                {w.Sign(signed, "-nest"), authenticode.ErrTimeStamp},
		"a blob in the signature":       {w.Sign(program, "-addUnauthenticatedBlob"), authenticode.ErrTimeStamp},
		"a certificate of somebody's":   {w.Sign(program, "-ac", rogue.Chain), authenticode.ErrMalformed},
		"SHA-1":                         {w.Sign(program, "-h", "sha1"), authenticode.ErrWeak},
		"256 KiB of signature":          {lengthen(signed, make([]byte, 256<<10), true), authenticode.ErrMalformed},
		"a length that lies in the DER": {edit(signed, func(b []byte) { b[table(b)+8+2] = 0xFF }), authenticode.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := verify(t, attack.data, w.Signer()); !errors.Is(err, attack.want) {
				t.Errorf("%v, want %v", err, attack.want)
			}
		})
	}
}

// TestNeverLaxer: what koshin takes, osslsigncode takes. The other way round it is
// not so, and the log (-v) says where.
func TestNeverLaxer(t *testing.T) {
	w := signtest.New(t)
	program := signtest.Program([]byte("a program"))
	signed := w.Sign(program)
	msi := w.Sign(signtest.Installer(t, []byte("a file")), "-add-msi-dse")
	utf16 := func(text string) []byte { return []byte(strings.Join(strings.Split(text, ""), "\x00")) }
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"a program", signed},
		{"an installer package", msi},
		{"one byte of the code changed", edit(signed, func(b []byte) { b[atContent] ^= 1 })},
		{"a program appended", append(bytes.Clone(signed), program...)},
		{"16 bytes of padding in the table", lengthen(signed, []byte("payload!payload!"), true)},
		{"a second entry in the table", lengthen(signed, signed[table(signed):], false)},
		{"a table of 4 GiB", edit(signed, func(b []byte) { binary.LittleEndian.PutUint32(b[atEntry+4:], 0xFFFFFFF8) })},
		{"SHA-1", w.Sign(program, "-h", "sha1")},
		{"a blob in the signature", w.Sign(program, "-addUnauthenticatedBlob")},
		{"a nested signature", w.Sign(signed, "-nest")},
		{"an installer package, a sector more", append(bytes.Clone(msi), make([]byte, 512)...)},
		{"an installer package, its hash of names renamed", bytes.Replace(msi, utf16("MsiDig"), utf16("MsiDih"), 1)},
	} {
		_, err := verify(t, c.data, w.Signer())
		theirs, _ := w.Verify(c.data)
		t.Logf("%-48s koshin %-5v osslsigncode %v", c.name, err == nil, theirs)
		if err == nil && !theirs {
			t.Errorf("%s: koshin takes what osslsigncode does not", c.name)
		}
	}
}

// graft puts the signature of one program into another of the same shape.
func graft(into, from []byte) []byte {
	b := append(bytes.Clone(into[:table(into)]), from[table(from):]...)
	binary.LittleEndian.PutUint32(b[atEntry+4:], uint32(len(from)-table(from)))
	return b
}

// TestEveryByte flips a bit in every byte. What is accepted may only be what a
// signature does not cover and what changes nothing: the checksum of the file,
// and numbers in the message that say again what is said elsewhere.
func TestEveryByte(t *testing.T) {
	w := signtest.New(t)
	signed := w.Sign(signtest.Program([]byte("a program")))
	at := table(signed)
	accepted := 0
	for i := range signed {
		if i > at && i%7 != 0 || i > atContent && i <= at && i%5 != 0 {
			continue // to be done in a second: all headers, and some of the rest
		}
		_, err := verify(t, edit(signed, func(b []byte) { b[i] ^= 1 << (i % 8) }), w.Signer())
		switch {
		case err != nil && !authenticode.IsRefusal(err):
			t.Errorf("byte %d: %v is no refusal", i, err)
		case err != nil || atChecksum <= i && i < atChecksum+4:
		case i < at:
			t.Errorf("byte %d of the file (table at %d) can be changed", i, at)
		default:
			accepted++
			t.Logf("byte %d of %d in the table can be changed", i-at, len(signed)-at)
		}
	}
	if accepted > 12 {
		t.Errorf("%d bytes of the table can be changed", accepted)
	}
}

func TestWhoSigned(t *testing.T) {
	w := signtest.New(t)
	program := signtest.Program([]byte("a program"))
	code := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} }
	between := func(from, to int) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			code(c)
			c.NotBefore, c.NotAfter = time.Now().AddDate(0, from, 0), time.Now().AddDate(0, to, 0)
		}
	}
	rogue := w.Make("authority", nil, nil) // the same name, another key
	withKey := func(key crypto.Signer) func(*x509.Certificate) {
		return func(c *x509.Certificate) { code(c); c.PublicKey = key }
	}
	make := func(parent *signtest.Identity, edit func(*x509.Certificate)) *signtest.Identity {
		return w.Make(signtest.Publisher, parent, edit)
	}
	stamp := func(i *signtest.Identity, at time.Time) []string {
		if time.Since(at) < time.Minute {
			return []string{"-ts", w.Stamps(i)}
		}
		return []string{"-TSA-certs", i.Chain, "-TSA-key", i.KeyFile, "-TSA-time", strconv.FormatInt(at.Unix(), 10)}
	}
	help, _ := exec.CommandContext(t.Context(), "osslsigncode", "sign", "--help").CombinedOutput()
	backdates := bytes.Contains(help, []byte("-TSA-time")) // from 2.6 on
	stamper := w.Stamper
	now := time.Now()
	for name, c := range map[string]struct {
		by   *signtest.Identity
		more []string
		want error
	}{
		"as it should be":                      {make(w.Authority, code), stamp(stamper, now), nil},
		"RSA 2048":                             {make(w.Authority, withKey(signtest.RSA(t, 2048))), stamp(stamper, now), nil},
		"expired, stamped while it was valid":  {make(w.Authority, between(-8, -2)), append(stamp(stamper, now.AddDate(0, -4, 0)), "-time", strconv.FormatInt(now.AddDate(0, -4, 0).Unix(), 10)), nil},
		"expired, stamped afterwards":          {make(w.Authority, between(-8, -2)), append(stamp(stamper, now), "-time", strconv.FormatInt(now.AddDate(0, -4, 0).Unix(), 10)), authenticode.ErrUntrusted},
		"expired, not stamped":                 {make(w.Authority, between(-8, -2)), []string{"-time", strconv.FormatInt(now.AddDate(0, -4, 0).Unix(), 10)}, authenticode.ErrTimeStamp},
		"not stamped":                          {make(w.Authority, code), nil, authenticode.ErrTimeStamp},
		"another publisher, same authority":    {w.Make("Somebody", w.Authority, code), stamp(stamper, now), authenticode.ErrPublisher},
		"the name with a space":                {w.Make(signtest.Publisher+" ", w.Authority, code), stamp(stamper, now), authenticode.ErrPublisher},
		"the same names, another authority":    {make(rogue, code), stamp(stamper, now), authenticode.ErrUntrusted},
		"self-signed":                          {make(nil, code), stamp(stamper, now), authenticode.ErrUntrusted},
		"for servers":                          {make(w.Authority, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), stamp(stamper, now), authenticode.ErrUntrusted},
		"for nothing in particular":            {make(w.Authority, nil), stamp(stamper, now), authenticode.ErrUntrusted},
		"RSA 1024":                             {make(w.Authority, withKey(signtest.RSA(t, 1024))), stamp(stamper, now), authenticode.ErrWeak},
		"stamped by another authority":         {make(w.Authority, code), stamp(w.Make("stamper", rogue, signtest.StampOnly), now), authenticode.ErrTimeStamp},
		"stamped by the publisher's authority": {make(w.Authority, code), stamp(w.Make("stamper", w.Authority, signtest.StampOnly), now), authenticode.ErrTimeStamp},
		"stamped by an expired one":            {make(w.Authority, code), stamp(w.Make("old", w.StampRoot, func(c *x509.Certificate) { signtest.StampOnly(c); c.NotAfter = now.AddDate(0, -1, 0) }), now), authenticode.ErrTimeStamp},
	} {
		t.Run(name, func(t *testing.T) {
			if slices.Contains(c.more, "-TSA-time") && !backdates {
				t.Skip("this osslsigncode cannot stamp in the past")
			}
			data := w.SignWith(program, append([]string{"sign", "-certs", c.by.Chain, "-key", c.by.KeyFile, "-h", "sha256"}, c.more...))
			if _, err := verify(t, data, w.Signer()); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	t.Run("pinned to the publisher alone", func(t *testing.T) {
		by := manifest.Signer{Name: signtest.Publisher, Authority: w.Publisher.Pin(), TimeStamp: w.Stamper.Pin()}
		if _, err := verify(t, w.Sign(program), by); err != nil {
			t.Error(err)
		}
	})
}

func TestAttacksOnInstallers(t *testing.T) {
	w := signtest.New(t)
	file := make([]byte, 20_000) // which no cabinet makes smaller
	if _, err := rand.NewChaCha8([32]byte{}).Read(file); err != nil {
		t.Fatal(err)
	}
	plain := signtest.Installer(t, file)
	for how, args := range map[string][]string{"content only": nil, "names covered": {"-add-msi-dse"}} {
		signed := w.Sign(plain, args...)
		renamed := authenticode.ErrTampered
		if args == nil {
			renamed = nil // the one hole of this kind of signature, which Windows has too
		}
		name := bytes.Index(signed, []byte("S\x00u\x00m\x00m\x00a\x00r\x00y\x00"))
		entries := streams(signed)
		large := slices.MaxFunc(entries, func(a, b int) int {
			return cmp.Compare(binary.LittleEndian.Uint32(signed[a+120:]), binary.LittleEndian.Uint32(signed[b+120:]))
		})
		other := entries[slices.IndexFunc(entries, func(at int) bool { return at != large })]
		small := slices.DeleteFunc(slices.Clone(entries), func(at int) bool {
			size := binary.LittleEndian.Uint32(signed[at+120:])
			return size == 0 || size >= 4096 || bytes.Contains(signed[at:at+64], []byte("\x05\x00")) // nor a signature's own
		})
		for attack, c := range map[string]struct {
			data []byte
			want error
		}{
			"unsigned":         {plain, authenticode.ErrUnsigned},
			"a sector more":    {append(bytes.Clone(signed), make([]byte, 512)...), authenticode.ErrTampered},
			"a program more":   {append(bytes.Clone(signed), signtest.Program(nil)...), authenticode.ErrTampered},
			"cut off":          {signed[:len(signed)/2], authenticode.ErrMalformed},
			"another version":  {edit(signed, func(b []byte) { b[26] = 9 }), authenticode.ErrMalformed},
			"no allocation":    {edit(signed, func(b []byte) { binary.LittleEndian.PutUint32(b[76:], 0x7FFFFFFF) }), authenticode.ErrMalformed},
			"4 G of sectors":   {edit(signed, func(b []byte) { binary.LittleEndian.PutUint32(b[44:], 0xFFFFFFFF) }), authenticode.ErrMalformed},
			"a directory loop": {edit(signed, func(b []byte) { loop(b) }), authenticode.ErrMalformed},
			"twins":            {edit(signed, func(b []byte) { copy(b[entries[1]:entries[1]+66], b[entries[0]:entries[0]+66]) }), authenticode.ErrMalformed},
			"two owners":       {edit(signed, func(b []byte) { copy(b[other+116:other+124], b[large+116:large+124]) }), authenticode.ErrMalformed},
			"two small owners": {edit(signed, func(b []byte) { copy(b[small[0]+116:small[0]+124], b[small[1]+116:small[1]+124]) }), authenticode.ErrMalformed},
			"the name changed": {edit(signed, func(b []byte) { b[name] = 's' }), renamed},
			"a stream of 4 GB": {edit(signed, func(b []byte) { binary.LittleEndian.PutUint32(b[name-2+120:], 0xFFFFFFF0) }), authenticode.ErrMalformed},
		} {
			t.Run(how+"/"+attack, func(t *testing.T) {
				if _, err := verify(t, c.data, w.Signer()); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		}
		t.Run(how+"/content", func(t *testing.T) {
			before, err := authenticode.Content(t.Context(), bytes.NewReader(plain), int64(len(plain)))
			if err != nil {
				t.Fatal(err)
			}
			after, err := authenticode.Content(t.Context(), bytes.NewReader(signed), int64(len(signed)))
			if err != nil || before != after {
				t.Errorf("signing changed the content: %v", err)
			}
		})
	}
}

// TestInstallerBytes: whatever is accepted of a changed installer package, whose
// names are covered, has the same streams under the same names.
func TestInstallerBytes(t *testing.T) {
	w := signtest.New(t)
	signed := w.Sign(signtest.Installer(t, []byte("a file")), "-add-msi-dse")
	content := func(data []byte) (manifest.Digest, error) {
		return authenticode.Content(t.Context(), bytes.NewReader(data), int64(len(data)))
	}
	want, err := content(signed)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := 0; i < len(signed); i += 17 {
		changed := edit(signed, func(b []byte) { b[i] ^= 1 << (i % 8) })
		if _, err := verify(t, changed, w.Signer()); err != nil {
			refused++
			continue
		}
		if got, err := content(changed); err != nil || got != want {
			t.Errorf("byte %d: accepted, with another content (%v)", i, err)
		}
	}
	t.Logf("%d of %d changes refused; the others are in what no stream uses", refused, len(signed)/17)
}

// streams is where the directory's first sectors have entries of streams.
func streams(b []byte) (at []int) {
	first := 512 + 512*int(binary.LittleEndian.Uint32(b[48:]))
	for n := first; n+128 <= len(b) && len(at) < 40; n += 128 {
		if b[n+66] == 2 && b[n+64] <= 64 && b[n+65] == 0 {
			at = append(at, n)
		}
	}
	return at
}

// loop makes the directory's first sector lead to itself.
func loop(b []byte) {
	directory, fat := binary.LittleEndian.Uint32(b[48:]), binary.LittleEndian.Uint32(b[76:])
	binary.LittleEndian.PutUint32(b[512+512*fat+4*directory:], directory)
}

// TestStampOfAnother: the time stamp of one signature says nothing of another
// one, also of the same program by the same publisher.
func TestStampOfAnother(t *testing.T) {
	w := signtest.New(t)
	program := signtest.Program([]byte("a program"))
	token := func(data []byte) []byte {
		at := table(data)
		length := int(binary.LittleEndian.Uint32(data[at:]))
		for length > 8 && data[at+length-1] == 0 && !parses(data[at+8:at+length]) {
			length--
		}
		p, err := pkcs7.Parse(data[at+8 : at+length])
		if err != nil {
			t.Fatal(err)
		}
		return p.Signers[0].UnauthenticatedAttributes[0].Value.FullBytes
	}
	first := w.Sign(program)
	for range 200 { // signatures differ in length by a byte or two
		second := w.Sign(program)
		if len(token(first)) != len(token(second)) || len(first) != len(second) {
			continue
		}
		mixed := bytes.Replace(second, token(second), token(first), 1)
		if _, err := verify(t, mixed, w.Signer()); !errors.Is(err, authenticode.ErrTimeStamp) {
			t.Errorf("%v, want %v", err, authenticode.ErrTimeStamp)
		}
		return
	}
	t.Error("no two stamps of one length")
}

func parses(der []byte) bool {
	_, err := pkcs7.Parse(der)
	return err == nil
}

func TestContent(t *testing.T) {
	w := signtest.New(t)
	program := signtest.Program([]byte("a program"))
	content := func(data []byte) manifest.Digest {
		d, err := authenticode.Content(t.Context(), bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, data := range [][]byte{program, program[:len(program)-3]} {
		if content(data) != content(w.Sign(data)) {
			t.Error("signing changed the content")
		}
		if content(data) == content(edit(data, func(b []byte) { b[atContent] ^= 1 })) {
			t.Error("another program has the same content")
		}
	}
}

// TestLargeFiles: a file of 1 GiB takes no memory, and one that only says so no
// time.
func TestLargeFiles(t *testing.T) {
	head := signtest.Program([]byte("a program"))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := io.NewSectionReader(zeros{head}, 0, 1<<30)
	if _, err := authenticode.Content(t.Context(), r, 1<<30); err != nil {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d bytes of memory for 1 GiB", got)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := authenticode.Read(ctx, r, 1<<30); !errors.Is(err, authenticode.ErrUnsigned) {
		t.Errorf("unsigned: %v", err)
	}
	if _, err := authenticode.Content(ctx, r, 1<<30); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// zeros is a file that begins with head and is zero from there on.
type zeros struct{ head []byte }

func (z zeros) ReadAt(b []byte, at int64) (int, error) {
	clear(b)
	if at < int64(len(z.head)) {
		copy(b, z.head[at:])
	}
	return len(b), nil
}
