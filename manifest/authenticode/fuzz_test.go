package authenticode_test

import (
	"bytes"
	"os/exec"
	"testing"

	"github.com/koshin-updater/koshin/manifest/authenticode"
	"github.com/koshin-updater/koshin/manifest/authenticode/signtest"
)

// FuzzRead: whatever a file holds, reading it ends with a verdict.
func FuzzRead(f *testing.F) {
	f.Add(signtest.Program([]byte("a program")))
	if _, err := exec.LookPath("osslsigncode"); err == nil {
		w := signtest.New(f)
		f.Add(w.Sign(signtest.Program([]byte("a program"))))
		if _, err := exec.LookPath("wixl"); err == nil {
			f.Add(w.Sign(signtest.Installer(f, []byte("a file")), "-add-msi-dse"))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, size := bytes.NewReader(data), int64(len(data))
		_, err := authenticode.Read(t.Context(), r, size)
		if err != nil && !authenticode.IsRefusal(err) {
			t.Errorf("%v is no refusal", err)
		}
		if _, err := authenticode.Content(t.Context(), r, size); err != nil && !authenticode.IsRefusal(err) {
			t.Errorf("content: %v is no refusal", err)
		}
	})
}
