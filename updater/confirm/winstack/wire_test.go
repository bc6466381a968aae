package winstack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koshin-updater/koshin/manifest"
	"github.com/koshin-updater/koshin/updater/confirm"
)

var question = confirm.Ask{Stack: manifest.StackWinHTTP, URL: "https://host.example:8443/health?x=1", OnlyTLS12: true}

func answerOf(t testing.TB, p confirm.StackProof) []byte {
	t.Helper()
	raw, err := json.Marshal(reply{Schema: replySchema, Proof: p})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What Serve writes is what Through understands, whatever the system.
func TestThroughServe(t *testing.T) {
	t.Parallel()
	var asked []byte
	ask := Through(func(ctx context.Context, input []byte) ([]byte, error) {
		asked = input
		var out bytes.Buffer
		err := Serve(ctx, bytes.NewReader(input), &out)
		return out.Bytes(), err
	})
	q := confirm.Ask{Stack: manifest.StackWinHTTP, URL: "https://127.0.0.1:1/", OnlyTLS12: true} // nobody listens
	want := confirm.CauseRefused
	if runtime.GOOS != "windows" {
		want = confirm.CauseUnavailable
	}
	proof := ask(t.Context(), q)
	if proof.OK != nil && *proof.OK || proof.Cause != want || proof.Error == "" || proof.Stack != manifest.StackWinHTTP || proof.User != confirm.Operator {
		t.Errorf("%+v", proof)
	}
	if r, err := parseRequest(asked); err != nil || r.Ask != q || r.Budget < 5000 {
		t.Errorf("asked %s: %+v, %v", asked, r, err)
	}
}

// Nobody signed in, a program that crashes, an answer that is none: not asked.
func TestThroughNobody(t *testing.T) {
	t.Parallel()
	nobody := errors.New("nobody")
	for name, run := range map[string]func(context.Context, []byte) ([]byte, error){
		"not run":   func(context.Context, []byte) ([]byte, error) { return nil, nobody },
		"silent":    func(context.Context, []byte) ([]byte, error) { return nil, nil },
		"something": func(context.Context, []byte) ([]byte, error) { return []byte(`{"schema":"koshin/check/1"}`), nil },
	} {
		proof := Through(run)(t.Context(), question)
		if proof.OK != nil || proof.Cause != confirm.CauseUnavailable || proof.Err == nil || proof.Stack != manifest.StackWinHTTP {
			t.Errorf("%s: %+v", name, proof)
		}
		if name == "not run" && !errors.Is(proof.Err, nobody) {
			t.Errorf("%v", proof.Err)
		}
	}
}

// WinINet has no way to offer TLS 1.2 alone: it must not seem to have done so,
// and no program is started to say it.
func TestWinINetOnlyTLS12(t *testing.T) {
	t.Parallel()
	q := confirm.Ask{Stack: manifest.StackWinINet, URL: "https://localhost/", OnlyTLS12: true}
	through := Through(func(context.Context, []byte) ([]byte, error) {
		t.Error("started")
		return nil, nil
	})
	for _, ask := range []confirm.AskFunc{Ask, through} {
		if p := ask(t.Context(), q); p.OK != nil || p.Cause != confirm.CauseUnavailable || !errors.Is(p.Err, errVersions) {
			t.Errorf("%+v", p)
		}
	}
}

// A child must have given up before its parent does.
func TestThroughBudget(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	Through(func(_ context.Context, input []byte) ([]byte, error) {
		r, err := parseRequest(input)
		if err != nil || r.Budget > 3500 || r.Budget < 1 {
			t.Errorf("%+v, %v", r, err)
		}
		return nil, nil
	})(ctx, question)
}

func TestParseReply(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	good := confirm.StackProof{
		Stack: manifest.StackWinHTTP, OK: &yes, TLS: "TLS 1.2", Suite: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
		ChainSHA256: []string{strings.Repeat("ab", 32)}, Issuer: "CN=日本の認証局", Status: 200, Elapsed: 0.5,
	}
	bad := confirm.StackProof{Stack: manifest.StackWinHTTP, OK: &no, Cause: confirm.CauseUnknownRoot, Code: 12175, Error: "WinHttpSendRequest: error 12175"}
	for _, p := range []confirm.StackProof{good, bad, {Cause: confirm.CauseUnavailable, Error: "not here"}} {
		got, err := parseReply(answerOf(t, p))
		if err != nil || (got.Err != nil) != (p.Error != "") {
			t.Errorf("%+v: %v", got, err)
		}
		if got.Err = nil; !reflect.DeepEqual(got, p) {
			t.Errorf("got %+v, want %+v", got, p)
		}
	}
	for name, change := range map[string]func(*confirm.StackProof){
		"a success with a cause":    func(p *confirm.StackProof) { p.Cause = confirm.CauseDNS },
		"a failure without":         func(p *confirm.StackProof) { p.OK = &no },
		"not asked without":         func(p *confirm.StackProof) { p.OK = nil },
		"not asked, and refused":    func(p *confirm.StackProof) { p.OK, p.Cause = nil, confirm.CauseRefused },
		"asked, and unavailable":    func(p *confirm.StackProof) { p.OK, p.Cause = &no, confirm.CauseUnavailable },
		"a cause of its own":        func(p *confirm.StackProof) { p.OK, p.Cause = &no, "please call 0120" },
		"an escape sequence":        func(p *confirm.StackProof) { p.Issuer = "\x1b[2J" },
		"a line of its own":         func(p *confirm.StackProof) { p.Error = "a\nb" },
		"a long text":               func(p *confirm.StackProof) { p.Root = strings.Repeat("x", maxText+1) },
		"a hash that is none":       func(p *confirm.StackProof) { p.ChainSHA256 = []string{"abcd"} },
		"a chain without end":       func(p *confirm.StackProof) { p.ChainSHA256 = slices.Repeat(p.ChainSHA256, maxChain+1) },
		"no HTTP status":            func(p *confirm.StackProof) { p.Status = 1000 },
		"a time before it began":    func(p *confirm.StackProof) { p.Elapsed = -1 },
		"another attempt inside":    func(p *confirm.StackProof) { p.OnlyTLS12 = &bad },
		"what only the parent says": func(p *confirm.StackProof) { p.LocalRoot = true },
	} {
		p := good
		change(&p)
		if _, err := parseReply(answerOf(t, p)); !errors.Is(err, ErrReply) {
			t.Errorf("%s: %v", name, err)
		}
	}
	raw := answerOf(t, good)
	for name, output := range map[string][]byte{
		"nothing":          nil,
		"half":             raw[:len(raw)/2],
		"two":              append(append([]byte{}, raw...), raw...),
		"an unknown field": bytes.Replace(raw, []byte(`"proof"`), []byte(`"command":"x","proof"`), 1),
		"another schema":   bytes.Replace(raw, []byte(replySchema), []byte("koshin/probe/2"), 1),
		"far too long":     append(bytes.Repeat([]byte(" "), MaxReply), raw...),
	} {
		if _, err := parseReply(output); !errors.Is(err, ErrReply) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	good := request{Schema: requestSchema, Ask: question, Budget: 1000}
	for name, change := range map[string]func(*request){
		"another schema":     func(r *request) { r.Schema = "" },
		"no time":            func(r *request) { r.Budget = 0 },
		"all the time":       func(r *request) { r.Budget = maxBudget.Milliseconds() + 1 },
		"plain http":         func(r *request) { r.Ask.URL = "http://host.example/" },
		"a file":             func(r *request) { r.Ask.URL = "file:///C:/Windows/win.ini" },
		"a share":            func(r *request) { r.Ask.URL = `\\host\share` },
		"no host":            func(r *request) { r.Ask.URL = "https:///x" },
		"a password":         func(r *request) { r.Ask.URL = "https://user:secret@host.example/" },
		"port 0":             func(r *request) { r.Ask.URL = "https://host.example:0/" },
		"a port too high":    func(r *request) { r.Ask.URL = "https://host.example:65536/" },
		"a zero byte":        func(r *request) { r.Ask.URL = "https://host.example/%00\x00" },
		"the go stack":       func(r *request) { r.Ask.Stack = manifest.StackGo },
		"a stack of its own": func(r *request) { r.Ask.Stack = "cmd.exe" },
		"a long address":     func(r *request) { r.Ask.URL += strings.Repeat("x", maxRequest) },
	} {
		r := good
		change(&r)
		raw, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := Serve(t.Context(), bytes.NewReader(raw), &out); !errors.Is(err, ErrRequest) || out.Len() != 0 {
			t.Errorf("%s: %v, %q", name, err, out.String())
		}
		if strings.Contains(name, "password") {
			if err := Serve(t.Context(), bytes.NewReader(raw), &out); strings.Contains(err.Error(), "secret") {
				t.Errorf("%v", err)
			}
		}
	}
	if raw, err := json.Marshal(good); err != nil {
		t.Fatal(err)
	} else if _, err := parseRequest(raw); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func FuzzParseReply(f *testing.F) {
	no := false
	f.Add(answerOf(f, confirm.StackProof{Stack: manifest.StackWinINet, OK: &no, Cause: confirm.CauseHandshake, Code: 12157, Error: "x"}))
	f.Add([]byte(`{"schema":"koshin/probe/1","proof":{"ok":null,"cause":"unavailable"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		proof, err := parseReply(raw)
		if err != nil {
			if !errors.Is(err, ErrReply) || proof.OK != nil || proof.Error != "" {
				t.Errorf("%+v, %v", proof, err)
			}
			return
		}
		proof.Err = nil
		again, err := parseReply(answerOf(t, proof))
		if again.Err = nil; err != nil || !reflect.DeepEqual(again, proof) {
			t.Errorf("%+v became %+v, %v", proof, again, err)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	raw, err := json.Marshal(request{Schema: requestSchema, Ask: question, Budget: 1000})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := parseRequest(raw)
		if err != nil {
			return
		}
		to, err := parse(r.Ask)
		if err != nil || !strings.HasPrefix(strings.ToLower(r.Ask.URL), "https:") || to.host == "" || to.port == 0 || !strings.HasPrefix(to.object, "/") && !strings.HasPrefix(to.object, "?") {
			t.Errorf("%+v is asked as %+v, %v", r.Ask, to, err)
		}
	})
}
