package signtest

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program is a small Windows program, 64 bit, of one section with the given
// bytes. Windows would load it; it does nothing that ends well.
func Program(content []byte) []byte {
	const headers, at = 0x200, 0x80
	raw := (len(content) + 0x1ff) &^ 0x1ff
	b := make([]byte, headers+raw)
	le := binary.LittleEndian
	copy(b, "MZ")
	le.PutUint32(b[60:], at)
	copy(b[at:], "PE\x00\x00")
	coff, optional := b[at+4:], b[at+24:]
	le.PutUint16(coff, 0x8664)
	le.PutUint16(coff[2:], 1)     // sections
	le.PutUint16(coff[16:], 240)  // size of the optional header
	le.PutUint16(coff[18:], 0x22) // executable, large addresses
	le.PutUint16(optional, 0x20b)
	le.PutUint32(optional[16:], 0x1000) // entry point
	le.PutUint64(optional[24:], 0x140000000)
	le.PutUint32(optional[32:], 0x1000) // alignment of sections
	le.PutUint32(optional[36:], 0x200)  // and in the file
	le.PutUint16(optional[48:], 6)      // subsystem version
	le.PutUint32(optional[56:], 0x1000+uint32(raw+0xfff)&^0xfff)
	le.PutUint32(optional[60:], headers)
	le.PutUint16(optional[68:], 3) // console
	le.PutUint32(optional[108:], 16)
	section := optional[240:]
	copy(section, ".text")
	le.PutUint32(section[8:], uint32(len(content)))
	le.PutUint32(section[12:], 0x1000)
	le.PutUint32(section[16:], uint32(raw))
	le.PutUint32(section[20:], headers)
	le.PutUint32(section[36:], 0x60000020)
	copy(b[headers:], content)
	return b
}

const source = `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="6F1B0B6E-7C6C-4A55-9C0E-0D6B0B5D7A10" Name="Signed" Language="1041" Version="1.0.0" Manufacturer="Test" UpgradeCode="5C6A3B2D-0B7E-4B59-8E15-0E5E2B9F3D11">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine"/>
    <Media Id="1" Cabinet="a.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="INSTALLDIR" Name="Signed">
        <Component Id="C" Guid="0B9F2E54-3C86-4C38-A0C5-5A0C2B9A7E12" Win64="yes"><File Id="F" Name="f.bin" Source="f.bin" KeyPath="yes"/></Component>
      </Directory>
    </Directory>
    <Feature Id="Main" Level="1"><ComponentRef Id="C"/></Feature>
  </Product>
</Wix>
`

// Installer is a real Windows Installer package with one file of the given
// bytes. It skips the test where wixl is not there.
func Installer(t testing.TB, content []byte) []byte {
	t.Helper()
	if _, err := exec.LookPath("wixl"); err != nil {
		t.Skip("needs wixl, see .ci/tools")
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"a.wxs": []byte(source), "f.bin": content} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "wixl", "-a", "x64", "-o", "a.msi", "a.wxs")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("wixl: %v\n%s", err, said)
	}
	data, err := os.ReadFile(filepath.Join(dir, "a.msi"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
