package systemproxy

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestWindowsRunsTheScript: WinHTTP loads a real one from a real host.
func TestWindowsRunsTheScript(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/proxy.pac" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-ns-proxy-autoconfig")
		_, _ = io.WriteString(w, `function FindProxyForURL(url, host) {
			if (host == "direct.example") return "DIRECT";
			return "PROXY one.example:3128; PROXY two.example:80";
		}`)
	}))
	defer server.Close()
	ask := Script()
	list, err := ask(t.Context(), server.URL+"/proxy.pac", "https://www.example/")
	t.Logf("%q, %v", list, err)
	if err != nil {
		t.Skipf("no script engine here: %v", err) // Wine without jscript
	}
	if u, err := first(list); err != nil || u == nil || u.Host != "one.example:3128" {
		t.Errorf("%v, %v", u, err)
	}
	if list, err := ask(t.Context(), server.URL+"/proxy.pac", "https://direct.example/"); err != nil || list != "" {
		t.Errorf("directly: %q, %v", list, err)
	}
	if _, err := ask(t.Context(), server.URL+"/none.pac", "https://www.example/"); !errors.Is(err, ErrScript) {
		t.Errorf("a script that is not there: %v", err)
	}
}
