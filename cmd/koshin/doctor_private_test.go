package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/cmd/internal/terminal"
	"github.com/koshin-updater/koshin/updater/doctor/mend"
	ws "github.com/koshin-updater/koshin/updater/doctor/winsettings"
	"github.com/koshin-updater/koshin/updater/doctor/winsettings/winsettingstest"
)

// What names a person or this PC is planted wherever it could come in, and comes
// out nowhere: not on the screen, not in the document, not in the saved file.
func TestDoctorNamesNobody(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home", "hanako.tanaka")
	if err := os.MkdirAll(filepath.Join(home, "client"), 0o755); err != nil {
		t.Fatal(err)
	}
	secrets := []string{"hanako.tanaka", "SECRET-PW", "KAIGO-PC-07", "1234567890", "S-1-5-21-1-2-3"}
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("USERNAME", "hanako.tanaka")
	t.Setenv("COMPUTERNAME", "KAIGO-PC-07")
	t.Setenv("HTTPS_PROXY", "http://hanako.tanaka:SECRET-PW@127.0.0.1:9")
	t.Setenv("http_proxy", "hanako.tanaka:SECRET-PW@127.0.0.1:9")

	place := func(name string) ws.Place { return ws.Place{Hive: ws.User, Key: ws.Tick().Key, Name: name} }
	r := new(winsettingstest.Registry).
		Set(place("ProxyEnable"), ws.Number(1)).
		Set(place("ProxyServer"), ws.Text("https=http://hanako.tanaka:SECRET-PW@127.0.0.1:9")).
		Set(place("AutoConfigURL"), ws.Text("http://KAIGO-PC-07/proxy.pac?user=hanako.tanaka"))
	w := aWindows(r)
	w.myself = func() (mend.Who, error) {
		return mend.Who{User: "S-1-5-21-1-2-3-500", Elevated: true, Session: operator}, nil
	}
	config := filepath.Join(home, "koshin.toml")
	text := "submission = \"self\"\nstate_dir = 'state'\n[source]\nurls = ['repo']\nanchor = 'nowhere-1234567890.json'\nproxy = 'http://hanako.tanaka:SECRET-PW@127.0.0.1:9'\n" +
		"[[product]]\nid = 'torikomi-soshin'\ndir = '" + filepath.Join(home, "client") + "'\n"
	for name, content := range map[string]string{
		"an anchor that is not there": text,
		"a key that nobody knows":     "hanako_tanaka = 'hanako.tanaka'\n",
		"a folder of a person":        strings.Replace(text, "nowhere-1234567890.json", "root.json", 1),
	} {
		for _, file := range []string{config, filepath.Join(home, "root.json")} {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range [][]string{{"--json"}, {"--lang", "ja"}, {"--lang", "en", "--report", filepath.Join(t.TempDir(), "saved.html")}} {
			var out, talk bytes.Buffer
			streams := terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &talk}
			m := machine{config: config, windows: w}
			runOn(t.Context(), m, append([]string{"doctor", "--config", config}, args...), streams)
			all := out.String()
			if len(args) > 3 {
				saved, err := os.ReadFile(args[3])
				if err != nil {
					t.Fatal(name, err, talk.String())
				}
				all += string(saved)
			}
			if len(all) < 1000 {
				t.Errorf("%s, %q: there is no diagnosis: %s%s", name, args, all, talk.String())
			}
			for _, secret := range secrets {
				if strings.Contains(all, secret) {
					i := strings.Index(all, secret)
					t.Errorf("%s, %q: %s came out: …%s…", name, args, secret, all[max(0, i-80):min(len(all), i+40)])
				}
			}
		}
	}
}
