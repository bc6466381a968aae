package redact_test

import (
	"testing"

	"github.com/koshin-updater/koshin/updater/redact"
)

func TestText(t *testing.T) {
	n := redact.New([]string{`C:\Users\tanaka`, "/home/suzuki", "/root", `C:\Windows\system32\config\systemprofile`}, []string{"tanaka", "田中花子", "JIMU-PC01", "root", "SYSTEM", "ai"})
	cases := map[string]string{
		`open C:\Users\tanaka\claims\a.txt: Access is denied.`:                    `open ~\claims\a.txt: Access is denied.`,
		`open c:/users/TANAKA/a.txt`:                                              `open ~/a.txt`,
		`{"path":"C:\\Users\\tanaka\\a.txt"}`:                                     `{"path":"~\\a.txt"}`,
		`C:\Users\tanaka2\a.txt`:                                                  `C:\Users\***\a.txt`,
		`D:\Users\yamada\x`:                                                       `D:\Users\***\x`,
		`C:\Users\Public\Desktop`:                                                 `C:\Users\Public\Desktop`,
		`/home/sato/.config and /home/suzuki/.config`:                             `/home/***/.config and ~/.config`,
		`/Users/sato/Library`:                                                     `/Users/***/Library`,
		`/root/x of root, by SYSTEM`:                                              `/root/x of root, by SYSTEM`,
		`C:\Windows\system32\config\systemprofile\x`:                              `C:\Windows\system32\config\systemprofile\x`,
		`signed in: JIMU-PC01\tanaka`:                                             `signed in: ***\***`,
		`jimu-pc01, Tanaka; 田中花子 tanaka tanaka`:                                   `***, ***; *** *** ***`,
		`tanakaya.example is not tanaka's`:                                        `tanakaya.example is not ***'s`,
		`HKEY_USERS\S-1-5-21-1-2-3-1001\Software, S-1-5-18, S-1-12-1-4-5`:         `HKEY_USERS\S-1-5-21-***\Software, S-1-5-18, S-1-12-1-***`,
		`file is in use by client.exe (pid 812, OTHER\yamada): sharing`:           `file is in use by client.exe (pid 812): sharing`,
		`事業所番号 1312345678、証 0001234567,0001234568`:                                `事業所番号 ***、証 ***,***`,
		`12345678901 123456789 1.1234567890 K1234567890.csv 1234567890.5`:         `*** 123456789 1.1234567890 K***.csv ***.5`,
		`請求_1312345678_202611.csv, 1312345678202611.dat, １３１２３４５６７８`:              `請求_***_202611.csv, ***.dat, ***`,
		`2021.1312345678.csv 20261122T222333.807-14201.jsonl`:                     `2021.***.csv 20261122T222333.807-14201.jsonl`,
		`sha256 503808c8286fd543a297c49d07808fd50b57f4ed371234567890623b42f5c226`: `sha256 503808c8286fd543a297c49d07808fd50b57f4ed371234567890623b42f5c226`,
		`dial tcp 127.0.0.1:443: connect: connection refused`:                     `dial tcp 127.0.0.1:443: connect: connection refused`,
		`x509: certificate signed by unknown authority (CN=Company Proxy)`:        `x509: certificate signed by unknown authority (CN=Company Proxy)`,
		`事業所番号は1312345678。 1312345678.`:                                           `事業所番号は***。 ***.`,
		`利用者は田中花子さん`:                                                              `利用者は***さん`,
		``:                                                                        ``,
	}
	for text, want := range cases {
		if got := n.Text(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
	if got := (redact.Names{}).Text(`C:\Users\tanaka\a`); got != `C:\Users\***\a` {
		t.Errorf("without names: %q", got)
	}
}

// What stands in the working folder are nobody's names.
func TestSystemWithoutAFolderOfUsers(t *testing.T) {
	t.Setenv("PUBLIC", "")
	if got := redact.System().Text("redact.go is here"); got != "redact.go is here" {
		t.Errorf("%q", got)
	}
}

// Whatever this PC is called, other people's homes are masked too.
func TestSystem(t *testing.T) {
	if got := redact.System().Text(`D:\Users\yamada\x`); got != `D:\Users\***\x` {
		t.Errorf("%q", got)
	}
}
