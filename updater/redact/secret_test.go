package redact_test

import (
	"strings"
	"testing"

	"github.com/koshin-updater/koshin/updater/redact"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n", 20)
	for text, want := range map[string]string{
		`proxy = 'http://tanaka:p@ss/w0rd@proxy.example:8080'`:                  `proxy = ***@proxy.example:8080'`,
		`urls = ['https://tanaka:p"w 2@updates.example/']`:                      `urls = ['https://***@updates.example/']`,
		`urls = ["https://tanaka:p'w 2@updates.example/"]`:                      `urls = ["https://***@updates.example/"]`,
		`proxy = "tanaka:pass@proxy.example:8080"`:                              `proxy = ***@proxy.example:8080"`,
		`open http://tanaka:p/w0rd@proxy:1 now`:                                 `open http://***@proxy:1 now`,
		`mail hanako.tanaka@example.jp`:                                         `mail ***@example.jp`,
		`"url":"https:\/\/u:p@host/x"`:                                          `"url":"https:\/\/***@host/x"`,
		`https://updates.example/koshin/ TLS 1.2`:                               `https://updates.example/koshin/ TLS 1.2`,
		`password=hunter2 next`:                                                 `password=*** next`,
		`Password: hunter2, next`:                                               `Password: ***, next`,
		`{"password":"hunter 2","n":1}`:                                         `{"password":"***","n":1}`,
		`error="{\"password\":\"hunter 2\",\"n\":1}"`:                           `error="{\"password\":\"***\",\"n\":1}"`,
		`パスワード：ひみつ123 です`:                                                       `パスワード：*** です`,
		`パスワードはhunter2。次`:                                                       `パスワードは***。次`,
		`氏名、パスワードは含まれていません。`:                                                    `氏名、パスワードは含まれていません。`,
		`パスワードは「hunter2」`:                                                       `パスワードは「***」`,
		`--token 'abc' --token='abc'`:                                           `--token 'abc' --token='***'`,
		`Proxy-Authorization: Basic dGFuYWthOnBhc3M=`:                           `Proxy-Authorization: ***`,
		`sent Basic dGFuYWthOnBhc3N3b3Jk again`:                                 `sent Basic *** again`,
		`Get "https://store.example/x?sp=r&sig=aB%2Fc%3D&se=2026": no`:          `Get "https://store.example/x?sp=r&sig=***&se=2026": no`,
		`https://store.example/x?X-Amz-Signature=0a1b&y=1 https://s/?jwt=e.y.J`: `https://store.example/x?X-Amz-Signature=***&y=1 https://s/?jwt=***`,
		`the signature=expected of a role`:                                      `the signature=expected of a role`,
		`basic constraints are wrong`:                                           `basic constraints are wrong`,
		`"user":"yamada","x":"user":"system"`:                                   `"user":"***","x":"user":"system"`,
		"a\n-----BEGIN PRIVATE KEY-----\n" + key + "-----END PRIVATE KEY-----b": "a\n-----BEGIN PRIVATE KEY----- ***b",
		"-----BEGIN CERTIFICATE-----\n" + key:                                   `-----BEGIN CERTIFICATE----- ***`,
		strings.Repeat("Ab1/", 16) + "==":                                       `***`,
		strings.Repeat("ab12", 16):                                              strings.Repeat("ab12", 16),
	} {
		if got := (redact.Names{}).Text(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://u:p@w@host:1": "http://host:1", "u:p@host:1": "host:1", "http://host:1": "http://host:1", "auto": "auto", "": "",
	} {
		if got := redact.Address(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

// What people named themselves leaves the PC under no name.
func TestStrict(t *testing.T) {
	t.Parallel()
	n := redact.New(nil, nil).Preserving([]string{"data/**", "a/deep/folder/*.txt", "*.dat", "settings.ini", "**"})
	for text, want := range map[string]string{
		`path="C:\Client\data\Tanaka Hanako.csv" error="x"`:    `path="C:\Client\data\***" error="x"`,
		`{"path":"data\\Tanaka\\x.csv","size":1}`:              `{"path":"data\\***","size":1}`,
		`open /opt/client/DATA/x/Tanaka.csv: no`:               `open /opt/client/DATA/***: no`,
		`path=A/Deep/Folder/Suzuki.txt`:                        `path=A/Deep/Folder/***`,
		`metadata/timestamp.json and update/1`:                 `metadata/timestamp.json and update/1`,
		`open C:\Client\Suzuki.dat: no`:                        `open C:\Client\***.dat: no`,
		`C:\Client\settings.ini`:                               `C:\Client\settings.ini`,
		`open C:\Client\請求\田中 花子.csv: x`:                       `open C:\Client\***\***: x`,
		`/srv/取込送信/bin/client.exe`:                             `/srv/***/bin/client.exe`,
		`{"path":"C:\\取込送信\\bin","message":{"ja":"確認しています…"}}`: `{"path":"C:\\***\\bin","message":{"ja":"確認しています…"}}`,
		`http://ホスト:ポート`:                                       `http://ホスト:ポート`,
		`file:///srv/請求/x C:/請求/x`:                             `file:///srv/***/x C:/***/x`,
		`<p>接続を確認しました</p><p>次</p>`:                             `<p>接続を確認しました</p><p>次</p>`,
	} {
		if got := n.Strict(text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
	if got := n.Text(`/srv/取込送信/bin`); got != `/srv/取込送信/bin` {
		t.Errorf("a single record: %q", got)
	}
}

// A disk may have names that are no text, and a note patterns that are none.
func TestOddNames(t *testing.T) {
	t.Parallel()
	n := redact.New([]string{"/home/\xff", `C:\Users\[`}, []string{"\xff\xfe\xfd", "(((", "sato"}).Preserving([]string{"\xff/**", "[/**", "*.(", "*", "", "/", strings.Repeat("x", 1000) + "/**"})
	if got := n.Strict(`sato ((( C:\Users\[\x`); got != `*** *** ~\***` {
		t.Errorf("%q", got)
	}
	if got := n.Strict(`/srv/x`); got != `/srv/x` {
		t.Errorf("%q", got)
	}
}

// Whatever stands around, a number and a password that stand by themselves go,
// and masking what is masked changes nothing.
func FuzzText(f *testing.F) {
	f.Add("open ", ": no", "C:\\Users\\x")
	f.Add("-----BEGIN X", "@", "\\\"password\":")
	n := redact.New([]string{`C:\Users\tanaka`}, []string{"tanaka"}).Preserving([]string{"data/**"})
	f.Fuzz(func(t *testing.T, before, between, after string) {
		text := before + " 1312345678 " + between + "\npassword=hunter2\n" + after
		for _, got := range []string{n.Text(text), n.Strict(text)} {
			for _, secret := range []string{"1312345678", "hunter2"} {
				if strings.Contains(got, secret) && !strings.Contains(before+between+after, secret) {
					t.Errorf("%q: %s came out: %q", text, secret, got)
				}
			}
		}
	})
}
